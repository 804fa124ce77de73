// The simulator's core under lines of requests: "Action=...&..." is a call of EC2, "iam Action=..."
// and "sts Action=..." one of theirs, "sqs TARGET BODY" and "ssm TARGET BODY" as well, "!NAME BODY"
// a control request, "+SECONDS" the passing of time. {volume}, {instance}, {address} and
// {interface} stand for the last resource of that kind.
#include <algorithm>
#include <charconv>
#include <string>

#include "fuzz.hpp"
#include "sim/core/core.hpp"
#include "sim/http/form.hpp"

namespace {

using namespace ec2spotter;
using namespace ec2spotter::sim;

constexpr const char* kRegion = "us-east-1";
constexpr std::size_t kLinesMost = 40;

Json seed() {
  return {{"snapshots", {{{"snapshot_id", "snap-1"}, {"size_gib", 2}}}},
          {"images", {{{"image_id", "ami-1"}, {"name", "stock"}, {"snapshot_id", "snap-1"}}}},
          {"volumes", {{{"volume_id", "vol-1"}, {"zone", "us-east-1a"}, {"size_gib", 8}}}},
          {"addresses", {{{"allocation_id", "eipalloc-1"}, {"public_ip", "127.1.0.1"}}}},
          {"key_pairs", {{{"key_name", "me"}, {"public_key", "ssh-ed25519 AAAA me"}}}}};
}

class Region {
 public:
  Region()
      : bodies_([this](BodyEvent event) { reports_.push_back(std::move(event)); }),
        core_({.start = TimePoint(std::chrono::hours(24 * 365 * 50))}, bodies_) {
    fuzz::require(core_.seed(seed()).has_value(), "the seed is sound");
  }

  void obey(std::string line) {
    fill_in(line);
    if (line.starts_with('!')) {
      control(line.substr(1));
    } else if (line.starts_with('+')) {
      pass(line.substr(1));
    } else if (line.starts_with("iam ") || line.starts_with("sts ")) {
      call(line.substr(0, 3), line.substr(4));
    } else if (line.starts_with("sqs ") || line.starts_with("ssm ")) {
      call_json(line.substr(0, 3), line.substr(4));
    } else {
      call("ec2", line);
    }
    settle();
  }

 private:
  void fill_in(std::string& line) {
    for (const char* kind : {"volume", "instance", "address", "network-interface"}) {
      const std::string word =
          "{" + std::string(kind).substr(std::string_view(kind).find('-') + 1) + "}";
      const Table& table = core_.table(kRegion, kind);
      if (const std::size_t at = line.find(word); at != std::string::npos && !table.empty()) {
        line.replace(at, word.size(), table.rbegin()->first);
      }
    }
  }

  static void judge(const ApiReply& reply) {
    fuzz::require(reply.lost || reply.status < 500 ||
                      reply.body.find("RequestLimitExceeded") != std::string::npos ||
                      reply.body.find("InternalError") != std::string::npos ||
                      reply.body.find("Unavailable") != std::string::npos ||
                      reply.body.find("InsufficientInstanceCapacity") != std::string::npos,
                  "only a fault that was asked for is the server's");
  }

  void call(const std::string& service, const std::string& form) {
    ParamMap params = parse_form(form);
    params.emplace("Version", "2016-11-15");
    judge(core_.handle({.service = service,
                        .region = kRegion,
                        .access_key = "test",
                        .params = std::move(params),
                        .target = {},
                        .body = {}}));
  }

  void call_json(const std::string& service, const std::string& line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    judge(core_.handle({.service = service,
                        .region = kRegion,
                        .access_key = "test",
                        .params = {},
                        .target = line.substr(0, space),
                        .body = line.substr(std::min(space + 1, line.size()))}));
  }

  void control(const std::string& line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string path = line.substr(0, space);
    const Json body = Core::only_reads(path)
                          ? Json::object()
                          : parse_foreign(line.substr(std::min(space + 1, line.size())));
    if (body.is_discarded()) return;
    const auto done = core_.control(path, body);
    fuzz::require(done || !done.error().message.empty(), "a refusal says why");
  }

  void pass(const std::string& text) {
    int seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    core_.advance_to(core_.now() + std::chrono::seconds(std::clamp(seconds, 0, 100'000)));
  }

  void settle() {
    for (int rounds = 0; rounds < 100; ++rounds) {
      core_.advance_to(core_.now());
      if (reports_.empty()) break;
      const auto reports = std::exchange(reports_, {});
      for (const BodyEvent& event : reports) core_.report(event);
    }
    for (const std::string& breach : core_.violations()) {
      fuzz::require(!breach.starts_with("S1"), "a volume is at one instance");
    }
  }

  std::vector<BodyEvent> reports_;
  NoBodies bodies_;
  Core core_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Region region;
  std::string_view text = fuzz::text_of(data, size);
  for (std::size_t lines = 0; lines < kLinesMost && !text.empty(); ++lines) {
    const std::string_view line = text.substr(0, text.find('\n'));
    region.obey(std::string(line));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return 0;
}
