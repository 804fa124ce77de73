#include "aws/wire/account_wire.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "aws/wire/ec2/reply_parts.hpp"
#include "aws/wire/ec2/request_parts.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kTypesPageSize = "100";  // the largest of DescribeInstanceTypes

std::vector<std::string> texts(XmlElement list) {
  std::vector<std::string> all;
  for (XmlElement item = list.first("item"); item.exists(); item = item.next("item")) {
    all.push_back(item.text());
  }
  return all;
}

Result<TypeHardware> read_type(XmlElement item) {
  TypeHardware type;
  TRY(type.name, item.required("instanceType"));
  TRY(type.vcpus, item.child("vCpuInfo").integer("defaultVCpus"));
  type.architectures = texts(item.child("processorInfo").child("supportedArchitectures"));
  type.boot_modes = texts(item.child("supportedBootModes"));
  type.needs_ena = item.child("networkInfo").text("enaSupport") == "required";
  return type;
}

Result<ImageHardware> read_image(XmlElement item) {
  ImageHardware image;
  TRY(std::string id, item.required("imageId"));
  image.id = ImageId(std::move(id));
  image.architecture = item.text("architecture");
  image.boot_mode = item.text("bootMode");
  TRY(image.has_ena, item.boolean("enaSupport"));
  return image;
}

Result<SubnetRoom> read_subnet(XmlElement item) {
  SubnetRoom subnet;
  TRY(std::string id, item.required("subnetId"));
  subnet.id = SubnetId(std::move(id));
  TRY(subnet.zone, item.required("availabilityZone"));
  TRY(subnet.free_addresses, item.integer("availableIpAddressCount"));
  return subnet;
}

void add_instance_calls(const RightsSubject& subject, std::vector<ApiCall>& calls) {
  const InstanceId& instance = subject.instance;
  calls.push_back(set_delete_on_termination_call(instance, subject.device, false));
  calls.push_back(attach_volume_call(subject.root, instance, subject.device));
  calls.push_back(detach_volume_call(subject.root, instance));
  calls.push_back(terminate_instance_call(instance));
  if (subject.replaces) {
    calls.push_back(replace_root_call(
        {.instance = instance, .volume = subject.root, .client_token = {}, .tags = {}}));
  }
  if (subject.stops) {
    calls.push_back(stop_instance_call(instance));
    calls.push_back(start_instance_call(instance));
  }
  if (subject.restarts) calls.push_back(reboot_instance_call(instance));
  if (!subject.address.empty()) {
    calls.push_back(associate_address_call({.address = subject.address, .instance = instance}));
  }
}

}  // namespace

ApiCall type_hardware_call(const std::vector<std::string>& types, const Page& page) {
  // A filter instead of names: a name that the region does not have would be an error.
  ApiCall call = reading("DescribeInstanceTypes");
  add_filters(call.params, {{"instance-type", types}});
  add_page(call.params, page, kTypesPageSize);
  return call;
}

ApiCall encryption_by_default_call() { return reading("GetEbsEncryptionByDefault"); }

ApiCall service_quota_call(const std::string& code) {
  return {.service = Service::service_quotas,
          .action = "GetServiceQuota",
          .json = nlohmann::json{{"ServiceCode", "ec2"}, {"QuotaCode", code}}.dump()};
}

std::vector<ApiCall> dry_runs(const RightsSubject& subject) {
  std::vector<ApiCall> calls;
  if (subject.root.empty() || subject.root_tags.empty()) return calls;
  calls.push_back(create_tags_call({subject.root.str()}, subject.root_tags));
  if (subject.snapshots)
    calls.push_back(create_snapshot_call({.volume = subject.root, .description = {}, .tags = {}}));
  if (!subject.instance.empty()) add_instance_calls(subject, calls);
  for (ApiCall& call : calls) call.params.add_bool("DryRun", true);
  return calls;
}

Result<PageOf<TypeHardware>> parse_type_hardware(std::string_view body) {
  return read_page<TypeHardware>(body, "DescribeInstanceTypesResponse", "instanceTypeSet",
                                 read_type);
}

Result<PageOf<ImageHardware>> parse_image_hardware(std::string_view body) {
  return read_page<ImageHardware>(body, "DescribeImagesResponse", "imagesSet", read_image);
}

Result<PageOf<SubnetRoom>> parse_subnet_rooms(std::string_view body) {
  return read_page<SubnetRoom>(body, "DescribeSubnetsResponse", "subnetSet", read_subnet);
}

Result<bool> parse_encryption_by_default(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "GetEbsEncryptionByDefaultResponse"));
  return root.boolean("ebsEncryptionByDefault");
}

Result<double> parse_service_quota(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const nlohmann::json::json_pointer value("/Quota/Value");
  if (!json.is_object() || !json.contains(value) || !json.at(value).is_number()) {
    return fail(Errc::malformed_reply, "the reply has no value of the quota");
  }
  return json.at(value).get<double>();
}

}  // namespace ec2spotter::aws
