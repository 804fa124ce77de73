// Nothing promises the order of a reply's elements, nor that there are no others: the client reads
// the same from replies that are rearranged.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <random>
#include <sstream>

#include "aws/ec2_client.hpp"
#include "core_transport.hpp"
#include "sim/core/core.hpp"
#include "support.hpp"

namespace ec2spotter::aws {
namespace {

constexpr const char* kImage = "ami-0aaaaaaaaaaaaaaa1";

// Rewrites replies: elements of different names change places, others come between, names get a
// namespace. Elements of one name keep their order, which may mean something.
class Rearrangement {
 public:
  explicit Rearrangement(unsigned seed) : random_(seed) {}

  std::string operator()(const std::string& reply) {
    pugi::xml_document document;
    if (!document.load_string(reply.c_str())) return reply;
    rearrange(document.document_element());
    if (one_in(3)) qualify(document.document_element());
    std::ostringstream text;
    document.save(text, "", pugi::format_raw);
    return text.str();
  }

 private:
  bool one_in(unsigned n) { return random_() % n == 0; }

  static std::vector<pugi::xml_node> children_of(pugi::xml_node node) {
    return {node.begin(), node.end()};
  }

  void rearrange(pugi::xml_node node) {
    std::vector<pugi::xml_node> children = children_of(node);
    const bool has_text = std::any_of(children.begin(), children.end(), [](pugi::xml_node child) {
      return child.type() == pugi::node_pcdata;
    });
    if (has_text) return;
    for (const pugi::xml_node& child : children) rearrange(child);
    std::map<std::string, std::vector<pugi::xml_node>> by_name;
    for (const pugi::xml_node& child : children) by_name[child.name()].push_back(child);
    std::shuffle(children.begin(), children.end(), random_);
    std::map<std::string, std::size_t> used;
    for (const pugi::xml_node& place : children) {
      const std::string name = place.name();
      if (one_in(4)) add_unknown(node);
      node.append_move(by_name.at(name).at(used[name]++));
    }
    if (one_in(4)) add_unknown(node);
  }

  void add_unknown(pugi::xml_node parent) {
    if (one_in(3)) {
      parent.append_child(pugi::node_comment).set_value(" <requestId>no</requestId> ");
      return;
    }
    pugi::xml_node unknown = parent.append_child("elementOfTheFuture");
    unknown.append_attribute("kind") = "a > b";
    if (one_in(2)) {
      unknown.text() = "spot";
      return;
    }
    pugi::xml_node item = unknown.append_child("item");
    item.append_child("key").text() = "Name";
    item.append_child("instanceId").text() = "i-0ffffffffffffffff";
  }

  void qualify(pugi::xml_node node) {
    for (const pugi::xml_node& child : children_of(node)) {
      if (child.type() == pugi::node_element) qualify(child);
    }
    node.set_name(("ec2:" + std::string(node.name())).c_str());
  }

  std::mt19937 random_;
};

class RearrangingTransport final : public HttpTransport {
 public:
  RearrangingTransport(sim::Core& core, unsigned seed) : core_(core), rearranged_(seed) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    auto reply = core_.send(request);
    if (reply) reply->body = rearranged_(reply->body);
    return reply;
  }

