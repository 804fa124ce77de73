// What a root's tag remembers of a KMS key that EC2 could not use.
#pragma once

#include <string>

#include "aws/ec2.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// An error about a KMS key gets the cure for it, which names that key; any other stays as it is.
// `zone`: where the key is needed.
Error with_key_cure(Error error, const std::string& key, const std::string& zone);

// `given`: EC2's answer when it was asked to give the root to an instance. A refusal for its key is
// written on the root, for `explain` and every controller, and gets the cure in its message; a
// success takes an earlier one back. Returns `given`, or the error of the write.
Result<void> note_key(const VolumeId& root, Result<void> given, const Observation& seen,
                      aws::Ec2& ec2, TimePoint now);

}  // namespace ec2spotter
