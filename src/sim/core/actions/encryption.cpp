// GetEbsEncryptionByDefault and the two that change it.
#include "sim/core/services/encryption.hpp"

#include "sim/core/call/call.hpp"

namespace ec2spotter::sim {
namespace {

Json shown(const Call& call) {
  return {{"ebsEncryptionByDefault", encrypts_by_default(call.world, call.region)}};
}

Result<Json> get_default(Call& call) {
  TRY_VOID(call.finish());
  return shown(call);
}

Result<Json> change_default(Call& call) {
  TRY_VOID(call.finish());
  set_encryption_by_default(call.world, call.region, call.action == "EnableEbsEncryptionByDefault");
  return shown(call);
}

}  // namespace

void add_encryption_actions(Actions& actions) {
  actions.insert({{"GetEbsEncryptionByDefault", get_default},
                  {"EnableEbsEncryptionByDefault", change_default},
                  {"DisableEbsEncryptionByDefault", change_default}});
}

}  // namespace ec2spotter::sim
