// Images as resources.
#include "sim/core/resources/images.hpp"

namespace ec2spotter::sim {

Json mapping_json(const ImageDisk& disk) {
  Json ebs{{"volumeSize", disk.size_gib},
           {"volumeType", disk.volume_type},
           {"deleteOnTermination", disk.delete_on_termination},
           {"encrypted", false}};
  if (!disk.snapshot_id.empty()) ebs["snapshotId"] = disk.snapshot_id;
  return {{"deviceName", disk.device}, {"ebs", std::move(ebs)}};
}

Json product_codes(const std::string& code) {
  if (code.empty()) return Json::array();
  return Json::array({{{"productCode", code}, {"type", "marketplace"}}});
}

bool is_boot_mode(std::string_view word) {
  return word == "legacy-bios" || word == "uefi" || word == "uefi-preferred";
}

Json make_image(World& world, const ImageSpec& spec) {
  Json image{{"imageId", spec.id},
             {"name", spec.name},
             {"description", spec.description},
             {"imageLocation", std::string(kAccount) + "/" + spec.name},
             {"imageOwnerId", kAccount},
             {"imageState", "available"},
             {"imageType", "machine"},
             {"isPublic", false},
             {"architecture", spec.architecture},
             {"creationDate", world.timestamp()},
             {"rootDeviceType", "ebs"},
             {"rootDeviceName", spec.root_device},
             {"virtualizationType", "hvm"},
             {"hypervisor", "xen"},
             {"enaSupport", spec.ena_support},
             {"platformDetails", "Linux/UNIX"},
             {"usageOperation", "RunInstances"},
             {"productCodes", product_codes(spec.product_code)},
             {"blockDeviceMapping", spec.disks},
             {"tagSet", Json::array()}};
  if (!spec.boot_mode.empty()) image["bootMode"] = spec.boot_mode;
  if (!spec.imds_support.empty()) image["imdsSupport"] = spec.imds_support;
  return image;
}

}  // namespace ec2spotter::sim
