#include "sim/core/document_forms.hpp"

#include <limits>

namespace ec2spotter::sim {
namespace {

constexpr long kGibMost = 65536;
constexpr long kLongMost = std::numeric_limits<long>::max();

Form gib() { return a_whole_number(1, kGibMost); }
Form tags() { return a_map(any_text()); }

Form seeded_snapshot() {
  return an_object(
      {{"snapshot_id", a_text(), true}, {"size_gib", gib(), true}, {"file", a_text()}});
}

Form seeded_image() {
  return an_object({{"image_id", a_text(), true},
                    {"snapshot_id", a_text(), true},
                    {"name", a_text()},
                    {"architecture", a_text()},
                    {"root_device", a_text()},
                    {"product_code", a_text()},
                    {"boot_mode", a_text()},
                    {"disks", a_list(an_object({{"device", a_text(), true},
                                                {"size_gib", gib(), true},
                                                {"snapshot_id", any_text()},
                                                {"delete_on_termination", a_flag()}}))}});
}

Form seeded_volume() {
  return an_object({{"volume_id", a_text(), true},
                    {"zone", a_text(), true},
                    {"size_gib", gib(), true},
                    {"snapshot_id", any_text()},
                    {"volume_type", a_text()},
                    {"kms_key", any_text()},
                    {"encrypted", a_flag()},
                    {"product_code", a_text()},
                    {"tags", tags()}});
}

Form seeded_address() {
  return an_object(
      {{"allocation_id", a_text(), true},
       {"public_ip", a_text(), true},
       {"tags", tags()},
       {"interface",
        an_object({{"zone", a_text(), true}, {"description", any_text()}, {"tags", tags()}})}});
}

Form seeded_capacity() {
  return an_object({{"instance_type", a_text(), true},
                    {"zone", a_text(), true},
                    {"market", a_text()},
                    {"available", a_whole_number(-1, kLongMost), true}});
}

Form seeded_price() {
  return an_object(
      {{"instance_type", a_text(), true}, {"zone", a_text(), true}, {"price", a_text(), true}});
}

// A resource in EC2's wire form, which has further members.
Form saved_resource(std::vector<Member> members) {
  return a_map(an_open_object(std::move(members)));
}

Form any_64_bits() {
  return [](const Json& value, const std::string& place) -> Problem {
    if (value.is_number_unsigned()) return std::nullopt;
    return place + " must be a whole number of 64 bits";
  };
}
Form object_list() { return a_list(an_open_object({})); }

Form saved_region() {
  return an_open_object(
      {{"instance",
        saved_resource({{"instanceId", a_text(), true},
                        {"instanceType", a_text(), true},
                        {"instanceState", an_open_object({{"name", a_text(), true}}), true},
                        {"placement", an_open_object({{"availabilityZone", a_text(), true}}), true},
                        {"blockDeviceMapping", object_list(), true},
                        {"networkInterfaceSet", object_list(), true}})},
       {"volume", saved_resource({{"volumeId", a_text(), true},
                                  {"size", a_whole_number(1, kGibMost), true},
                                  {"availabilityZone", a_text(), true},
                                  {"status", a_text(), true},
                                  {"encrypted", a_flag(), true},
                                  {"attachmentSet", object_list(), true},
                                  {"tagSet", object_list()}})},
       {"volume-modification", saved_resource({{"volumeId", a_text(), true},
                                               {"modificationState", a_text(), true},
                                               {"targetSize", a_whole_number(1, kGibMost), true}})},
       {"snapshot", saved_resource({{"snapshotId", a_text(), true},
                                    {"volumeSize", a_whole_number(1, kGibMost), true},
                                    {"encrypted", a_flag(), true},
                                    {"status", a_text(), true}})},
       {"image", saved_resource({{"imageId", a_text(), true},
                                 {"architecture", a_text(), true},
                                 {"blockDeviceMapping", object_list(), true}})},
       {"replace-root-volume-task", saved_resource({{"replaceRootVolumeTaskId", a_text(), true},
                                                    {"instanceId", a_text(), true},
                                                    {"taskState", a_text(), true},
                                                    {"deleteReplacedRootVolume", a_flag(), true}})},
       {"address",
        saved_resource({{"allocationId", a_text(), true}, {"publicIp", a_text(), true}})},
       {"subnet",
        saved_resource({{"availabilityZone", a_text(), true}, {"defaultForAz", a_flag(), true}})}});
}

Form saved_tables() {
  return [kinds = a_map(a_map(a_map(an_open_object({})))), regions = a_map(saved_region())](
             const Json& value, const std::string& place) -> Problem {
    if (auto problem = kinds(value, place)) return problem;
    return regions(value, place);
  };
}

}  // namespace

const Form& seed_form() {
  static const Form kForm = an_object(
      {{"region", a_text()},
       {"snapshots", a_list(seeded_snapshot())},
       {"images", a_list(seeded_image())},
       {"volumes", a_list(seeded_volume())},
       {"addresses", a_list(seeded_address())},
       {"keys", a_list(an_object(
                    {{"key_id", a_text(), true}, {"alias", any_text()}, {"state", a_text()}}))},
       {"key_pairs",
        a_list(an_object({{"key_name", a_text(), true}, {"public_key", a_text(), true}}))},
       {"capacity", a_list(seeded_capacity())},
       {"prices", a_list(seeded_price())},
       {"zones",
        a_list(an_object({{"zone", a_text(), true}, {"state", a_text()}, {"opt_in", a_text()}}))},
       {"replacement", an_object({{"delete_on_termination", a_flag()}})},
       {"parameters", a_map(a_text())}});
  return kForm;
}

const Form& state_form() {
  static const Form kForm = an_object(
      {{"version", a_whole_number(1, 1), true},
       {"tables", saved_tables(), true},
       {"due",
        a_list(an_object({{"at", a_whole_number(std::numeric_limits<long>::min(), kLongMost), true},
                          {"event", an_open_object({{"kind", a_text(), true}}), true}})),
        true},
       {"settings", an_open_object({}), true},
       {"now", a_whole_number(0, kLongMost), true},
       {"random", any_64_bits(), true}});
  return kForm;
}

}  // namespace ec2spotter::sim
