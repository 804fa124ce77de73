#include "storm.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "interfaces.hpp"
#include "local_ec2.hpp"
#include "model/tags.hpp"
#include "moves.hpp"
#include "plot.hpp"
#include "questions.hpp"
#include "sim/core/resources/root_tasks.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::storm {
namespace {

using namespace std::chrono_literals;
using scenario::CrashPoint;
using scenario::LocalEc2;
using scenario::Process;

constexpr Duration kUpWithin = 10min;  // after all trouble has ended
constexpr double kMillisOfDay = 86'400'000.0;
// How long a system may stand still, or its root be read-only, and yet be called up.
constexpr Duration kHungUnseen = 15min;
constexpr Duration kReadOnlyUnseen = 25min;
// How long what must not wait may wait for an action that has nothing to do with it.
constexpr Duration kTurnMost = 90s;

// A controller that may be dead for a while.
struct Controller {
  std::unique_ptr<Process> process;
  std::unique_ptr<Watch> watch;
  TimePoint next{};
  TimePoint last_turn{};
  TimePoint steady_since{};  // no two minutes without a turn
};

class Storm {
 public:
  explicit Storm(const StormOptions& options)
      : options_(options),
        random_(options.seed),
        plot_(draw_plot(random_, options.machines, options.engine)),
        ec2_(plot_.seed, options.seed),
        start_(ec2_.clock().now()) {
    controllers_.resize(plot_.two_controllers ? 2 : 1);
    ec2_.host_clock().run_fast(plot_.clock_gains);
    for (const Machine& machine : plot_.machines) {
      roots_.push_back(machine.volume.id);
      scenario::need_data(ec2_, machine);
    }
    plant_foreign_instances();
    plant_appliance();
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
              {rates.wrong_file, [this] { wrong_file(); }},
              {rates.clock_step, [this] { step_clock(); }},
              {rates.one_action, [this] { one_action(); }},
              {rates.lent_address, [this] { lend_address(); }},
              {rates.like_root, [this] { make_like_root(); }},
              {rates.hang, [this] { hang(); }},
              {rates.read_only, [this] { turn_read_only(); }},
              {rates.task, [this] { strike_task(); }},
              {rates.dry_zone, [this] { dry_zone(); }},
              {rates.move, [this] { order_move(ec2_, some_root(), some_zone()); }},
              {rates.restore, [this] { order_restore(ec2_, some_root(), chance(random_, 0.5)); }},
              {rates.long_check, [this] { check_for_long(); }}};
    draw_next_incident();
  }

  double total_rate() const {
    double total = 0;
    for (const Kind& kind : kinds_) total += kind.per_machine_day;
    return total * options_.machines;
  }

  void draw_next_incident() {
    const double total = total_rate() * options_.often;
    const double wait = total > 0 ? exponential(random_, kMillisOfDay / total) : kMillisOfDay * 365;
    next_incident_ = ec2_.clock().now() + Duration(static_cast<Duration::rep>(wait) + 1);
  }

