// Images as the simulator stores them; shared by RegisterImage, CreateImage and the seed file.
#pragma once

#include <string>
#include <string_view>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

struct ImageDisk {
  std::string device;
  std::string snapshot_id;  // empty: a blank disk
  std::string volume_type = "gp3";
  long size_gib = 8;
  bool delete_on_termination = true;
};
Json mapping_json(const ImageDisk& disk);

// The product codes of what has this one from the Marketplace; none when it is empty.
Json product_codes(const std::string& code);

// May an image say this of the firmware that it is for?
bool is_boot_mode(std::string_view word);

struct ImageSpec {
  std::string id = {}, name = {}, architecture = "x86_64", root_device = "/dev/xvda";
  std::string product_code = {};
  std::string description = {}, boot_mode = {}, imds_support = {};
  bool ena_support = true;
  Json disks = Json::array();  // of mapping_json
};
Json make_image(World& world, const ImageSpec& spec);

}  // namespace ec2spotter::sim
