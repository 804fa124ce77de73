#include "storm.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "local_ec2.hpp"
#include "model/tags.hpp"
#include "plot.hpp"
#include "sim/core/world.hpp"

namespace ec2spotter::storm {
namespace {

using namespace std::chrono_literals;
using scenario::CrashPoint;
using scenario::LocalEc2;
using scenario::Process;

constexpr Duration kUpWithin = 10min;  // after all trouble has ended
constexpr double kMillisOfDay = 86'400'000.0;
constexpr const char* kFaultKinds[] = {"throttle", "error_before", "error_after", "lost_reply"};

// A controller that may be dead for a while.
struct Controller {
  std::unique_ptr<Process> process;
  std::unique_ptr<Watch> watch;
  TimePoint next{};
};

class Storm {
 public:
  explicit Storm(const StormOptions& options)
      : options_(options),
        random_(options.seed),
        plot_(draw_plot(random_, options.machines)),
        ec2_(plot_.seed, options.seed),
        start_(ec2_.clock().now()) {
    controllers_.resize(plot_.two_controllers ? 2 : 1);
    for (const Machine& machine : plot_.machines) roots_.push_back(machine.volume.id);
    plant_foreign_instances();
    ec2_.before_call = [this](const sim::ParamMap& parameters) { check_call(parameters); };
    plan_incidents();
  }

  StormReport run() {
    while (ec2_.clock().now() < start_ + options_.time && report_.problems.empty()) step();
    calm_down();
    if (report_.problems.empty()) check_leaks();
    check_foreign_instances();
    report_.digest = ec2_.digest();
    return std::move(report_);
  }

 private:
  using Act = std::function<void()>;
  struct Kind {
    double per_machine_day;
    Act act;
  };

  // ---- trouble

  void plan_incidents() {
    const Rates& rates = plot_.rates;
    kinds_ = {{rates.notice, [this] { reclaim(120); }},
              {rates.late_notice, [this] { reclaim(static_cast<int>(below(random_, 20))); }},
              {rates.reclaim, [this] { reclaim(-1); }},
              {rates.rebalance, [this] { rebalance(); }},
              {rates.stop, [this] { stop_by_hand(); }},
              {rates.terminate, [this] { by_hand("TerminateInstances"); }},
              {rates.detach, [this] { detach_by_hand(); }},
              {rates.poweroff, [this] { power_off(); }},
              {rates.drought, [this] { drought(); }},
              {rates.fault, [this] { fault(); }},
              {rates.stale, [this] { stale(); }},
              {rates.slow, [this] { slow(); }},
              {rates.crash, [this] { crash(); }},
              {rates.absence, [this] { absence(); }},
              {rates.delete_with, [this] { delete_with_instance(); }},
              {rates.wrong_file, [this] { wrong_file(); }}};
    draw_next_incident();
  }

  double total_rate() const {
    double total = 0;
    for (const Kind& kind : kinds_) total += kind.per_machine_day;
    return total * options_.machines;
  }

  void draw_next_incident() {
    const double total = total_rate();
    const double wait = total > 0 ? exponential(random_, kMillisOfDay / total) : kMillisOfDay * 365;
    next_incident_ = ec2_.clock().now() + Duration(static_cast<Duration::rep>(wait) + 1);
  }

  void strike() {
    ++report_.incidents;
    double draw =
        total_rate() / options_.machines * static_cast<double>(below(random_, 1 << 20)) / (1 << 20);
    for (const Kind& kind : kinds_) {
      if (draw < kind.per_machine_day) {
        kind.act();
        break;
      }
      draw -= kind.per_machine_day;
    }
    draw_next_incident();
  }

  const VolumeId& some_root() { return roots_[below(random_, roots_.size())]; }

  // Empty: none. What would take its root with it, were it lost now, is spared: that loss would
  // be the doing of whoever set DeleteOnTermination.
  std::string body_of_some_machine() {
    const std::string id = ec2_.holder(some_root().str());
    return id.empty() || takes_root_with_it(*ec2_.instance(id)) ? "" : id;
  }

