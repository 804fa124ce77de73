#include "control/act/keys/key_note.hpp"

#include "control/act/disk_rules.hpp"
#include "model/key_trouble.hpp"
#include "model/tags.hpp"
#include "model/text/zone.hpp"

namespace ec2spotter {

Error with_key_cure(Error error, const std::string& key, const std::string& zone) {
  if (const auto trouble = key_trouble_of(error.api_code, error.message)) {
    error.message += "; " + describe(*trouble, {.key = key, .region = region_of_place(zone)});
  }
  return error;
}

Result<void> note_key(const VolumeId& root, Result<void> given, const Observation& seen,
                      aws::Ec2& ec2, TimePoint now) {
  const Volume* volume = find_volume(seen.volumes, root);
  if (volume == nullptr) return given;
  const auto write = [&](const std::string& value) {
    return ec2.create_tags({root.str()}, {{std::string(tag::kKeyRefused), value}});
  };
  if (given) {
    const std::string earlier = tag::value(volume->tags, tag::kKeyRefused);
    return earlier.empty() || earlier == tag::kGone ? given : write(std::string(tag::kGone));
  }
  const Error& error = given.error();
  if (!key_trouble_of(error.api_code, error.message)) return given;
  // The refusal is what matters, whether or not it could be written down.
  static_cast<void>(write(error.api_code + " " + format_iso8601(now)));
  return fail(with_key_cure(error, volume->kms_key, volume->zone));
}

}  // namespace ec2spotter