  void strike() {
    ++report_.incidents;
    const std::size_t bodies = ec2_.living().size() - foreign_instances_.size();
    if (bodies > 3 * roots_.size()) {
      report_.problems.push_back("leak: " + std::to_string(bodies) + " bodies live");
    }
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
    return id.empty() || takes_root_with_it(*ec2_.instance(id), roots_) ? "" : id;
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
          controller.watch->on_spot_event({.kind = SpotEvent::Kind::rebalance, .instance = body});
        }
      }
    }
  }

  // EC2, or a person, takes an instance while its root disk is being replaced. A notice is spared
  // where the new root goes with its instance: if EC2 fails until then, nobody can keep that off.
  void strike_task() {
    for (const sim::Json& task : ec2_.resources(sim::kRootTask)) {
      if (!sim::is_unfinished(task)) continue;
      const std::string id = task.at("instanceId");
      const sim::Json* body = ec2_.instance(id);
      if (body == nullptr || takes_root_with_it(*body, roots_)) continue;
      const bool spot = body->value("instanceLifecycle", "") == "spot";
      if (spot && !plot_.new_roots_go && chance(random_, 0.5)) {
        ec2_.control("reclaim", {{"instance_id", id}, {"notice", true}, {"seconds", 120}});
      } else if (spot && chance(random_, 0.5)) {
        ec2_.control("reclaim", {{"instance_id", id}});
      } else {
        ec2_.person("TerminateInstances", {{"InstanceId.1", id}});
      }
      return;
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
    for (const char* zone : kZones) ec2_.set_capacity(type, market, available, zone);
  }

  std::string some_zone() { return kZones[below(random_, std::size(kZones))]; }

  void dry_zone() {
    const std::string zone = some_zone();
    set_zone(ec2_, zone, 0);
    later(some_time(1h), [this, zone] { set_zone(ec2_, zone, -1); });
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
    begin_trouble();
    later(some_time(5min), [this] { end_failing_actions(); });
  }

  void stale() {
    const auto seconds = static_cast<int>(1 + below(random_, 60));
    ec2_.control("fault", {{"kind", "stale_describe"}, {"seconds", seconds}});
    stale_until_ = ec2_.clock().now() + std::chrono::seconds(seconds);
    quiet_since_ = std::max(quiet_since_, stale_until_);
  }

  // Only on a body that nothing else happens to, and while describes show it.
  void delete_with_instance() {
    const std::string id = body_of_some_machine();
    if (id.empty() || stale_until_ > ec2_.clock().now()) return;
    const sim::Json& body = *ec2_.instance(id);
    if (body.at("instanceState").at("name") != "running" || body.contains("_reclaim_at")) return;
    for (const sim::Json& disk : body.at("blockDeviceMapping")) {
      if (!is_root_disk(disk, roots_) || disk.at("deviceName") == body.at("rootDeviceName"))
        continue;
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

  // Any size, either direction; NTP or a person does it.
  void step_clock() {
    const auto seconds = static_cast<std::int64_t>(exponential(random_, 3600));
    const bool back = chance(random_, 0.5);
    ec2_.host_clock().step(std::chrono::seconds(back ? -seconds : seconds));
  }

  void one_action() {
    const std::string action = kActions[below(random_, std::size(kActions))];
    if (chance(random_, 0.5)) {
      ec2_.hanging = {action};
    } else {
      ec2_.control("fault", {{"kind", chance(random_, 0.5) ? "throttle" : "error_before"},
                             {"action", action},
                             {"count", 0},
                             {"status", 503}});
    }
    begin_trouble();
    later(some_time(10min), [this] { end_failing_actions(); });
  }

  void begin_trouble() { ++troubles_; }

  void end_failing_actions() {
    --troubles_;
    quiet_since_ = std::max(quiet_since_, ec2_.clock().now());
    ec2_.hanging.clear();
    ec2_.control("fault", {{"kind", "clear"}});
  }

  // Has EC2 answered well for so long?
  bool quiet_for(Duration time) const {
    return troubles_ == 0 && const_cast<LocalEc2&>(ec2_).clock().now() - quiet_since_ >= time;
  }

  // To an appliance's interface, or to another owner; the machine may have lost it for that.
  void lend_address() {
    const std::size_t number = below(random_, plot_.machines.size());
    const std::string address = allocation_of(plot_.machines[number], ec2_);
    if (address.empty()) return;
    if (chance(random_, 0.5)) {
      const int lent = ec2_.person("AssociateAddress", {{"AllocationId", address},
                                                        {"NetworkInterfaceId", appliance_},
                                                        {"AllowReassociation", "true"}});
      if (lent != 200) report_.problems.push_back("the storm could not lend an address");
      later(some_time(30min), [this, address] { take_address_back(address); });
      return;
    }
    tag_as_person(address, {{tag::kOwner, "somebody"}});
    later(some_time(30min), [this, address] { tag_as_person(address, {{tag::kOwner, "storm"}}); });
  }

  void take_address_back(const std::string& address) {
    for (const sim::Json& each : ec2_.resources("address")) {
      if (each.at("allocationId") != address ||
          each.value("networkInterfaceId", "") != appliance_) {
        continue;
      }
      ec2_.person("DisassociateAddress", {{"AssociationId", each.at("associationId")}});
    }
  }

  void tag_as_person(const std::string& resource,
                     const std::vector<std::pair<std::string_view, std::string>>& tags) {
    sim::ParamMap call{{"ResourceId.1", resource}};
    int number = 0;
    for (const auto& [key, value] : tags) {
      const std::string name = "Tag." + std::to_string(++number);
      call.emplace(name + ".Key", std::string(key));
      call.emplace(name + ".Value", value);
    }
    ec2_.person("CreateTags", std::move(call));
  }

  // As EC2's tools do, which copy tags from a volume to its snapshots and to what is made of those.
  void make_like_root() {
    const std::size_t number = below(random_, plot_.machines.size());
    std::vector<std::pair<std::string_view, std::string>> tags;
    for (const sim::Json& volume : ec2_.resources("volume")) {
      if (volume.at("volumeId") != roots_[number].str()) continue;
      for (const std::string_view key :
           {tag::kMachine, tag::kOwner, tag::kRole, tag::kState, tag::kGoal, tag::kVolume}) {
        const std::string value = sim::tag_value(volume, key);
        if (!value.empty()) tags.emplace_back(key, value);
      }
    }
    // A root that is not adopted yet has nothing to copy.
    if (tags.size() >= 6) tag_as_person(plot_.copies[number].str(), tags);
  }

  // Only what runs in its root, and is not about to be lost anyway.
  std::string well_body(std::size_t number) {
    const std::string id = ec2_.holder(roots_[number].str());
    if (id.empty()) return {};
    const sim::Json& body = *ec2_.instance(id);
    const bool well = body.at("instanceState").at("name") == "running" &&
                      !body.contains("_reclaim_at") && sim::tag_value(body, tag::kRoot) == "up" &&
                      ec2_.serves(roots_[number].str());
    return well ? id : std::string();
  }

  void hang() {
    const std::size_t number = below(random_, plot_.machines.size());
    const std::string body = well_body(number);
    if (body.empty()) return;
    ec2_.control("hang", {{"instance_id", body}});
    expect_seen(number, body, kHungUnseen, "hangs");
  }

  // A root disk says nothing on the console before its kernel does.
  void turn_read_only() {
    const std::size_t number = below(random_, plot_.machines.size());
    const std::string body = well_body(number);
    if (body.empty() || !has_boot_program(plot_.machines[number].engine)) return;
    ec2_.control("read_only", {{"instance_id", body}});
    expect_seen(number, body, kReadOnlyUnseen, "has a read-only root");
  }

  // Whoever has looked at the machine for so long must not call it up any more. Then a person cures
  // it, if nobody has.
  void expect_seen(std::size_t number, const std::string& body, Duration within, const char* how) {
    ++expectations_;
    const TimePoint since = ailing_since_[body] = ec2_.clock().now();
    later(within, [this, number, body, within, how, since] {
      --expectations_;
      // It was cured meanwhile and has got another ailment, which has its own time.
      if (ailing_since_[body] != since) return;
      const sim::Json* instance = ec2_.instance(body);
      const bool gone = instance == nullptr || ec2_.holder(roots_[number].str()) != body ||
                        instance->at("instanceState").at("name") != "running";
      if (gone || !is_ailing(*instance)) return;
      for (const Controller& controller : controllers_) {
        const bool watched = controller.watch != nullptr &&
                             ec2_.clock().now() - controller.steady_since >= within - 5min &&
                             ec2_.clock().now() - controller.last_turn <= 2min;
        if (watched && quiet_for(within) &&
            scenario::is_up(*controller.watch, plot_.machines[number])) {
          report_.problems.push_back("health: " + body + " " + how + ", and is called up");
        }
      }
      ec2_.person("RebootInstances", {{"InstanceId.1", body}});
    });
  }

  bool is_ailing(const sim::Json& instance) {
    const std::string address = instance.value("ipAddress", "");
    return !ec2_.guests().ssh_answers(address) || ec2_.guests().root_is_read_only(address);
  }

  void check_for_long() {
    ec2_.guests().habits.check = std::min(some_time(20min), Duration(50min));
    reclaim(-1);
    later(some_time(1h), [this] { ec2_.guests().habits.check = Duration::zero(); });
  }

  void slow() {
    slowness_ = std::chrono::seconds(10 + below(random_, 600));
    ec2_.control("fault", {{"kind", "slow_state"}, {"count", 3}, {"seconds", slowness_.count()}});
  }

  void crash() {
    Controller& controller = controllers_[below(random_, controllers_.size())];
    if (controller.process == nullptr) return;
    using Effect = CrashPoint::Effect;
    controller.process->die_at({.call = static_cast<int>(std::ssize(controller.process->calls())) +
                                        static_cast<int>(below(random_, 30)),
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
    follow_roots(ec2_, plot_.machines, roots_);
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
    const TimePoint begun = ec2_.clock().now();
    if (begun - controller.last_turn > 2min) controller.steady_since = begun;
    controller.last_turn = begun;
    // The controller's own time may differ from ours.
    const TimePoint next = controller.watch->turn();
    const TimePoint now = ec2_.clock().now();
    controller.next = now + (next - controller.process->controls().clock.now());
    if (now - begun > kTurnMost) {
      report_.problems.push_back("budget: a turn took " + std::to_string((now - begun) / 1s) +
                                 " s");
    }
    if (controller.process->dead()) {
      controller.watch.reset();
      controller.process.reset();
      controller.next = ec2_.clock().now() + some_time(1min);
    } else if (nothing_to_do(*controller.watch)) {
      controller.next = std::max(controller.next, quiet_until());
    }
  }

  bool nothing_to_do(const Watch& watch) const {
    return expectations_ == 0 &&
           std::all_of(plot_.machines.begin(), plot_.machines.end(),
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
    expectations_ = 0;
    next_incident_ = TimePoint::max();
    troubles_ = 1;
    end_failing_actions();
    ec2_.guests().habits.check = Duration::zero();
    ec2_.guests().finish_checks();
    cure_all();
    for (const char* zone : kZones) set_zone(ec2_, zone, -1);
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
    tidy_up();
  }

  // Ten minutes after the last event nothing is left that no rule keeps.
  void tidy_up() {
    for (int minute = 0; minute < 10; ++minute) {
      ec2_.pass(1min);
      for (Controller& controller : controllers_) give_turn(controller);
    }
    const std::string left = leftovers_of_moves(ec2_);
    if (!left.empty()) report_.problems.push_back("leak: moves have left over" + left);
    const std::string wrong = wrong_interfaces(ec2_, plot_.machines, roots_);
    if (!wrong.empty()) report_.problems.push_back("leak: interfaces of machines" + wrong);
    note_violations();
  }

  // What a person does about addresses that are lent and systems that are not well.
  void cure_all() {
    for (std::size_t i = 0; i < roots_.size(); ++i) {
      const std::string address = allocation_of(plot_.machines[i], ec2_);
      if (!address.empty()) {
        take_address_back(address);
        tag_as_person(address, {{tag::kOwner, "storm"}});
      }
      const std::string body = ec2_.holder(roots_[i].str());
      if (!body.empty() && is_ailing(*ec2_.instance(body))) {
        ec2_.person("RebootInstances", {{"InstanceId.1", body}});
      }
    }
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
                                 std::to_string(machines) + " machines" + surplus_bodies(ec2_));
    }
    // Each machine has a root, a copy of it, and the disks that its body's image gave it.
    const auto without_image_disk = static_cast<std::size_t>(
        std::count_if(plot_.machines.begin(), plot_.machines.end(),
                      [](const Machine& machine) { return !has_boot_program(machine.engine); }));
    const std::size_t disks = plot_.two_disks ? 2 : 1;
    const std::size_t volumes = ec2_.resources("volume").size() - former_roots(ec2_) -
                                data_volumes(plot_.machines) - foreign_instances_.size() * disks +
                                without_image_disk;
    if (volumes != (2 + disks) * machines) {
      report_.problems.push_back(std::to_string(volumes) + " volumes are left for " +
                                 std::to_string(machines) + " machines");
    }
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
    foreign_instances_ = living_as_shown(ec2_);
  }

  // A network interface without an instance, as a load balancer or a NAT gateway has.
  void plant_appliance() {
    const std::string subnet = ec2_.resources("subnet").front().at("subnetId");
    ec2_.person("CreateNetworkInterface", {{"SubnetId", subnet}});
    for (const sim::Json& interface : ec2_.resources("network-interface")) {
      if (!interface.contains("attachment")) appliance_ = interface.at("networkInterfaceId");
    }
  }

  void check_foreign_instances() {
    const auto living = living_as_shown(ec2_);
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
    if (value("Action") == "AttachVolume") check_attachment(value("InstanceId"));
  }

  void check_stop(const std::string& id) {
    for (const VolumeId& root : roots_) {
      if (ec2_.holder(root.str()) == id) {
        report_.problems.push_back("S5: " + id + " is stopped by force with its root");
      }
    }
  }

  // A preboot system that has said nothing may still be looking for its own root.
  void check_attachment(const std::string& id) {
    const sim::Json* body = ec2_.instance(id);
    if (body == nullptr || body->at("instanceState").at("name") != "running") return;
    const auto launched = parse_iso8601(body->value("launchTime", ""));
    const bool spoke = ec2_.guests().console(id).find("ec2spotter: ") != std::string::npos;
    if (!spoke && launched && ec2_.clock().now() - *launched < 2min) {
      report_.problems.push_back("clock: " + id + " gets the root before its system has spoken");
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
    if (takes_root_with_it(*given_up, roots_)) {
      report_.problems.push_back("S3: " + id + " is terminated and takes its root with it");
    }
    for (const sim::Json& task : ec2_.resources(sim::kRootTask)) {
      if (task.at("instanceId") != id || !sim::is_unfinished(task)) continue;
      report_.problems.push_back("S7: " + id + " is terminated while EC2 replaces its root disk");
    }
    if (ec2_.guests().is_checking(id) && !given_up->contains("_reclaim_at")) {
      report_.problems.push_back("busy: " + id + " is given up while it checks its root");
    }
    if (given_up->at("instanceState").at("name") != "running" ||
        given_up->contains("_reclaim_at")) {
      return;
    }
    check_patience(*given_up);
    if (sim::tag_value(*given_up, tag::kRoot) != "up") return;
    const auto living = ec2_.living();
    const std::string machine = sim::tag_value(*given_up, tag::kMachine);
    const std::string root = sim::tag_value(*given_up, tag::kBodyOf);
    if (ec2_.holder(root) != id) return;
    const bool successor = std::any_of(living.begin(), living.end(), [&](const sim::Json& body) {
      return body.at("instanceId") != id && scenario::machine_of(body) == machine &&
             body.at("instanceState").at("name") ==
                 (sim::tag_value(body, tag::kEngine) == "swap" ? "stopped" : "running");
    });
    if (successor || must_be_left_first(ec2_, id, root)) return;
    report_.problems.push_back("S8: " + id + " works, and nothing waits for it");
  }

  // A body that has got the root has ten minutes to bring it up; less than four, by true time, are
  // an error of the clock.
  void check_patience(const sim::Json& given_up) {
    const std::string id = given_up.at("instanceId");
    const auto launched = parse_iso8601(given_up.value("launchTime", ""));
    const bool boots = sim::tag_value(given_up, tag::kRoot) != "up" &&
                       ec2_.holder(sim::tag_value(given_up, tag::kBodyOf)) == id;
    if (boots && launched && ec2_.clock().now() - *launched < 4min) {
      report_.problems.push_back("clock: " + id + " is given up before it could bring its root up");
    }
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
  std::string appliance_;                          // a network interface
  std::map<std::string, TimePoint> ailing_since_;  // by body
  int expectations_ = 0;                           // of ailments that must be seen
  int troubles_ = 0;                               // kinds of failing calls under way
  TimePoint quiet_since_{};                        // since when there were none
  StormReport report_;
};

}  // namespace

StormReport run_storm(const StormOptions& options) { return Storm(options).run(); }

}  // namespace ec2spotter::storm
