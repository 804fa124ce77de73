// A simulator core in virtual time, with bodies of records only, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <pugixml.hpp>
#include <string>
#include <vector>

#include "sim/core/core.hpp"

namespace ec2spotter::sim {

inline constexpr const char* kImage = "ami-0aaaaaaaaaaaaaaa1";
inline constexpr const char* kZone = "us-east-1a";

// One reply: EC2's error code (empty: it worked), and its document.
class Reply {
 public:
  Reply(int status, const std::string& body) : status_(status) {
    document_.load_string(body.c_str());
  }

  int status() const { return status_; }
  std::string error() const {
    return document_.select_node("//Errors/Error/Code").node().text().get();
  }
  // The text at the first match of an XPath, or empty.
  std::string at(const std::string& path) const {
    return document_.select_node(path.c_str()).node().text().get();
  }
  std::vector<std::string> all(const std::string& path) const {
    std::vector<std::string> found;
    for (const auto& match : document_.select_nodes(path.c_str())) {
      found.emplace_back(match.node().text().get());
    }
    return found;
  }

 private:
  int status_;
  pugi::xml_document document_;
};

// RunInstances of one t3.small in kZone; `more` comes first.
ParamMap run_params(ParamMap more = {});

struct Pair {
  std::string volume, instance;
};
// AttachVolume as /dev/sdf.
ParamMap attach_params(const Pair& pair);

// Bodies of records that note what they are given.
class NotingBodies final : public NoBodies {
 public:
  using NoBodies::NoBodies;
  void press_power_button(const std::string& instance_id) override {
    if (!deaf) NoBodies::press_power_button(instance_id);
  }
  Result<void> plug_disk(const std::string&, const BodyDisk& disk) override {
    plugs.push_back(disk.volume_id);
    return {};
  }
  void unplug_disk(const std::string& instance_id, const BodyDisk& disk) override {
    if (!deaf) NoBodies::unplug_disk(instance_id, disk);
  }
  Result<void> restart(const BodySpec& spec) override {
    restarts.push_back(spec);
    return {};
  }

  Result<void> create_snapshots(const std::vector<SnapshotOrder>& orders) override {
    snapshot_sets.emplace_back();
    for (const SnapshotOrder& order : orders) snapshot_sets.back().push_back(order.volume_id);
    return {};
  }

  bool deaf = false;  // no guest hears its power button, nor gives a disk back
  std::vector<BodySpec> restarts;
  std::vector<std::vector<std::string>> snapshot_sets;  // the volumes of each call
  std::vector<std::string> plugs;                       // volumes that came while the guest ran
};

// Everything that is done to it is followed by a check of the safety rules, but for send().
class Sim {
 public:
  explicit Sim(Profile profile = Profile::instant, std::uint64_t seed = 1);

  ApiReply send(const std::string& action, ParamMap params = {},
                const std::string& region = "us-east-1");
  Reply call(const std::string& action, ParamMap params = {},
             const std::string& region = "us-east-1");
  void advance(std::chrono::milliseconds by);
  // One call of IAM; its error code, or empty.
  std::string identity(const std::string& action, ParamMap params = {});
  // An instance profile and a role of this name. Without a `policy` it may do nothing.
  void make_profile(const std::string& name, const std::string& policy);
  // One call of EC2 with the credentials that an instance finds in its metadata.
  Reply call_as(const std::string& instance_id, const std::string& action, ParamMap params);

  // One control call; a refusal fails the test.
  Json control(const std::string& path, const Json& body = Json::object());

  // What the spot pool of `type` in kZone can still give.
  void set_spot_capacity(long available, const std::string& type = "t3.small");

  // A running instance of t3.small in kZone.
  std::string run(ParamMap more = {});
  std::string run_spot(ParamMap more = {});
  // Both let the second pass in which it happens.
  void stop(const std::string& id);
  void terminate(const std::string& id);
  std::string make_volume(const std::string& zone = kZone);
  Reply attach(const Pair& pair);
  std::string instance_state(const std::string& id);
  // "open/capacity-not-available"
  std::string request_status(const std::string& id);
  std::string request_of(const std::string& instance_id);
  std::string volume_status(const std::string& id);
  std::string attachment_status(const std::string& volume_id);

  // Who makes the calls from now on: a person unless told otherwise.
  void call_with(const std::string& access_key) { access_key_ = access_key; }

  Core& core() { return core_; }
  NotingBodies& bodies() { return bodies_; }

 private:
  void settle();

  std::string access_key_{kPersonKey};
  std::vector<BodyEvent> reports_;
  NotingBodies bodies_;
  Core core_;
};

}  // namespace ec2spotter::sim
