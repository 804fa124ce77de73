#include "model/enums.hpp"

#include <array>
#include <utility>

namespace ec2spotter {
namespace {

template <class Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum, std::size_t N>
std::string_view word_of(const Words<Enum, N>& words, Enum value) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) return word;
  }
  return "unknown";
}

template <class Enum, std::size_t N>
Enum value_of(const Words<Enum, N>& words, std::string_view text) {
  for (const auto& [value, word] : words) {
    if (word == text) return value;
  }
  return Enum::unknown;
}

constexpr Words<InstanceState, 6> kInstanceStates{{{InstanceState::pending, "pending"},
                                                   {InstanceState::running, "running"},
                                                   {InstanceState::shutting_down, "shutting-down"},
                                                   {InstanceState::terminated, "terminated"},
                                                   {InstanceState::stopping, "stopping"},
                                                   {InstanceState::stopped, "stopped"}}};
constexpr Words<VolumeState, 6> kVolumeStates{{{VolumeState::creating, "creating"},
                                               {VolumeState::available, "available"},
                                               {VolumeState::in_use, "in-use"},
                                               {VolumeState::deleting, "deleting"},
                                               {VolumeState::deleted, "deleted"},
                                               {VolumeState::error, "error"}}};
constexpr Words<SnapshotState, 5> kSnapshotStates{{{SnapshotState::pending, "pending"},
                                                   {SnapshotState::completed, "completed"},
                                                   {SnapshotState::error, "error"},
                                                   {SnapshotState::recoverable, "recoverable"},
                                                   {SnapshotState::recovering, "recovering"}}};
constexpr Words<AttachmentState, 5> kAttachmentStates{{{AttachmentState::attaching, "attaching"},
                                                       {AttachmentState::attached, "attached"},
                                                       {AttachmentState::detaching, "detaching"},
                                                       {AttachmentState::detached, "detached"},
                                                       {AttachmentState::busy, "busy"}}};
constexpr Words<RootTaskState, 7> kRootTaskStates{
    {{RootTaskState::pending, "pending"},
     {RootTaskState::in_progress, "in-progress"},
     {RootTaskState::succeeded, "succeeded"},
     {RootTaskState::failing, "failing"},
     {RootTaskState::failed, "failed"},
     {RootTaskState::failing_detached, "failing-detached"},
     {RootTaskState::failed_detached, "failed-detached"}}};
constexpr Words<Architecture, 2> kArchitectures{
    {{Architecture::x86_64, "x86_64"}, {Architecture::arm64, "arm64"}}};
constexpr Words<BootMode, 2> kBootModes{
    {{BootMode::legacy_bios, "legacy-bios"}, {BootMode::uefi, "uefi"}}};

}  // namespace

std::string_view to_string(InstanceState value) { return word_of(kInstanceStates, value); }
std::string_view to_string(VolumeState value) { return word_of(kVolumeStates, value); }
std::string_view to_string(SnapshotState value) { return word_of(kSnapshotStates, value); }
std::string_view to_string(AttachmentState value) { return word_of(kAttachmentStates, value); }
std::string_view to_string(Market value) { return value == Market::spot ? "spot" : "on-demand"; }
std::string_view to_string(RootTaskState value) { return word_of(kRootTaskStates, value); }
std::string_view to_string(Architecture value) { return word_of(kArchitectures, value); }
std::string_view to_string(BootMode value) { return word_of(kBootModes, value); }

InstanceState parse_instance_state(std::string_view text) {
  return value_of(kInstanceStates, text);
}
VolumeState parse_volume_state(std::string_view text) { return value_of(kVolumeStates, text); }
SnapshotState parse_snapshot_state(std::string_view text) {
  return value_of(kSnapshotStates, text);
}
AttachmentState parse_attachment_state(std::string_view text) {
  return value_of(kAttachmentStates, text);
}
RootTaskState parse_root_task_state(std::string_view text) {
  return value_of(kRootTaskStates, text);
}
Architecture parse_architecture(std::string_view text) { return value_of(kArchitectures, text); }
BootMode parse_boot_mode(std::string_view text) { return value_of(kBootModes, text); }

}  // namespace ec2spotter
