// EC2's enumerations under EC2's own words, with their text forms.
// Source: the EC2 API reference, version 2016-11-15. A word that EC2 adds later reads as `unknown`.
#pragma once

#include <string_view>

namespace ec2spotter {

enum class InstanceState {
  pending,
  running,
  shutting_down,
  terminated,
  stopping,
  stopped,
  unknown
};
enum class VolumeState { creating, available, in_use, deleting, deleted, error, unknown };
enum class SnapshotState { pending, completed, error, recoverable, recovering, unknown };
enum class AttachmentState { attaching, attached, detaching, detached, busy, unknown };
enum class Market { spot, on_demand };
enum class Architecture { x86_64, arm64, unknown };
// Of an instance: which firmware it has started with.
enum class BootMode { legacy_bios, uefi, unknown };
// Of a task that replaces a root disk: after `failed` the instance runs from its former one, after
// `failed_detached` it has none.
enum class RootTaskState {
  pending,
  in_progress,
  succeeded,
  failing,
  failed,
  failing_detached,
  failed_detached,
  unknown
};

std::string_view to_string(InstanceState value);
std::string_view to_string(VolumeState value);
std::string_view to_string(SnapshotState value);
std::string_view to_string(AttachmentState value);
std::string_view to_string(Market value);
std::string_view to_string(Architecture value);
std::string_view to_string(BootMode value);
std::string_view to_string(RootTaskState value);

InstanceState parse_instance_state(std::string_view text);
VolumeState parse_volume_state(std::string_view text);
SnapshotState parse_snapshot_state(std::string_view text);
AttachmentState parse_attachment_state(std::string_view text);
Architecture parse_architecture(std::string_view text);
BootMode parse_boot_mode(std::string_view text);
RootTaskState parse_root_task_state(std::string_view text);

}  // namespace ec2spotter
