// Who may include whom: by folder, as ARCHITECTURE.md says it, and never in a circle.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "source_tree.hpp"

namespace ec2spotter::tidy {
namespace {

using Names = std::vector<std::string>;

using Layers = std::map<std::string, Names>;

// What begins with the first may include what begins with one of the second; the longest first one
// that fits decides. A folder of which nothing is said here follows the folder that it is in.
Layers layers_of_sim() {
  return {
      {"sim/net/", {"base/", "sim/net/"}},
      {"sim/core/state/", {"base/", "model/", "sim/core/state/"}},
      {"sim/core/call/", {"base/", "model/", "sim/core/state/", "sim/core/call/"}},
      {"sim/core/services/",
       {"base/", "model/", "sim/core/state/", "sim/core/call/", "sim/core/services/"}},
      {"sim/core/resources/",
       {"base/", "model/", "sim/core/state/", "sim/core/call/", "sim/core/services/",
        "sim/core/resources/"}},
      {"sim/core/life/",
       {"base/", "model/", "sim/core/state/", "sim/core/call/", "sim/core/services/",
        "sim/core/resources/", "sim/core/life/"}},
      {"sim/core/actions/",
       {"base/", "model/", "sim/core/state/", "sim/core/call/", "sim/core/services/",
        "sim/core/resources/", "sim/core/life/", "sim/core/actions/"}},
      {"sim/core/", {"base/", "model/", "sim/core/"}},
      {"sim/http/", {"base/", "aws/sigv4/", "sim/net/", "sim/core/", "sim/http/"}},
      {"sim/scripted/", {"base/", "sim/core/state/", "sim/scripted/"}},
      {"sim/vm/network/", {"base/", "sim/net/", "sim/vm/network/"}},
      {"sim/vm/metadata/", {"base/", "sim/net/", "sim/core/state/body.hpp", "sim/vm/metadata/"}},
      {"sim/vm/qemu/",
       {"base/", "model/", "sim/net/", "sim/core/state/body.hpp", "sim/vm/network/",
        "sim/vm/qemu/"}},
      {"sim/vm/relay/", {"sim/vm/network/"}},
      {"sim/vm/", {"base/", "model/", "sim/net/", "sim/core/state/body.hpp", "sim/vm/"}},
  };
}

// The same for everything.
const Layers& layers() {
  static const Layers kLayers = [] {
    Layers all{
        {"base/", {"base/"}},
        {"model/", {"base/", "model/"}},
        {"boot/", {"base/", "model/", "boot/"}},
        {"plan/", {"base/", "model/", "plan/"}},

        {"aws/sigv4/", {"base/", "aws/sigv4/"}},
        {"aws/net/", {"base/", "aws/net/"}},
        {"aws/config/", {"base/", "aws/net/", "aws/config/"}},
        {"aws/wire/",
         {"base/", "model/", "aws/sigv4/", "aws/net/", "aws/wire/", "aws/ec2.hpp",
          "aws/account/account.hpp", "aws/identity.hpp", "aws/event_queue.hpp"}},
        {"aws/credentials/",
         {"base/", "aws/sigv4/", "aws/net/", "aws/wire/", "aws/config/", "aws/credentials/"}},
        {"aws/", {"base/", "model/", "aws/"}},

        {"control/files/", {"base/", "model/", "control/files/"}},
        {"control/tags/", {"base/", "model/", "aws/ec2.hpp", "control/tags/"}},
        {"control/observe/",
         {"base/", "model/", "plan/", "aws/", "control/surroundings.hpp", "control/tags/",
          "control/observe/"}},
        {"control/act/",
         {"base/", "model/", "plan/", "aws/", "boot/", "control/tags/", "control/act/"}},
        {"control/pools/",
         {"base/", "model/", "plan/", "aws/", "control/tags/", "control/observe/", "control/act/",
          "control/pools/"}},
        {"control/loop/",
         {"base/", "model/", "plan/", "aws/", "control/surroundings.hpp", "control/tags/",
          "control/observe/", "control/act/", "control/pools/", "control/loop/"}},
        {"control/", {"base/", "model/", "plan/", "aws/", "boot/", "control/"}},

        {"cli/main.cpp", {"base/", "cli/", "sim/vm/network/relay.hpp"}},
        {"cli/commands/",
         {"base/", "model/", "plan/", "aws/", "boot/", "control/", "sim/", "cli/"}},
        {"cli/parsing/", {"base/", "cli/"}},
        {"documents/", {"base/", "cli/parsing/", "documents/"}},
        {"cli/watching/",
         {"base/", "model/", "plan/", "aws/", "control/", "cli/watching/", "cli/"}},
        {"cli/", {"base/", "model/", "plan/", "aws/", "boot/", "control/", "cli/"}},
    };
    all.merge(layers_of_sim());
    return all;
  }();
  return kLayers;
}

bool begins_with_one_of(const std::string& path, const Names& beginnings) {
  for (const std::string& beginning : beginnings) {
    if (path.starts_with(beginning)) return true;
  }
  return false;
}

// The beginning in layers() that decides for a file; null: there is none.
const std::string* layer_of(const std::string& path) {
  const std::string* longest = nullptr;
  for (const auto& [beginning, allowed] : layers()) {
    if (!path.starts_with(beginning)) continue;
    if (longest == nullptr || beginning.size() > longest->size()) longest = &beginning;
  }
  return longest;
}

// As an #include names it: "plan/plan.hpp", "boot/user_data.hpp"; empty outside src and boot.
std::string include_name(const SourceFile& file) {
  if (!file.is_cpp()) return {};
  if (file.path.starts_with("src/")) return file.path.substr(4);
  return file.path.starts_with("boot/") ? file.path : std::string();
}

// No file of `from` includes what only main, and what stands beside the commands, may.
bool is_allowed(const std::string& from, const std::string& path) {
  const std::string* layer = layer_of(from);
  if (layer == nullptr) return false;
  const bool below_commands = *layer == "cli/" || *layer == "cli/watching/";
  if (below_commands && path.starts_with("cli/commands/")) return false;
  return begins_with_one_of(path, layers().at(*layer));
}

TEST(TidyTest, IncludesFollowTheDependencyDirection) {
  std::set<std::string> used;
  for (const SourceFile& file : read_source_tree()) {
    const std::string name = include_name(file);
    if (name.empty()) continue;
    const std::string* layer = layer_of(name);
    ASSERT_NE(layer, nullptr) << file.path << ": a folder without a rule";
    used.insert(*layer);
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string path = included(file.lines[i]);
      if (!path.empty()) {
        EXPECT_TRUE(is_allowed(name, path))
            << file.place(i) << ": " << *layer << " must not include " << path;
      }
    }
  }
  for (const auto& [beginning, allowed] : layers()) {
    EXPECT_TRUE(used.contains(beginning)) << beginning << " has a rule and no file";
  }
}

// NAME.hpp and NAME.cpp are one unit.
std::string unit_of(const std::string& path) { return path.substr(0, path.rfind('.')); }

using Graph = std::map<std::string, std::set<std::string>>;

enum class Mark { fresh, open, done };

// The units on one circle that can be reached from `unit`, the last one including the first; empty:
// there is no circle. `way` is how `unit` was reached.
Names find_circle(const Graph& graph, const std::string& unit, std::map<std::string, Mark>& marks,
                  Names& way) {
  Mark& mark = marks[unit];
  if (mark == Mark::done) return {};
  if (mark == Mark::open) {
    std::size_t first = 0;
    while (way[first] != unit) ++first;
    return {way.begin() + static_cast<std::ptrdiff_t>(first), way.end()};
  }
  mark = Mark::open;
  way.push_back(unit);
  if (const auto found = graph.find(unit); found != graph.end()) {
    for (const std::string& next : found->second) {
      if (Names circle = find_circle(graph, next, marks, way); !circle.empty()) return circle;
    }
  }
  way.pop_back();
  marks[unit] = Mark::done;
  return {};
}

Names find_circle(const Graph& graph) {
  std::map<std::string, Mark> marks;
  for (const auto& [unit, next] : graph) {
    Names way;
    if (Names circle = find_circle(graph, unit, marks, way); !circle.empty()) return circle;
  }
  return {};
}

TEST(TidyTest, NoUnitIncludesItselfThroughOthers) {
  Graph graph;
  for (const SourceFile& file : read_source_tree()) {
    const std::string name = include_name(file);
    if (name.empty()) continue;
    for (const std::string& line : file.lines) {
      const std::string path = included(line);
      if (!path.empty() && unit_of(path) != unit_of(name)) {
        graph[unit_of(name)].insert(unit_of(path));
      }
    }
  }
  std::string circle;
  for (const std::string& unit : find_circle(graph)) circle += unit + " -> ";
  EXPECT_EQ(circle, "");
}

TEST(TidyTest, TheChecksOfIncludesSeeWhatIsWrong) {
  EXPECT_TRUE(is_allowed("sim/core/life/life.cpp", "sim/core/state/world.hpp"));
  EXPECT_FALSE(is_allowed("sim/core/life/life.cpp", "sim/core/actions/run_instances.hpp"));
  EXPECT_FALSE(is_allowed("sim/core/core.cpp", "sim/net/sockets.hpp"));
  EXPECT_FALSE(is_allowed("aws/wire/xml.cpp", "aws/ec2_client.hpp"));
  EXPECT_TRUE(is_allowed("aws/wire/ec2/replies.hpp", "aws/ec2.hpp"));
  EXPECT_FALSE(is_allowed("cli/session.cpp", "cli/commands/commands.hpp"));
  EXPECT_FALSE(is_allowed("elsewhere/a.cpp", "base/id.hpp"));
  EXPECT_EQ(find_circle({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}), (Names{"b", "c"}));
  EXPECT_EQ(find_circle({{"a", {"b", "c"}}, {"b", {"c"}}}), Names{});
}

}  // namespace
}  // namespace ec2spotter::tidy
