// Other instance types in a machine file: all else stays byte for byte.
#include "control/files/editing/types_edit.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "control/files/editing/replace_file.hpp"
#include "control/files/machine_file.hpp"

namespace ec2spotter {
namespace {

namespace fs = std::filesystem;
using Types = std::vector<std::string>;

constexpr const char* kBefore =
    "\xEF\xBB\xBF# r\xC3\xA9sum\xC3\xA9: types = [\"no\"]\r\n"
    "name = \"web\"\t# \xE2\x82\xAC\r\n"
    "volume = \"web-root\"\r\nimage='ami-1'\r\n";
constexpr const char* kAfter =
    "   # kept: [\"t3.small\"]\r\nmax_price = \"0.05\"\r\n\r\n"
    "[tags]\r\ntypes = \"x\"\r\n";

std::string edited(const std::string& text, const std::string& path, const Types& types,
                   const std::string& region = {}) {
  const auto changed = with_types(text, path, region, types);
  return changed ? *changed : "refused: " + changed.error().message;
}

TEST(TypesEditTest, EachOtherByteStays) {
  const std::string list = "types = [\"m5.large\", \"m6i.large\"]";
  for (const char* former :
       {"types = [\"t3.small\"]", "types   =[ 't3.small', \"t3.medium\", ]",
        "types = [ # \xC3\xA9 ]\r\n  \"t3.small\", # [\r\n  \"t3.medium\"\r\n]",
        "\"types\" = [\"t3.small\"]"}) {
    SCOPED_TRACE(former);
    const std::string key(former, std::string(former).find('['));
    EXPECT_EQ(edited(std::string(kBefore) + former + kAfter, "web.toml", {"m5.large", "m6i.large"}),
              kBefore + key + list.substr(list.find('[')) + kAfter);
  }
}

TEST(TypesEditTest, TheSameTypesChangeNothing) {
  const std::string text = std::string(kBefore) + "types = [ 't3.small' ]" + kAfter;
  EXPECT_EQ(edited(text, "web.toml", {"t3.small"}), text);
}

TEST(TypesEditTest, ThoseThatHoldInTheRegionChange) {
  const std::string head =
      "volume = \"web-root\"\nimage = \"ami-1\"\nregion = \"us-east-1\"\n"
      "types = [\"t3.small\"]\n[regions.eu-west-1]\nimage = \"ami-2\"\n"
      "types = [\"t3.medium\"]\n";
  ASSERT_TRUE(parse_machine_file(head, "web.toml"))
      << parse_machine_file(head, "web.toml").error().message;
  std::string there = head, here = head;
  there.replace(there.find("t3.medium"), 9, "m5.large");
  here.replace(here.find("t3.small"), 8, "m5.large");
  EXPECT_EQ(edited(head, "web.toml", {"m5.large"}, "eu-west-1"), there);
  EXPECT_EQ(edited(head, "web.toml", {"m5.large"}, "us-east-1"), here);
}

TEST(TypesEditTest, AClassicFileNamesOne) {
  const std::string head =
      "# ec2spotter_instance_type=no\nec2spotter_volume_name=web-root\n"
      "ec2spotter_preboot_image_id=ami-1\n";
  for (const auto& [former, wanted] :
       {std::pair<std::string, std::string>{"ec2spotter_instance_type=t3.small # the type\n",
                                            "ec2spotter_instance_type=m5.large # the type\n"},
        {"export ec2spotter_instance_type=\"t3.small\"\r\n",
         "export ec2spotter_instance_type=m5.large\r\n"},
        {"ec2spotter_instance_type='t3.small'", "ec2spotter_instance_type=m5.large"}}) {
    EXPECT_EQ(edited(head + former, "web.conf", {"m5.large"}), head + wanted);
  }
  EXPECT_NE(edited(head + "ec2spotter_instance_type=t3.small", "web.conf", {"m5.large", "a1.large"})
                .find("names one instance type"),
            std::string::npos);
}

TEST(TypesEditTest, WhatCannotBeChangedWithoutADoubtIsRefused) {
  const std::string machine = "volume = \"web-root\"\nimage = \"ami-1\"\n";
  const auto says = [](const std::string& answer, const char* part) {
    return answer.starts_with("refused") && answer.find(part) != std::string::npos;
  };
  EXPECT_TRUE(says(
      edited(machine + "[requirements]\nmemory_gib = 4\nvcpus = 2\n", "web.toml", {"m5.large"}),
      "requirements"))
      << edited(machine + "[requirements]\nmemory_gib = 4\nvcpus = 2\n", "web.toml", {"m5.large"});
  EXPECT_TRUE(says(edited("types = [", "web.toml", {"m5.large"}), "web.toml"));
  // Of two assignments the last one counts, and a later one that only looks like one must not.
  EXPECT_TRUE(says(edited("ec2spotter_volume_name=web-root\nec2spotter_preboot_image_id=ami-1\n"
                          "ec2spotter_instance_type=t3.small\n# ec2spotter_instance_type=t3.nano\n",
                          "web.conf", {"m5.large"}),
                   "yourself"));
}

class ReplaceFileTest : public testing::Test {
 protected:
  ReplaceFileTest() {
    fs::create_directories(folder_);
    write("old");
  }
  ~ReplaceFileTest() override { fs::remove_all(folder_); }

  void write(const std::string& text) { std::ofstream(file_) << text; }
  std::string read() const { return *read_file_text(file_.string()); }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / ("replace_file." + std::to_string(::getpid()));
  const fs::path file_ = folder_ / "web.toml";
};

TEST_F(ReplaceFileTest, ModeAndLinkStay) {
  fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  const fs::path link = folder_ / "link.toml";
  fs::create_symlink("web.toml", link);
  ASSERT_TRUE(replace_file(link.string(), "old", "new text"));
  EXPECT_EQ(read(), "new text");
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(fs::status(file_).permissions() & fs::perms::mask,
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2) << "nothing else is left";
}

TEST_F(ReplaceFileTest, WhatSomebodyHasJustChangedIsLeftSo) {
  write("a person's");
  const auto refused = replace_file(file_.string(), "old", "new");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::wrong_state);
  EXPECT_EQ(read(), "a person's");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

}  // namespace
}  // namespace ec2spotter