  static bool takes_root_with_it(const sim::Json& instance) {
    const sim::Json& disks = instance.at("blockDeviceMapping");
    return std::any_of(disks.begin(), disks.end(), [&](const sim::Json& disk) {
      return disk.at("deviceName") != instance.at("rootDeviceName") &&
             disk.at("ebs").at("deleteOnTermination") == true;
    });
  }

  void reclaim(int notice_seconds) {
    const std::string body = body_of_some_machine();
    if (body.empty() || ec2_.instance(body)->value("instanceLifecycle", "") != "spot") return;
    sim::Json request{{"instance_id", body}};
    if (notice_seconds >= 0) {
      request["notice"] = true;
      request["seconds"] = notice_seconds;
    }
    ec2_.control("reclaim", request);
  }

  // An announcement may be lost, come twice, be heard by one controller only, or be about somebody
  // else's instance.
  void rebalance() {
    const InstanceId bodies[] = {InstanceId(ec2_.holder(some_root().str())),
                                 InstanceId(foreign_instances_.front().at("instanceId"))};
    for (auto times = below(random_, 4); times > 0; --times) {
      for (Controller& controller : controllers_) {
        if (controller.watch == nullptr || below(random_, 2) == 0) continue;
        for (const InstanceId& body : bodies) {
          controller.watch->hear({.kind = SpotEvent::Kind::rebalance, .instance = body});
        }
      }
    }
  }

  void by_hand(const char* action) {
    const std::string body = body_of_some_machine();
    if (!body.empty()) ec2_.person(action, {{"InstanceId.1", body}});
  }

  // EC2 refuses to stop what runs on a one-time Spot request, so one from on-demand is sought.
  void stop_by_hand() {
    for (std::size_t tries = roots_.size(); tries > 0; --tries) {
      const std::string body = body_of_some_machine();
      if (body.empty() || ec2_.instance(body)->contains("instanceLifecycle")) continue;
      ec2_.person("StopInstances", {{"InstanceId.1", body}});
      return;
    }
  }

  void detach_by_hand() { ec2_.person("DetachVolume", {{"VolumeId", some_root().str()}}); }

  void power_off() {
    const std::string body = body_of_some_machine();
    if (!body.empty()) ec2_.guests().press_power_button(body);
  }

  void set_capacity(const std::string& type, const std::string& market, int available) {
    for (const char* zone : {"us-east-1a", "us-east-1b"}) {
      ec2_.set_capacity(type, market, available, zone);
    }
  }

  void drought() {
    const Machine& machine = plot_.machines[below(random_, plot_.machines.size())];
    const std::string type = machine.types.front();
    set_capacity(type, "spot", 0);
    if (chance(random_, 0.2)) set_capacity(type, "on-demand", 0);
    later(some_time(1h), [this, type] {
      set_capacity(type, "spot", -1);
      set_capacity(type, "on-demand", -1);
    });
  }

  void fault() {
    ec2_.control("fault", {{"kind", kFaultKinds[below(random_, std::size(kFaultKinds))]},
                           {"count", 0},
                           {"probability", 0.3},
                           {"status", chance(random_, 0.5) ? 500 : 503}});
    later(some_time(5min), [this] { ec2_.control("fault", {{"kind", "clear"}}); });
  }

  void stale() {
    const auto seconds = static_cast<int>(1 + below(random_, 60));
    ec2_.control("fault", {{"kind", "stale_describe"}, {"seconds", seconds}});
    stale_until_ = ec2_.clock().now() + std::chrono::seconds(seconds);
  }

  // Only on a body that nothing else happens to, and while describes show it.
  void delete_with_instance() {
    const std::string id = body_of_some_machine();
    if (id.empty() || stale_until_ > ec2_.clock().now()) return;
    const sim::Json& body = *ec2_.instance(id);
    if (body.at("instanceState").at("name") != "running" || body.contains("_reclaim_at")) return;
    for (const sim::Json& disk : body.at("blockDeviceMapping")) {
      if (disk.at("deviceName") == body.at("rootDeviceName")) continue;
      ec2_.person("ModifyInstanceAttribute",
                  {{"InstanceId", id},
                   {"BlockDeviceMapping.1.DeviceName", disk.at("deviceName")},
                   {"BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"}});
      break;
    }
    ec2_.pass(1s);
  }

