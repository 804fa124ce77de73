#include "local_ec2.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "aws/sleeper.hpp"
#include "control/loop/drive.hpp"
#include "model/tags.hpp"
#include "sim/core/resources/root_volumes.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/world.hpp"
#include "sim/http/form.hpp"
#include "sim/http/http_date.hpp"
#include "sim/http/presigned.hpp"

namespace ec2spotter::scenario {
namespace {

constexpr const char* kRegion = "us-east-1";
constexpr TimePoint kStart = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

bool reads_only(const std::string& body) {
  return body.starts_with("Action=Describe") || body.starts_with("Action=Get");
}

sim::Json seed_document() {
  return {
      {"region", kRegion},
      {"snapshots", {{{"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}, {"size_gib", 2}}}},
      {"images",
       {{{"image_id", "ami-0aaaaaaaaaaaaaaa1"},
         {"name", "stock"},
         {"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}}}},
      {"volumes",
       {{{"volume_id", kVolume},
         {"zone", "us-east-1a"},
         {"size_gib", 8},
         {"tags", {{"Name", "web-root"}}}}}},
      {"addresses", {{{"allocation_id", "eipalloc-0aaaaaaaaaaaaaaa1"}, {"public_ip", kAddress}}}},
      {"key_pairs", {{{"key_name", "me"}, {"public_key", "ssh-ed25519 AAAA me"}}}}};
}

aws::Environment test_environment() {
  return {.get = [](std::string_view name) -> std::optional<std::string> {
            if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY") return "test";
            return std::nullopt;
          },
          .home = "/nowhere"};
}

// That the request is signed for.
std::string region_of(const aws::HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (name != "authorization") continue;
    std::istringstream parts(value);  // Credential=KEY/DATE/REGION/...
    std::string key, date, region;
    std::getline(parts, key, '/');
    std::getline(parts, date, '/');
    std::getline(parts, region, '/');
    return region;
  }
  return kRegion;
}

class ClockSleeper final : public aws::Sleeper {
 public:
  explicit ClockSleeper(ManualClock& clock) : clock_(clock) {}
  Result<void> sleep(Duration time) override {
    clock_.advance(time);
    return {};
  }

 private:
  ManualClock& clock_;
};

class ClockWaiter final : public Waiter {
 public:
  explicit ClockWaiter(ManualClock& clock) : clock_(clock) {}
  bool wait(Duration time) override {
    clock_.advance(std::max(time, Duration::zero()));
    return true;
  }

 private:
  ManualClock& clock_;
};

class GuestProber final : public Prober {
 public:
  explicit GuestProber(const Guests& guests) : guests_(guests) {}
  std::vector<SshAnswer> ssh_answers(const std::vector<Endpoint>& endpoints) override {
    std::vector<SshAnswer> answers;
    for (const Endpoint& each : endpoints) {
      answers.push_back(
          {.greets = guests_.ssh_answers(each.host),
           .host_key = each.wants_host_key ? guests_.host_key(each.host) : std::string()});
    }
    return answers;
  }

 private:
  const Guests& guests_;
};

class Listener final : public Reporter {
 public:
  explicit Listener(std::vector<std::string>& told) : told_(told) {}
  void on_decision(const Machine&, const Decision& decision) override {
    told_.push_back(std::string(to_string(decision.reason)) + ": " + decision.detail);
  }
  void on_step_failed(const Machine&, const Step& step, const Error& error) override {
    told_.push_back(describe(step) + " failed: " + error.describe());
  }
  void on_trouble(const Error& error) override { told_.push_back(error.describe()); }

 private:
  std::vector<std::string>& told_;
};

}  // namespace

class Transport final : public aws::HttpTransport {
 public:
  Transport(LocalEc2& ec2, Process& process) : ec2_(ec2), process_(process) {}

  Result<aws::HttpResponse> send(const aws::HttpRequest& request) override {
    using Effect = CrashPoint::Effect;
    const auto call = static_cast<int>(process_.calls_.size());
    process_.calls_.push_back(!reads_only(request.body));
    const auto& crash = process_.crash_;
    if (crash && (call > crash->call || (call == crash->call && crash->effect == Effect::none))) {
      return fail(Errc::interrupted, "the controller is dead");
    }
    const std::string region = region_of(request);
    if (ec2_.hangs(request.body) || ec2_.hanging_regions.contains(region)) {
      ec2_.clock_.advance(request.total_timeout);
      return fail(Errc::timeout, "no answer in time");
    }
    ec2_.catch_up();
    const sim::ApiReply reply = ec2_.ask(request.body, region);
    ec2_.note(request.body, reply);
    ec2_.catch_up();
    if (!reads_only(request.body)) ec2_.check_rules();
    if (crash && call == crash->call) return fail(Errc::interrupted, "the controller is dead");
    if (reply.lost) return fail(Errc::transport, "the connection broke");
    return aws::HttpResponse{.status = reply.status,
                             .headers = {{"date", sim::http_date(ec2_.clock_.now())}},
                             .body = reply.body};
  }

 private:
  LocalEc2& ec2_;
  Process& process_;
};

class Process::Surroundings {
 public:
  Surroundings(LocalEc2& ec2, Process& process, const std::string& region)
      : prober_(ec2.guests_),
        waiter_(ec2.clock_),
        listener_(ec2.told_),
        client_(make_client(ec2, process, region)) {}

  Controls controls() {
    return {.ec2 = *client_,
            .prober = prober_,
            .clock = client_->clock(),
            .waiter = waiter_,
            .reporter = listener_};
  }

 private:
  static std::unique_ptr<aws::Ec2Client> make_client(LocalEc2& ec2, Process& process,
                                                     const std::string& region) {
    aws::Ec2Options options;
    options.region = region.empty() ? kRegion : region;
    options.endpoint_url = "http://127.0.0.1:1";
    options.jitter_seed = 1;
    options.reading_deadline = kWatchReadingDeadline;
    options.deadline = kWatchChangingDeadline;
    options.http = std::make_unique<Transport>(ec2, process);
    options.sleeper = std::make_unique<ClockSleeper>(ec2.clock_);
    auto client = aws::make_ec2(std::move(options), test_environment(), ec2.host_clock_);
    EXPECT_TRUE(client);
    return std::move(*client);
  }

  GuestProber prober_;
  ClockWaiter waiter_;
  Listener listener_;
  std::unique_ptr<aws::Ec2Client> client_;
};

Process::Process(LocalEc2& ec2, std::optional<CrashPoint> crash, const std::string& region)
    : ec2_(ec2),
      crash_(crash),
      surroundings_(std::make_unique<Surroundings>(ec2_, *this, region)) {}

Process::~Process() = default;

Controls Process::controls() { return surroundings_->controls(); }

LocalEc2::LocalEc2() : LocalEc2(seed_document(), 1) {}

LocalEc2::LocalEc2(const sim::Json& seed, std::uint64_t random_seed)
    : clock_(kStart),
      guests_(clock_, [this](sim::BodyEvent event) { reports_.push_back(std::move(event)); }),
      core_({.seed = random_seed, .profile = sim::Profile::realistic, .start = kStart}, guests_) {
  const auto planted = core_.seed(seed);
  EXPECT_TRUE(planted) << planted.error().message;
}

sim::ApiReply LocalEc2::handle(sim::ParamMap parameters, const std::string& region,
                               std::string_view access_key) {
  std::optional<sim::PresignedCall> presigned;
  if (const auto url = parameters.find("PresignedUrl"); url != parameters.end()) {
    const auto secret = [](const std::string&) {
      return sim::VerifierKey{.secret = "test", .session_token = {}};
    };
    presigned = sim::verify_presigned(url->second, secret, {clock_.now()});
  }
  return core_.handle({.service = "ec2",
                       .region = region,
                       .access_key = std::string(access_key),
                       .params = std::move(parameters),
                       .target = {},
                       .body = {},
                       .presigned = std::move(presigned)});
}

sim::ApiReply LocalEc2::ask(const std::string& body, const std::string& region) {
  if (!core_.answers_alike() || answers_revision_ != core_.revision()) answers_.clear();
  if (const auto known = answers_.find({region, body}); known != answers_.end())
    return known->second;
  sim::ParamMap parameters = sim::parse_form(body);
  if (before_call) before_call(parameters);
  sim::ApiReply reply = handle(std::move(parameters), region);
  if (answers_revision_ != core_.revision()) answers_.clear();
  answers_revision_ = core_.revision();
  const bool keep = reply.status == 200 && !reply.lost && body.starts_with("Action=Describe");
  if (keep && core_.answers_alike()) answers_[{region, body}] = reply;
  return reply;
}

bool LocalEc2::hangs(const std::string& body) const {
  if (clock_.now() < silent_until) return true;
  return std::any_of(hanging.begin(), hanging.end(), [&](const std::string& action) {
    return body.starts_with("Action=" + action + "&");
  });
}

Result<Decision> LocalEc2::drive(const Machine& machine, Goal goal, std::optional<CrashPoint> crash,
                                 int generation) {
  return run(machine, {.goal = goal, .generation = generation}, crash);
}

Result<Decision> LocalEc2::drive_away(const Machine& machine, Goal goal, int generation,
                                      std::optional<CrashPoint> crash) {
  return run(machine, {.goal = goal, .generation = generation, .leaves_region = true}, crash);
}

Result<Decision> LocalEc2::run(const Machine& machine, const DriveOptions& options,
                               std::optional<CrashPoint> crash) {
  told_.clear();
  Process process(*this, crash, machine.region);
  const auto last = ec2spotter::drive(machine, process.controls(), options);
  calls_ = process.calls();
  if (!last) return fail(last.error());
  // Its last call may have been one that it could do without.
  if (process.dead()) return fail(Errc::interrupted, "the controller is dead");
  return last->decision;
}

bool LocalEc2::watch(const std::vector<Machine>& machines, const Enough& enough, Duration max,
                     std::optional<CrashPoint> crash) {
  told_.clear();
  Process process(*this, crash, machines.front().region);
  Watch watch(machines.front().owner, process.controls());
  watch.set_machines(machines);
  for (const InstanceId& instance : recommended) {
    watch.on_spot_event({.kind = SpotEvent::Kind::rebalance, .instance = instance});
  }
  const TimePoint end = clock_.now() + max;
  while (clock_.now() < end) {
    const TimePoint next = watch.turn();
    calls_ = process.calls();
    if (process.dead()) return false;
    if (enough(watch)) return true;
    const Duration pause = next - process.controls().clock.now();
    if (pause > Duration::zero()) pass(pause);
  }
  return false;
}

int LocalEc2::person(const std::string& action, sim::ParamMap parameters) {
  catch_up();
  parameters.emplace("Action", action);
  parameters.emplace("Version", "2016-11-15");
  const sim::ApiReply reply = handle(std::move(parameters), kRegion, sim::kPersonKey);
  note(action, reply);
  catch_up();
  return reply.status;
}

void LocalEc2::note(std::string_view call, const sim::ApiReply& reply) {
  const auto mix = [&](std::size_t value) {
    digest_ = (digest_ ^ value) * 0x100000001b3ULL + static_cast<std::uint64_t>(reply.status);
  };
  mix(std::hash<std::string_view>{}(call));
  mix(std::hash<std::string>{}(reply.body));
  mix(static_cast<std::size_t>(clock_.now().time_since_epoch().count()));
}

std::string LocalEc2::story() const {
  std::string text;
  std::string_view last;
  for (const std::string& line : told_) {
    if (line != last) text += "\n  " + line;
    last = line;
  }
  return text;
}

sim::Json LocalEc2::control(const std::string& path, const sim::Json& body) {
  catch_up();
  const auto done = core_.control(path, body);
  EXPECT_TRUE(done) << path << ": " << done.error().message;
  catch_up();
  return done ? *done : sim::Json();
}

void LocalEc2::set_capacity(const std::string& type, const std::string& market, int available,
                            const std::string& zone) {
  control("capacity",
          {{"instance_type", type}, {"zone", zone}, {"market", market}, {"available", available}});
}

std::vector<sim::Json> LocalEc2::resources(const std::string& kind, const std::string& region) {
  std::vector<sim::Json> found;
  catch_up();
  for (const auto& [id, resource] : core_.table(region, kind)) found.push_back(resource);
  return found;
}

std::vector<sim::Json> LocalEc2::living(const std::string& region) {
  std::vector<sim::Json> found;
  for (sim::Json& instance : resources("instance", region)) {
    const std::string name = instance.at("instanceState").at("name");
    if (name != "terminated" && name != "shutting-down") found.push_back(std::move(instance));
  }
  return found;
}

const sim::Json* LocalEc2::find(const std::string& kind, const std::string& id) {
  catch_up();
  for (const std::string& region : sim::region_names()) {
    const sim::Table& table = core_.table(region, kind);
    if (const auto found = table.find(id); found != table.end()) return &found->second;
  }
  return nullptr;
}

const sim::Json* LocalEc2::instance(const std::string& id) { return find("instance", id); }

std::string LocalEc2::holder(const std::string& volume_id) {
  const sim::Json* volume = find("volume", volume_id);
  if (volume == nullptr || volume->at("attachmentSet").empty()) return {};
  return volume->at("attachmentSet")[0].at("instanceId");
}

bool LocalEc2::serves(const std::string& volume_id) {
  const sim::Json* body = instance(holder(volume_id));
  if (body == nullptr) return false;
  const std::string state = body->at("instanceState").at("name");
  return state != "terminated" && state != "shutting-down" &&
         guests_.ssh_answers(body->value("ipAddress", ""));
}

std::vector<std::string> LocalEc2::changes() {
  std::vector<std::string> actions;
  const sim::Json calls = control("calls", sim::Json::object());
  for (const sim::Json& call : calls) {
    const std::string action = call.at("action");
    if (action.starts_with("Describe") || action.starts_with("Get")) continue;
    const bool failed = call.at("error") != "";
    actions.push_back(action + (failed ? "!" : ""));
  }
  return actions;
}

void LocalEc2::pass(Duration time) {
  const TimePoint end = clock_.now() + time;
  while (clock_.now() < end) {
    clock_.advance_to(std::clamp(core_.next_event_at(), clock_.now(), end));
    catch_up();
  }
  check_rules();
}

void LocalEc2::catch_up() {
  core_.advance_to(clock_.now());
  std::vector<sim::BodyEvent> reports;
  reports.swap(reports_);
  for (const sim::BodyEvent& report : reports) core_.report(report);
}

void LocalEc2::check_rules() {
  for (std::string& breach : core_.violations()) {
    if (seen_breaches_.insert(breach).second) {
      violations_.push_back(format_iso8601(clock_.now()) + " " + std::move(breach));
    }
  }
}

Machine web_machine() {
  Machine machine;
  machine.name = MachineName("web");
  machine.owner = OwnerId("default");
  machine.volume.name_tag = "web-root";
  machine.zone = "us-east-1a";
  machine.image = "ami-0aaaaaaaaaaaaaaa1";
  machine.types = {"t3.small", "t3.medium"};
  machine.key_name = "me";
  machine.elastic_ip = kAddress;
  return machine;
}

Machine swapping_machine(Market market) {
  Machine machine = web_machine();
  machine.engine = Engine::swap;
  machine.markets = {market};
  return machine;
}

Machine replacing_machine(Market market) {
  Machine machine = swapping_machine(market);
  machine.engine = Engine::replace;
  return machine;
}

Machine keeping_machine() {
  Machine machine = web_machine();
  machine.keeps_private_ip = true;
  return machine;
}

bool is_up(const Watch& watch, const Machine& machine) {
  const Decision* last = watch.last_decision(machine.name);
  return last != nullptr && last->reason == Reason::up;
}

std::vector<Machine> like_machines(int count) {
  std::vector<Machine> machines;
  for (int number = 0; number < count; ++number) {
    std::string digits = std::to_string(number);
    digits.insert(0, 13 - digits.size(), '0');
    Machine machine;
    machine.name = MachineName("m" + std::to_string(number));
    machine.owner = OwnerId("default");
    machine.volume.id = VolumeId("vol-0aaa" + digits);
    machine.image = "ami-0aaaaaaaaaaaaaaa1";
    machine.types = {"t3.small", "t3.medium"};
    machines.push_back(std::move(machine));
  }
  return machines;
}

sim::Json world_of(const std::vector<Machine>& machines) {
  sim::Json seed = seed_document();
  seed["volumes"] = sim::Json::array();
  for (const Machine& machine : machines) {
    seed["volumes"].push_back(
        {{"volume_id", machine.volume.id.str()}, {"zone", "us-east-1a"}, {"size_gib", 8}});
    for (const DataVolume& data : machine.data_volumes) {
      const VolumeName& named = data.volume;
      seed["volumes"].push_back({{"volume_id", data_id(machine, named).str()},
                                 {"zone", "us-east-1a"},
                                 {"size_gib", 4},
                                 {"tags", {{"Name", named.name_tag}}}});
    }
  }
  return seed;
}

VolumeId data_id(const Machine& machine, const VolumeName& named) {
  if (!named.id.empty()) return named.id;
  std::string id = machine.volume.id.str();
  return VolumeId(id.replace(4, 2, "0d"));
}

Machine data_machine(Engine engine) {
  Machine machine = web_machine();
  machine.volume = parse_volume_name(kVolume);
  machine.engine = engine;
  machine.data_volumes = {{parse_volume_name(kDataVolume), "/dev/sdg"},
                          {parse_volume_name("web-logs"), "/dev/sdh"}};
  return machine;
}

std::string newest_of(LocalEc2& ec2, const std::string& volume) {
  std::pair<long, std::string> newest{1, volume};
  for (const sim::Json& each : ec2.resources("volume")) {
    if (sim::tag_value(each, tag::kOrigin) != volume) continue;
    if (sim::tag_value(each, tag::kVolume) != each.at("volumeId")) continue;
    newest = std::max(newest, {sim::generation_of(each), each.at("volumeId")});
  }
  return newest.second;
}

void need_data(LocalEc2& ec2, const Machine& machine) {
  std::set<std::string> needed;
  for (const DataVolume& data : machine.data_volumes) {
    needed.insert(data_id(machine, data.volume).str());
  }
  ec2.guests().need(machine.volume.id.str(), std::move(needed));
}

std::string machine_of(const sim::Json& instance) {
  std::istringstream names(sim::tag_value(instance, tag::kMachine));
  std::vector<std::string> members{std::istream_iterator<std::string>(names), {}};
  if (members.size() < 2) return members.empty() ? std::string() : members.front();
  return members.at(instance.value("amiLaunchIndex", 0U));
}

}  // namespace ec2spotter::scenario
