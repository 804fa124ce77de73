// Initial resources from a document, with ids that the writer chose.
#include "sim/core/core.hpp"
#include "sim/core/document_forms.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/resources/images.hpp"
#include "sim/core/resources/interfaces.hpp"
#include "sim/core/resources/snapshots.hpp"
#include "sim/core/resources/volumes.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/state/places.hpp"

namespace ec2spotter::sim {
namespace {

Json tag_set(const Json& tags) {
  Json set = Json::array();
  for (const auto& [key, value] : tags.items()) set.push_back({{"key", key}, {"value", value}});
  return set;
}

class Seeder {
 public:
  Seeder(World& world, std::string region) : world_(world), region_(std::move(region)) {}

  Result<void> snapshot(const Json& given) {
    const std::string id = given.at("snapshot_id");
    Json snapshot = snapshot_json(world_, {.id = id,
                                           .volume_id = "vol-ffffffff",
                                           .size_gib = given.at("size_gib"),
                                           .description = "seed"});
    snapshot["status"] = "completed";
    snapshot["progress"] = "100%";
    snapshot["completionTime"] = world_.timestamp();
    snapshot["storageTier"] = "standard";
    world_.put(region_, "snapshot", id) = std::move(snapshot);
    if (!given.contains("file")) return {};
    return world_.bodies().import_snapshot(id, given.at("file"));
  }

  Result<void> image(const Json& given) {
    const std::string snapshot = given.at("snapshot_id");
    const Json* found = world_.find(region_, "snapshot", snapshot);
    if (found == nullptr) return fail(Errc::invalid, "there is no snapshot " + snapshot);
    const std::string id = given.at("image_id");
    const std::string device = given.value("root_device", "/dev/xvda");
    const std::string boot_mode = given.value("boot_mode", "");
    if (!boot_mode.empty() && !is_boot_mode(boot_mode)) {
      return fail(Errc::invalid, "there is no boot mode " + boot_mode);
    }
    Json disks = Json::array({mapping_json({.device = device,
                                            .snapshot_id = snapshot,
                                            .size_gib = found->at("volumeSize").get<long>()})});
    for (const Json& more : given.value("disks", Json::array())) disks.push_back(data_disk(more));
    world_.put(region_, "image", id) =
        make_image(world_, {.id = id,
                            .name = given.value("name", id),
                            .architecture = given.value("architecture", "x86_64"),
                            .root_device = device,
                            .product_code = given.value("product_code", ""),
                            .boot_mode = boot_mode,
                            .disks = std::move(disks)});
    return {};
  }

  Result<void> volume(const Json& given) {
    const std::string id = given.at("volume_id");
    const std::string zone = given.at("zone");
    DiskSpec disk;
    disk.snapshot_id = given.value("snapshot_id", "");
    disk.volume_type = given.value("volume_type", "gp3");
    disk.size_gib = given.at("size_gib").get<long>();
    disk.kms_key = given.value("kms_key", "");
    disk.encrypted = given.value("encrypted", !disk.kms_key.empty());
    if (zone_of(world_, region_, zone, "").empty())
      return fail(Errc::invalid, "there is no zone " + zone);
    if (const auto complete = complete_disk(world_, region_, disk); !complete) {
      return fail(Errc::invalid, complete.error().message);
    }
    if (!disk.key_exists) return fail(Errc::invalid, "there is no key " + disk.kms_key);
    Json volume = volume_json(world_, disk, zone, tag_set(given.value("tags", Json::object())));
    volume["volumeId"] = id;
    if (given.contains("product_code")) volume["_product_code"] = given.at("product_code");
    world_.put(region_, "volume", id) = std::move(volume);
    return world_.bodies().create_volume(id, static_cast<int>(*disk.size_gib), disk.snapshot_id);
  }