  void wrong_file() {
    const std::size_t number = below(random_, plot_.machines.size());
    name_volume(number, plot_.copies[number]);
    later(some_time(10min), [this, number] { name_volume(number, roots_[number]); });
  }

  void name_volume(std::size_t number, const VolumeId& volume) {
    plot_.machines[number].volume.id = volume;
    for (Controller& controller : controllers_) {
      if (controller.watch != nullptr) controller.watch->set_machines(plot_.machines);
    }
  }

  void slow() {
    slowness_ = std::chrono::seconds(10 + below(random_, 600));
    ec2_.control("fault", {{"kind", "slow_state"}, {"count", 3}, {"seconds", slowness_.count()}});
  }

  void crash() {
    Controller& controller = controllers_[below(random_, controllers_.size())];
    if (controller.process == nullptr) return;
    using Effect = CrashPoint::Effect;
    controller.process->die_at(
        {.call = controller.process->calls() + static_cast<int>(below(random_, 30)),
         .effect = chance(random_, 0.5) ? Effect::done : Effect::none});
  }

  void absence() {
    Controller& controller = controllers_[below(random_, controllers_.size())];
    controller.next = ec2_.clock().now() + some_time(10min);
  }

  Duration some_time(Duration mean) {
    return Duration(
        static_cast<Duration::rep>(exponential(random_, static_cast<double>(mean.count()))));
  }

  void later(Duration delay, Act act) {
    deferred_.emplace(ec2_.clock().now() + delay, std::move(act));
  }

  // ---- time

  void step() {
    TimePoint next = std::min(next_incident_, start_ + options_.time);
    if (!deferred_.empty()) next = std::min(next, deferred_.begin()->first);
    for (const Controller& controller : controllers_) next = std::min(next, controller.next);
    if (next > ec2_.clock().now()) ec2_.pass(next - ec2_.clock().now());
    const TimePoint now = ec2_.clock().now();
    while (!deferred_.empty() && deferred_.begin()->first <= now) {
      auto act = std::move(deferred_.begin()->second);
      deferred_.erase(deferred_.begin());
      act();
      wake_all();
    }
    if (next_incident_ <= now) {
      strike();
      wake_all();
    }
    for (Controller& controller : controllers_) {
      if (controller.next <= ec2_.clock().now()) give_turn(controller);
    }
    note_violations();
  }

