// Machine files that come, change and go under a watch.
#include "control/files/machine_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace ec2spotter {
namespace {

namespace fs = std::filesystem;

class MachineFolderTest : public testing::Test {
 protected:
  MachineFolderTest() {
    std::string form = (fs::temp_directory_path() / "ec2spotter-folder-XXXXXX").string();
    folder = ::mkdtemp(form.data());
  }
  ~MachineFolderTest() override { fs::remove_all(folder); }

  // Another size each time, so that a change is seen whatever the file system's clock does.
  void write(const std::string& name, const std::string& types, const std::string& more = "") {
    std::ofstream(folder / name) << "volume = \"" << name << "\"\nimage = \"ami-1\"\ntypes = ["
                                 << types << "]\n"
                                 << more << std::string(++writes_, '#');
  }

  std::vector<std::string> names(const MachineFolder& files) const {
    std::vector<std::string> found;
    for (const Machine& machine : files.machines()) found.push_back(machine.name.str());
    return found;
  }

  fs::path folder;

 private:
  std::size_t writes_ = 0;
};

using Names = std::vector<std::string>;

TEST_F(MachineFolderTest, FollowsFilesThatComeChangeAndGo) {
  MachineFolder files({folder.string()});
  EXPECT_TRUE(files.reload().empty());
  EXPECT_TRUE(files.machines().empty());

  write("web.toml", "\"t3.small\"");
  write("notes.txt", "");
  EXPECT_TRUE(files.reload().empty());
  EXPECT_EQ(names(files), Names{"web"});

  write("web.toml", "\"m5.large\"");
  write("db.toml", "\"t3.small\"");
  EXPECT_TRUE(files.reload().empty());
  EXPECT_EQ(names(files), (Names{"db", "web"}));
  EXPECT_EQ(files.machines()[1].types, Names{"m5.large"});

  fs::remove(folder / "db.toml");
  files.reload();
  EXPECT_EQ(names(files), Names{"web"});
}

TEST_F(MachineFolderTest, ABrokenFileIsToldOnceAndItsOldMeaningKept) {
  MachineFolder files({folder.string()});
  write("web.toml", "\"t3.small\"");
  files.reload();
  write("web.toml", "\"t3.small\"", "tipes = 3\n");

  const auto told = files.reload();

  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("did you mean 'types'"), std::string::npos) << told[0];
  EXPECT_NE(told[0].find("its former content is used"), std::string::npos) << told[0];
  EXPECT_EQ(names(files), Names{"web"});
  EXPECT_TRUE(files.reload().empty());

  write("web.toml", "\"c5.large\"");
  EXPECT_TRUE(files.reload().empty());
  EXPECT_EQ(files.machines()[0].types, Names{"c5.large"});
}

TEST_F(MachineFolderTest, OfTwoFilesForOneMachineTheFirstCounts) {
  MachineFolder files({folder.string()});
  write("a.toml", "\"t3.small\"", "name = \"web\"\n");
  write("b.toml", "\"m5.large\"", "name = \"web\"\n");

  const auto told = files.reload();

  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("b.toml names machine 'web', and so does"), std::string::npos) << told[0];
  EXPECT_EQ(names(files), Names{"web"});
  EXPECT_EQ(files.machines()[0].types, Names{"t3.small"});
}

TEST_F(MachineFolderTest, AFolderThatCannotBeReadIsNoOrderToLetGo) {
  MachineFolder files({(folder / "machines").string()});
  fs::create_directory(folder / "machines");
  write("machines/web.toml", "\"t3.small\"", "name = \"web\"\n");
  files.reload();
  ASSERT_EQ(names(files), Names{"web"});
  fs::rename(folder / "machines", folder / "elsewhere");

  EXPECT_EQ(files.reload().size(), 2U);

  EXPECT_EQ(names(files), Names{"web"});
}

}  // namespace
}  // namespace ec2spotter
