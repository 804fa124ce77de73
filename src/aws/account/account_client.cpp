#include "aws/account/account_client.hpp"

#include <utility>

#include "aws/typed_calls.hpp"
#include "aws/wire/account_wire.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {
namespace {

class RealAccount final : public Account {
 public:
  RealAccount(CallerParts parts, const CallerOptions& options, std::unique_ptr<Identity> identity)
      : calls_(parts, options), identity_(std::move(identity)) {}

  Result<std::vector<TypeHardware>> type_hardware(const std::vector<std::string>& types) override {
    if (types.empty()) return std::vector<TypeHardware>{};
    return calls_.pages<TypeHardware>(
        [&](const Page& page) { return type_hardware_call(types, page); }, parse_type_hardware);
  }
  Result<std::vector<ImageHardware>> image_hardware(const ImageId& id) override {
    return calls_.by_ids<ImageHardware>(std::vector{id}, {}, describe_images_call,
                                        parse_image_hardware);
  }
  Result<std::vector<SubnetRoom>> subnet_rooms(const std::vector<Filter>& filters) override {
    return calls_.by_filters<SubnetRoom>(filters, describe_subnets_call, parse_subnet_rooms);
  }
  Result<bool> encrypts_by_default() override {
    return calls_.one<bool>(encryption_by_default_call(), parse_encryption_by_default);
  }
  Result<double> ec2_quota(const std::string& code) override {
    return calls_.one<double>(service_quota_call(code), parse_service_quota);
  }
  Result<bool> has_role(const std::string& name) override {
    auto tags = identity_->role_tags(name);
    if (tags) return true;
    if (tags.error().code == Errc::not_found) return false;
    return fail(std::move(tags).error());
  }
  std::vector<RightTried> try_rights(const RightsSubject& subject) override {
    std::vector<RightTried> tried;
    for (const ApiCall& call : dry_runs(subject)) {
      auto body = calls_.ask(call);
      if (body) {
        tried.push_back({call.action, fail(Errc::internal, "the endpoint does not know dry runs")});
        break;
      }
      const bool would = body.error().api_code == "DryRunOperation";
      tried.push_back(
          {call.action, would ? Result<void>{} : Result<void>(fail(std::move(body).error()))});
      // Only that answer shows that the calls after the first one, which change things, stay dry.
      if (tried.size() == 1 && !would) break;
    }
    return tried;
  }

 private:
  TypedCalls calls_;
  std::unique_ptr<Identity> identity_;
};

}  // namespace

std::unique_ptr<Account> make_account(CallerParts parts, const CallerOptions& options,
                                      std::unique_ptr<Identity> identity) {
  return std::make_unique<RealAccount>(parts, options, std::move(identity));
}

}  // namespace ec2spotter::aws