  Result<void> address(const Json& given) {
    const std::string id = given.at("allocation_id");
    const std::string ip = given.at("public_ip");
    if (!world_.take_public_ip(ip)) return fail(Errc::invalid, ip + " is named twice");
    Json& address = world_.put(region_, "address", id);
    address = {{"allocationId", id},
               {"publicIp", ip},
               {"domain", "vpc"},
               {"publicIpv4Pool", "amazon"},
               {"networkBorderGroup", region_},
               {"tagSet", tag_set(given.value("tags", Json::object()))}};
    if (!given.contains("interface")) return {};
    return put_on_interface(address, given.at("interface"));
  }

  Result<void> key_pair(const Json& given) {
    const std::string name = given.at("key_name");
    world_.put(region_, "key-pair", name) = {{"keyPairId", world_.new_id("key-")},
                                             {"keyName", name},
                                             {"keyFingerprint", "00"},
                                             {"keyType", "ed25519"},
                                             {"createTime", world_.timestamp()},
                                             {"_public_key", given.at("public_key")},
                                             {"tagSet", Json::array()}};
    return {};
  }

 private:
  static Json data_disk(const Json& given) {
    return mapping_json({.device = given.at("device"),
                         .snapshot_id = given.value("snapshot_id", ""),
                         .size_gib = given.at("size_gib").get<long>(),
                         .delete_on_termination = given.value("delete_on_termination", true)});
  }

  // An interface of its own without an instance, as a NAT gateway or a load balancer has one.
  Result<void> put_on_interface(Json& address, const Json& given) {
    std::string subnet_id;
    for (const auto& [id, subnet] : world_.table(region_, "subnet")) {
      if (text(subnet, "availabilityZone") == given.value("zone", "")) subnet_id = id;
    }
    const auto made = make_interface(world_, region_,
                                     {.subnet_id = subnet_id,
                                      .description = given.value("description", ""),
                                      .tags = tag_set(given.value("tags", Json::object()))});
    if (!made) return fail(Errc::invalid, "interface: " + made.error().message);
    associate(world_, region_, address, **made);
    return {};
  }

  World& world_;
  std::string region_;
};

template <class Each>
Result<void> for_all(const Json& document, const std::string& key, Each each) {
  const Json given = document.value(key, Json::array());
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (const auto done = each(given[i]); !done) {
      Error error = done.error();
      error.message = key + "[" + std::to_string(i) + "]: " + error.message;
      return fail(std::move(error));
    }
  }
  return {};
}

}  // namespace

Result<void> Core::seed(const Json& document) {
  TRY_VOID(check_form(document, seed_form()));
  const std::string region = document.value("region", "us-east-1");
  if (!is_region(region)) return fail(Errc::invalid, "region: there is no region " + region);
  Seeder seeder(world_, region);
  for (const Json& given : document.value("keys", Json::array())) {
    add_key(world_, region, given.at("key_id"), given.value("alias", ""));
    TRY_VOID(set_key_state(world_, region, given.at("key_id"), given.value("state", kKeyEnabled)));
  }
  TRY_VOID(for_all(document, "snapshots", [&](const Json& g) { return seeder.snapshot(g); }));
  TRY_VOID(for_all(document, "images", [&](const Json& g) { return seeder.image(g); }));
  TRY_VOID(for_all(document, "volumes", [&](const Json& g) { return seeder.volume(g); }));
  TRY_VOID(for_all(document, "addresses", [&](const Json& g) { return seeder.address(g); }));
  TRY_VOID(for_all(document, "key_pairs", [&](const Json& g) { return seeder.key_pair(g); }));
  const auto steered = [this](const std::string& path) {
    return [this, path](const Json& given) -> Result<void> {
      TRY_VOID(control(path, given));
      return {};
    };
  };
  TRY_VOID(for_all(document, "capacity", steered("capacity")));
  TRY_VOID(for_all(document, "prices", steered("price")));
  TRY_VOID(for_all(document, "zones", steered("zone")));
  if (document.contains("replacement")) {
    TRY_VOID(control("replacement", document.at("replacement")));
  }
  const Json parameters = document.value("parameters", Json::object());
  for (const auto& [name, value] : parameters.items()) {
    world_.settings()["parameter/" + name] = value;
  }
  changed();
  return {};
}

}  // namespace ec2spotter::sim