 private:
  CoreTransport core_;
  Rearrangement rearranged_;
};

// A world with at least one of everything that the client asks for.
class ReplyOrderTest : public testing::Test {
 protected:
  ReplyOrderTest()
      : bodies([](const sim::BodyEvent&) {}),
        core({.seed = 1, .profile = sim::Profile::instant, .start = kNow, .shutdown_grace = {}},
             bodies) {
    const sim::Json seed{
        {"snapshots", {{{"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}, {"size_gib", 8}}}},
        {"images",
         {{{"image_id", kImage}, {"name", "n"}, {"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}}}},
        {"volumes",
         {{{"volume_id", "vol-0aaaaaaaaaaaaaaa1"},
           {"zone", "us-east-1a"},
           {"size_gib", 8},
           {"tags", {{"Name", "root"}, {"k", "v"}}}}}},
        {"addresses",
         {{{"allocation_id", "eipalloc-0aaaaaaaaaaaaaaa1"}, {"public_ip", "127.90.0.1"}}}}};
    EXPECT_TRUE(core.seed(seed));
    const auto plain = test_client(std::make_unique<CoreTransport>(core), clock);
    RunInstancesSpec spec;
    spec.image = ImageId(kImage);
    spec.pool = {"t3.small", "us-east-1a", Market::spot};
    spec.count = 2;
    spec.instance_tags = {{"a", "1"}, {"b", "2"}};
    EXPECT_TRUE(plain->run_instances(spec));
    spec.count = 1;
    EXPECT_TRUE(plain->create_launch_template({.name = "web", .launch = spec, .tags = {}}));
    EXPECT_TRUE(plain->create_fleet({.launch_template = "web",
                                     .pools = {{"t3.small", "us-east-1a", Market::spot}},
                                     .subnet = std::nullopt,
                                     .max_price = "0.02",
                                     .replace_at_risk = true,
                                     .client_token = "token",
                                     .tags = {{"b", "2"}}}));
    core.advance_to(core.now());
    const auto one = plain->describe_instances({}, {});
    EXPECT_TRUE(
        plain->attach_volume(VolumeId("vol-0aaaaaaaaaaaaaaa1"), one->front().id, "/dev/sdf"));
    core.advance_to(core.now());
  }

  ManualClock clock{kNow};
  sim::NoBodies bodies;
  sim::Core core;
};

template <class T>
void expect_same(const Result<std::vector<T>>& known, const Result<std::vector<T>>& read,
                 const char* what) {
  ASSERT_TRUE(known) << what << ": " << known.error().describe();
  ASSERT_TRUE(read) << what << ": " << read.error().describe();
  EXPECT_FALSE(known->empty()) << what;
  EXPECT_EQ(*known, *read) << what;
}

TEST_F(ReplyOrderTest, RearrangedRepliesSayTheSame) {
  const auto plain = test_client(std::make_unique<CoreTransport>(core), clock);
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    const auto other = test_client(std::make_unique<RearrangingTransport>(core, seed), clock);
    const auto compare = [&](const char* what, auto ask) {
      expect_same(ask(*plain), ask(*other), what);
    };
    compare("volumes", [](Ec2& ec2) { return ec2.describe_volumes({}, {}); });
    compare("instances", [](Ec2& ec2) { return ec2.describe_instances({}, {}); });
    compare("requests", [](Ec2& ec2) { return ec2.describe_spot_requests({}); });
    compare("addresses", [](Ec2& ec2) { return ec2.describe_addresses({}); });
    compare("images", [](Ec2& ec2) { return ec2.describe_images({}, {}); });
    compare("subnets", [](Ec2& ec2) { return ec2.describe_subnets({}); });
    compare("groups", [](Ec2& ec2) { return ec2.describe_security_groups({}); });
    compare("fleets", [](Ec2& ec2) { return ec2.describe_fleets(); });
    compare("types", [](Ec2& ec2) { return ec2.describe_instance_types(Architecture::arm64); });
    compare("offerings", [](Ec2& ec2) { return ec2.describe_type_offerings("us-east-1a"); });
    compare("zones", [](Ec2& ec2) { return ec2.describe_zones(); });
    compare("prices", [](Ec2& ec2) { return ec2.describe_spot_prices({"t3.small"}, ""); });
    compare("scores", [](Ec2& ec2) { return ec2.spot_placement_scores("t3.small"); });
  }
}

TEST_F(ReplyOrderTest, ACallAndItsRefusalAreReadInAnyOrder) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    const auto ec2 = test_client(std::make_unique<RearrangingTransport>(core, seed), clock);
    EXPECT_EQ(ec2->create_launch_template({.name = "web", .launch = {}, .tags = {}}).error().code,
              Errc::already_done);
    const auto refused = ec2->attach_volume(VolumeId("vol-0fffffffffffffff1"),
                                            InstanceId("i-0fffffffffffffff1"), "/dev/sdg");
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().api_code.ends_with(".NotFound")) << refused.error().describe();
    EXPECT_NE(refused.error().request_id, "");
    RunInstancesSpec spec;
    spec.image = ImageId(kImage);
    spec.pool = {"t3.small", "us-east-1a", Market::on_demand};
    const auto launched = ec2->run_instances(spec);
    ASSERT_TRUE(launched) << launched.error().describe();
    EXPECT_TRUE(ec2->create_tags({launched->front().id.str()}, {{"n", std::to_string(seed)}}));
    const auto shown = ec2->describe_instances({launched->front().id}, {});
    ASSERT_TRUE(shown) << shown.error().describe();
    EXPECT_EQ(shown->front().tags.at("n"), std::to_string(seed));
  }
}

}  // namespace
}  // namespace ec2spotter::aws
