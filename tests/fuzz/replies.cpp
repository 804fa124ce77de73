// Replies of EC2, STS, SSM and IAM, and error documents of each form.
#include "aws/wire/ec2/replies.hpp"

#include "aws/wire/error_document.hpp"
#include "aws/wire/error_table.hpp"
#include "aws/wire/identity_wire.hpp"
#include "fuzz.hpp"

namespace {

using namespace ec2spotter;
using namespace ec2spotter::aws;

template <auto kParse>
void parse(std::string_view body) {
  const auto parsed = kParse(body);
  fuzz::require(parsed || !parsed.error().describe().empty(), "an error says something");
}

void acknowledge(std::string_view body) {
  static_cast<void>(parse_acknowledgement(body, "DetachVolume"));
}

void read_error(std::string_view body) {
  for (const int status : {400, 403, 500, 503}) {
    const Error error = error_from_reply(body, status);
    static_cast<void>(reaction_to(error));
    fuzz::require(!error.describe().empty(), "an error says something");
  }
}

constexpr std::array<fuzz::Parser, 25> kParsers{
    parse<parse_describe_volumes>,
    parse<parse_describe_instances>,
    parse<parse_describe_spot_requests>,
    parse<parse_describe_addresses>,
    parse<parse_describe_interfaces>,
    parse<parse_create_interface>,
    parse<parse_describe_images>,
    parse<parse_describe_subnets>,
    parse<parse_describe_security_groups>,
    parse<parse_describe_fleets>,
    parse<parse_describe_instance_types>,
    parse<parse_describe_type_offerings>,
    parse<parse_describe_zones>,
    parse<parse_spot_price_history>,
    parse<parse_spot_placement_scores>,
    parse<parse_run_instances>,
    parse<parse_create_fleet>,
    parse<parse_delete_fleet>,
    parse<parse_console_output>,
    parse<parse_get_parameter>,
    parse<parse_caller_identity>,
    parse<parse_role_tags>,
    parse<parse_role_of_profile>,
    acknowledge,
    read_error,
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::choose(data, size, kParsers);
}
