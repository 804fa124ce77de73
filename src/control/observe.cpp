#include "control/observe.hpp"

#include <algorithm>

#include "control/boot_report.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

using aws::Filter;

Result<std::vector<Volume>> find_volumes(const Machine& machine, aws::Ec2& ec2) {
  if (machine.volume.id.empty()) {
    return ec2.describe_volumes({}, {{"tag:Name", {machine.volume.name_tag}}});
  }
  auto volumes = ec2.describe_volumes({machine.volume.id}, {});
  if (!volumes && volumes.error().code == Errc::not_found) return std::vector<Volume>{};
  return volumes;
}

Result<std::vector<Instance>> find_bodies(const Machine& machine, aws::Ec2& ec2, Memory& memory) {
  TRY(auto bodies,
      ec2.describe_instances({}, {{"tag:" + std::string(tag::kOwner), {machine.owner.str()}},
                                  {"tag:" + std::string(tag::kMachine), {machine.name.str()}}}));
  for (const Instance& body : bodies) memory.launched.erase(body.id);
  for (const auto& [id, body] : memory.launched) bodies.push_back(body);
  return bodies;
}

Result<std::vector<SpotRequest>> find_requests(const std::vector<Instance>& bodies, aws::Ec2& ec2) {
  Filter filter{"spot-instance-request-id", {}};
  for (const Instance& body : bodies) {
    const bool live = body.state == InstanceState::pending || body.state == InstanceState::running;
    if (live && !body.spot_request.empty()) filter.values.push_back(body.spot_request.str());
  }
  if (filter.values.empty()) return std::vector<SpotRequest>{};
  return ec2.describe_spot_requests({filter});
}

Result<std::optional<Address>> find_address(const Machine& machine, aws::Ec2& ec2) {
  if (machine.elastic_ip.empty()) return std::nullopt;
  const bool by_id = machine.elastic_ip.starts_with("eipalloc-");
  TRY(auto addresses,
      ec2.describe_addresses({{by_id ? "allocation-id" : "public-ip", {machine.elastic_ip}}}));
  if (addresses.empty()) return std::nullopt;
  return std::move(addresses.front());
}

bool holds(const Volume& volume, const Instance& body) {
  return std::any_of(
      volume.attachments.begin(), volume.attachments.end(), [&](const Attachment& attachment) {
        return attachment.instance == body.id && attachment.state == AttachmentState::attached;
      });
}

// A console that cannot be read now is no news; the limits of a boot bound how often it is tried.
void read_console(const Instance& body, aws::Ec2& ec2, Observation& seen) {
  if (tag::value(body.tags, tag::kRoot) == "up") return;
  const auto console = ec2.console_output(body.id);
  if (console) seen.boots[body.id] = read_boot_report(console->text);
}

// Looks at the body that has the root from outside, once that can tell something.
void probe(const Machine& machine, const Instance& body, Prober& prober, Observation& seen) {
  const bool address_here = seen.address && seen.address->instance == body.id;
  const std::string host = address_here ? seen.address->public_ip : body.public_ip;
  const bool root_up = tag::value(body.tags, tag::kRoot) == "up";
  const bool useful = root_up ? (address_here || !seen.address_wanted) : !machine.adopt;
  if (useful && !host.empty()) seen.reachable[body.id] = prober.ssh_answers(host, machine.ssh_port);
}

}  // namespace

Result<Observation> observe(const Machine& machine, aws::Ec2& ec2, Prober& prober, Memory& memory) {
  Observation seen;
  seen.address_wanted = !machine.elastic_ip.empty();
  TRY(seen.volumes, find_volumes(machine, ec2));
  TRY(seen.bodies, find_bodies(machine, ec2, memory));
  TRY(seen.requests, find_requests(seen.bodies, ec2));
  TRY(seen.address, find_address(machine, ec2));
  if (seen.volumes.size() != 1) return seen;
  for (const Instance& body : seen.bodies) {
    if (body.state != InstanceState::running) continue;
    read_console(body, ec2, seen);
    if (holds(seen.volumes.front(), body)) probe(machine, body, prober, seen);
  }
  return seen;
}

}  // namespace ec2spotter
