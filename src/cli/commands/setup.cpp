// `setup`: shows who the credentials belong to, and which volumes a machine file could name.
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/session.hpp"
#include "model/tags.hpp"

namespace ec2spotter::cli {

Result<void> setup(const Common& common) {
  TRY(auto session, Session::open(common, {}));
  TRY(const auto identity, session->ec2().caller_identity());
  fmt::print("account   {} as {}\n", identity.account, identity.arn);
  TRY(const auto volumes, session->ec2().describe_volumes({}, {}));
  fmt::print("volumes   {}\n", volumes.size());
  for (const Volume& volume : volumes) {
    fmt::print("  {} {} {} GiB {} {}\n", volume.id.str(), volume.zone, volume.size_gib,
               to_string(volume.state), tag::value(volume.tags, tag::kName));
  }
  fmt::print("Name one of them in a machine file, then run: ec2spotter launch FILE\n");
  return {};
}

}  // namespace ec2spotter::cli
