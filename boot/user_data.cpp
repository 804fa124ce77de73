#include "boot/user_data.hpp"

#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "boot/program.hpp"
#include "model/tags.hpp"
#include "model/text/device_name.hpp"

namespace ec2spotter {
namespace {

constexpr std::string_view kBoundary = "==ec2spotter==";

// What stands in the script as it is.
bool is_word(std::string_view text) {
  return text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             ".:/-") == std::string_view::npos;
}

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_volume_id(std::string_view text) {
  constexpr std::string_view kPrefix = "vol-";
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  return (text.size() == 8 || text.size() == 17) &&
         std::all_of(text.begin(), text.end(), is_lower_hex);
}

std::string_view to_word(BootEngine engine) {
  switch (engine) {
    case BootEngine::auto_: return "auto";
    case BootEngine::kexec: return "kexec";
    case BootEngine::pivot: return "pivot";
    case BootEngine::none: return "none";
  }
  return "auto";
}

std::string_view to_word(BootAdopt adopt) {
  switch (adopt) {
    case BootAdopt::no: return "false";
    case BootAdopt::once: return "true";
    case BootAdopt::again: return "again";
    case BootAdopt::remove: return "remove";
    case BootAdopt::leave: return "leave";
  }
  return "true";
}

// The roots that the instance may get, as a word of shell; of a root that is not made yet, what the
// instance's own tag says at the moment.
std::string words_of(const std::vector<VolumeId>& volumes) {
  if (volumes.empty()) {
    return "$(cat /run/ec2spotter/volume 2>/dev/null || python3 /run/ec2spotter/imds.py "
           "tags/instance/" +
           std::string(tag::kBodyOf) + " 2>/dev/null || echo " + std::string(tag::kToCome) + ")";
  }
  std::string words;
  for (const VolumeId& volume : volumes) words += (words.empty() ? "" : " ") + volume.str();
  return "'" + words + "'";
}

std::string gzip(std::string text) {
  constexpr int kGzipFormat = 15 + 16;
  constexpr int kMemory = 9;
  z_stream stream{};
  CHECK(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipFormat, kMemory,
                     Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string own_attaching_of(const BootParameters& parameters) {
  if (!parameters.own_attaching) return {};
  std::string data;
  for (const DataPlace& each : parameters.own_attaching->data) {
    data += (data.empty() ? "" : " ") + each.volume.str() + " " + each.device;
  }
  return (data.empty() ? "" : "\ndata='" + data + "'") +
         "\nown_attaching=true\naddress=" + parameters.own_attaching->address.str() +
         "\nendpoint=" + parameters.own_attaching->endpoint;
}

BootEngine engine_of(const BootParameters& parameters) {
  if (!parameters.own_attaching || parameters.engine != BootEngine::auto_) return parameters.engine;
  return parameters.fix_network ? BootEngine::pivot : BootEngine::kexec;
}

// What differs from launch to launch, and the start of the program.
std::string end_of_hook(const BootParameters& parameters) {
  const std::string asking =
      parameters.volumes.empty()
          ? "put imds.py <<'EC2SPOTTER'\n" + std::string(kImdsProgram) + "EC2SPOTTER\n"
          : std::string();
  return asking + "put parameters <<'EC2SPOTTER'\nvolumes=" + words_of(parameters.volumes) +
         "\nengine=" + std::string(to_word(engine_of(parameters))) +
         "\ndevice=" + parameters.device + "\nadopt=" + std::string(to_word(parameters.adopt)) +
         "\nguest_helper=" + (parameters.guest_helper ? "true" : "false") +
         "\nfix_network=" + (parameters.fix_network ? "true" : "false") +
         own_attaching_of(parameters) + "\nEC2SPOTTER\n. /run/ec2spotter/hook.sh\n";
}

std::string_view program_of(const BootParameters& parameters) {
  const bool pivot = engine_of(parameters) == BootEngine::pivot;
  if (!parameters.own_attaching) {
    return pivot ? kBootProgram.supervised_pivot : kBootProgram.supervised_kexec;
  }
  return pivot ? kBootProgram.unattended_pivot : kBootProgram.unattended_kexec;
}

// cloud-init takes user data compressed as a whole; plain, the program would not fit.
std::string packed(const BootParameters& parameters) {
  return std::string(program_of(parameters)) + gzip(end_of_hook(parameters));
}

}  // namespace

Result<std::string> render_user_data(const BootParameters& parameters) {
  if (parameters.volumes.empty() && parameters.own_attaching) {
    return fail(Errc::invalid, "the root volume is missing");
  }
  for (const VolumeId& volume : parameters.volumes) {
    if (is_volume_id(volume.str())) continue;
    return fail(Errc::invalid,
                "'" + volume.str() + "' is not a volume id; it looks like vol-0123456789abcdef0");
  }
  if (!is_device_name(parameters.device)) {
    return fail(Errc::invalid, "'" + parameters.device +
                                   "' is not a device name for a further volume; use one of "
                                   "/dev/sdf to /dev/sdp");
  }
  const auto& own = parameters.own_attaching;
  for (const DataPlace& each : own ? own->data : std::vector<DataPlace>()) {
    if (is_volume_id(each.volume.str()) && is_device_name(each.device)) continue;
    return fail(Errc::invalid, "'" + each.volume.str() + "' at '" + each.device +
                                   "' is not a data volume and its device; correct data_volumes in "
                                   "the machine file");
  }
  if (own && (!is_word(own->address.str()) || !is_word(own->endpoint))) {
    return fail(Errc::invalid,
                "invalid address '" + own->address.str() + "' or endpoint '" + own->endpoint + "'");
  }
  if (own && parameters.fix_network && parameters.engine == BootEngine::kexec) {
    return fail(Errc::invalid,
                "fix_network = true with engine = \"kexec\" does not fit into the user data of an "
                "unattended instance; use engine = \"pivot\" or \"auto\"");
  }
  std::string user_data = packed(parameters);
  if (user_data.size() > kUserDataMost) {
    return fail(Errc::invalid, "the user data has " + std::to_string(user_data.size()) +
                                   " bytes; EC2 takes at most " + std::to_string(kUserDataMost));
  }
  return user_data;
}

std::string render_restart_user_data(bool adopt) {
  const std::string begin_part = "\n--" + std::string(kBoundary) + "\nContent-Type: text/";
  std::string text = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"" +
                     std::string(kBoundary) + "\"\n" + begin_part +
                     "cloud-config\n\n#cloud-config\n" + std::string(kRestartConfig);
  if (adopt) {
    text += begin_part +
            "cloud-boothook\n\n#cloud-boothook\n#!/bin/sh\n"
            "[ ! -e /etc/ec2spotter/adopted ] || exit 0\n"
            "file=/etc/cloud/cloud.cfg.d/99-ec2spotter.cfg\n[ -e $file ] ||\n"
            "cat >$file <<'EC2SPOTTER'\n" +
            std::string(kRestartConfig) + "EC2SPOTTER\n";
  }
  return text + "\n--" + std::string(kBoundary) + "--\n";
}

}  // namespace ec2spotter