  // Whoever has nothing to do skips turns until something happens; then he is on his usual beat.
  void wake_all() {
    const TimePoint beat = ec2_.clock().now() + Duration(below(random_, 15'000));
    for (Controller& controller : controllers_) {
      if (controller.watch != nullptr) controller.next = std::min(controller.next, beat);
    }
  }

  void give_turn(Controller& controller) {
    if (controller.watch == nullptr) {
      controller.process = std::make_unique<Process>(ec2_, std::nullopt);
      controller.watch = std::make_unique<Watch>(OwnerId("storm"), controller.process->controls());
      controller.watch->set_machines(plot_.machines);
      ++report_.controllers;
    }
    ++report_.turns;
    controller.next = controller.watch->turn();
    if (controller.process->dead()) {
      controller.watch.reset();
      controller.process.reset();
      controller.next = ec2_.clock().now() + some_time(1min);
    } else if (nothing_to_do(*controller.watch)) {
      controller.next = std::max(controller.next, quiet_until());
    }
  }

  bool nothing_to_do(const Watch& watch) const {
    return std::all_of(plot_.machines.begin(), plot_.machines.end(),
                       [&](const Machine& machine) { return scenario::is_up(watch, machine); });
  }

  // The next moment at which the world changes by itself, or somebody changes it.
  TimePoint quiet_until() const {
    TimePoint until = std::min(next_incident_, const_cast<LocalEc2&>(ec2_).core().next_event_at());
    if (!deferred_.empty()) until = std::min(until, deferred_.begin()->first);
    return until;
  }

  // ---- the end

  void calm_down() {
    if (!report_.problems.empty()) return;
    for (std::size_t i = 0; i < roots_.size(); ++i) name_volume(i, roots_[i]);
    kinds_.clear();
    deferred_.clear();
    next_incident_ = TimePoint::max();
    ec2_.control("fault", {{"kind", "clear"}});
    for (const char* type : {"t3.small", "t3.medium", "m5.large"}) {
      set_capacity(type, "spot", -1);
      set_capacity(type, "on-demand", -1);
    }
    // A state that changes slowly is the last trouble to end.
    const TimePoint begun = ec2_.clock().now();
    const TimePoint end = begun + slowness_ + kUpWithin;
    for (Controller& controller : controllers_) {
      controller.next = std::min(controller.next, ec2_.clock().now() + 1min);
    }
    while (ec2_.clock().now() < end && report_.problems.empty()) {
      TimePoint next = end;
      for (const Controller& controller : controllers_) next = std::min(next, controller.next);
      if (next > ec2_.clock().now()) ec2_.pass(next - ec2_.clock().now());
      for (Controller& controller : controllers_) {
        if (controller.next <= ec2_.clock().now()) give_turn(controller);
        if (controller.watch == nullptr || !nothing_to_do(*controller.watch)) {
          report_.last_up = ec2_.clock().now() - begun;
        }
      }
      note_violations();
    }
    for (const Machine& machine : plot_.machines) check_up(machine);
  }

  void check_up(const Machine& machine) {
    for (const Controller& controller : controllers_) {
      const Decision* last =
          controller.watch ? controller.watch->last_decision(machine.name) : nullptr;
      const bool up = last != nullptr && last->reason == Reason::up;
      if (up) return;
      report_.problems.push_back(
          machine.name.str() + " is not up at the end: " +
          (last ? std::string(to_string(last->reason)) + ": " + last->detail : "no controller"));
    }
  }

  void check_leaks() {
    const std::size_t machines = plot_.machines.size();
    const std::size_t bodies = ec2_.living().size() - foreign_instances_.size();
    if (bodies != machines) {
      report_.problems.push_back(std::to_string(bodies) + " bodies live for " +
                                 std::to_string(machines) + " machines" + surplus_bodies());
    }
    // Each machine has a root, a copy of it, and the disk that its body's image gave it.
    const auto without_image_disk = static_cast<std::size_t>(
        std::count_if(plot_.machines.begin(), plot_.machines.end(),
                      [](const Machine& machine) { return machine.engine == Engine::swap; }));
    const std::size_t volumes =
        ec2_.resources("volume").size() - foreign_instances_.size() + without_image_disk;
    if (volumes != 3 * machines) {
      report_.problems.push_back(std::to_string(volumes) + " volumes are left for " +
                                 std::to_string(machines) + " machines");
    }
  }

  // Those that have not got their root, for the message.
  std::string surplus_bodies() {
    std::string list;
    for (const sim::Json& body : ec2_.living()) {
      const std::string id = body.at("instanceId");
      if (ec2_.holder(sim::tag_value(body, tag::kBodyOf)) == id) continue;
      list += "\n  " + id + " " + std::string(body.at("instanceState").at("name")) + " " +
              body.value("spotInstanceRequestId", "") + " " + body.at("tagSet").dump();
    }
    return list;
  }

  // Rule S4: somebody else's instances, one of them with another owner's tags.
  void plant_foreign_instances() {
    for (const char* owner : {"", "somebody"}) {
      sim::ParamMap launch{{"ImageId", "ami-0aaaaaaaaaaaaaaa1"},
                           {"InstanceType", "t3.small"},
                           {"MinCount", "1"},
                           {"MaxCount", "1"}};
      if (*owner != '\0') {
        launch.insert({{"TagSpecification.1.ResourceType", "instance"},
                       {"TagSpecification.1.Tag.1.Key", std::string(tag::kOwner)},
                       {"TagSpecification.1.Tag.1.Value", owner},
                       {"TagSpecification.1.Tag.2.Key", std::string(tag::kMachine)},
                       {"TagSpecification.1.Tag.2.Value", plot_.machines.front().name.str()}});
      }
      ec2_.person("RunInstances", std::move(launch));
    }
    ec2_.pass(2min);
    foreign_instances_ = ec2_.living();
  }

  void check_foreign_instances() {
    const auto living = ec2_.living();
    for (const sim::Json& before : foreign_instances_) {
      if (std::find(living.begin(), living.end(), before) != living.end()) continue;
      report_.problems.push_back("S4: " + before.at("instanceId").get<std::string>() +
                                 ", which is not ours, was touched");
    }
  }

  // Rules S3, S6, S7 and S8, seen at the call itself.
  void check_call(const sim::ParamMap& parameters) {
    const auto value = [&](const char* key) {
      const auto found = parameters.find(key);
      return found == parameters.end() ? std::string() : found->second;
    };
    const bool force = value("Force") == "true";
    if (force && value("Action") == "DetachVolume") {
      report_.problems.push_back("S6: a volume is force-detached");
    }
    if (force && value("Action") == "StopInstances") check_stop(value("InstanceId.1"));
    if (value("Action") == "TerminateInstances") check_termination(value("InstanceId.1"));
    if (value("Action") == "DetachVolume") check_detachment(value("InstanceId"));
  }

  void check_stop(const std::string& id) {
    for (const VolumeId& root : roots_) {
      if (ec2_.holder(root.str()) == id) {
        report_.problems.push_back("S5: " + id + " is stopped by force with its root");
      }
    }
  }

  void check_detachment(const std::string& id) {
    const sim::Json* body = ec2_.instance(id);
    if (body == nullptr) {
      report_.problems.push_back("S7: a volume is detached from '" + id + "'");
    } else if (body->at("instanceState").at("name") == "running") {
      report_.problems.push_back("S7: a volume is detached from " + id + ", which runs");
    }
  }

  void check_termination(const std::string& id) {
    const sim::Json* given_up = ec2_.instance(id);
    if (given_up == nullptr) return;
    if (takes_root_with_it(*given_up)) {
      report_.problems.push_back("S3: " + id + " is terminated and takes its root with it");
    }
    if (given_up->at("instanceState").at("name") != "running" ||
        given_up->contains("_reclaim_at") || sim::tag_value(*given_up, tag::kRoot) != "up") {
      return;
    }
    const auto living = ec2_.living();
    const std::string machine = sim::tag_value(*given_up, tag::kMachine);
    const std::string root = sim::tag_value(*given_up, tag::kBodyOf);
    if (ec2_.holder(root) != id) return;
    const bool successor = std::any_of(living.begin(), living.end(), [&](const sim::Json& body) {
      return body.at("instanceId") != id && scenario::machine_of(body) == machine &&
             body.at("instanceState").at("name") ==
                 (sim::tag_value(body, tag::kEngine) == "swap" ? "stopped" : "running");
    });
    if (!successor) report_.problems.push_back("S8: " + id + " works, and nothing waits for it");
  }

  void note_violations() {
    for (const auto* breaches : {&ec2_.violations(), &ec2_.guests().losses()}) {
      report_.problems.insert(report_.problems.end(), breaches->begin(), breaches->end());
    }
  }

  StormOptions options_;
  std::mt19937_64 random_;
  Plot plot_;
  LocalEc2 ec2_;
  TimePoint start_;
  std::vector<Controller> controllers_;
  std::vector<Kind> kinds_;
  std::multimap<TimePoint, Act> deferred_;
  TimePoint next_incident_{};
  TimePoint stale_until_{};
  std::chrono::seconds slowness_{};  // of the states that were slowed last
  std::vector<VolumeId> roots_;      // of the machines, whatever their files say
  std::vector<sim::Json> foreign_instances_;
  StormReport report_;
};

}  // namespace

StormReport run_storm(const StormOptions& options) { return Storm(options).run(); }

}  // namespace ec2spotter::storm
