// Volumes and snapshots as sparse files.
#include "sim/vm/disks.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support.hpp"

namespace ec2spotter::sim {
namespace {

namespace fs = std::filesystem;

constexpr off_t kGib = 1024L * 1024 * 1024;

class DisksTest : public testing::Test {
 protected:
  DisksTest() : disks_(*Disks::open(folder_.path())) {}

  fs::path volume(const std::string& id) { return *disks_.volume(id); }
  static off_t blocks_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_blocks * 512;
  }
  // Writes at 700 MiB, beyond a hole.
  static void write_far(const fs::path& path, const std::string& text) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(700L << 20);
    file << text;
  }
  static std::string read_far(const fs::path& path, std::size_t size) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(700L << 20);
    std::string text(size, '\0');
    file.read(text.data(), static_cast<std::streamsize>(size));
    return text;
  }

  TemporaryFolder folder_;
  Disks disks_;
};

TEST_F(DisksTest, ABlankVolumeHasItsSizeAndTakesNoRoom) {
  ASSERT_TRUE(disks_.create_volume("vol-1", 8, ""));

  EXPECT_EQ(static_cast<off_t>(fs::file_size(volume("vol-1"))), 8 * kGib);
  EXPECT_EQ(blocks_of(volume("vol-1")), 0);
}

TEST_F(DisksTest, ASnapshotKeepsTheContentOfItsMomentAndItsHoles) {
  ASSERT_TRUE(disks_.create_volume("vol-1", 1, ""));
  write_far(volume("vol-1"), "first");
  ASSERT_TRUE(disks_.create_snapshot("snap-1", "vol-1"));
  write_far(volume("vol-1"), "later");

  ASSERT_TRUE(disks_.create_volume("vol-2", 3, "snap-1"));

  EXPECT_EQ(read_far(volume("vol-2"), 5), "first");
  EXPECT_EQ(static_cast<off_t>(fs::file_size(volume("vol-2"))), 3 * kGib);
  EXPECT_LT(blocks_of(volume("vol-2")), 4L << 20);
}

TEST_F(DisksTest, ASetOfSnapshotsIsMadeWholeOrNotAtAll) {
  ASSERT_TRUE(disks_.create_volume("vol-1", 1, ""));
  ASSERT_TRUE(disks_.create_volume("vol-2", 1, ""));
  EXPECT_FALSE(disks_.create_snapshots({{"snap-1", "vol-1"}, {"snap-2", "vol-none"}}));
  EXPECT_FALSE(disks_.create_volume("vol-3", 1, "snap-1")) << "the first one is gone again";
  EXPECT_TRUE(disks_.create_snapshots({{"snap-1", "vol-1"}, {"snap-2", "vol-2"}}));
  EXPECT_TRUE(disks_.create_volume("vol-3", 1, "snap-2"));
}

TEST_F(DisksTest, WhatAVolumeHoldsIsCountedWithoutItsHoles) {
  ASSERT_TRUE(disks_.create_volume("vol-1", 8, ""));
  EXPECT_EQ(*disks_.used_mib("vol-1"), 0);
  write_far(volume("vol-1"), std::string(3UL << 20, 'x'));
  EXPECT_GE(*disks_.used_mib("vol-1"), 3);
  EXPECT_LE(*disks_.used_mib("vol-1"), 4);
}

TEST_F(DisksTest, ImportAndCopyLeaveTheSourceAlone) {
  const fs::path image = folder_.path() / "image.raw";
  write_file(image, "");
  fs::resize_file(image, kGib);
  write_far(image, "image");

  ASSERT_TRUE(disks_.import_snapshot("snap-1", image));
  ASSERT_TRUE(disks_.copy_snapshot("snap-2", "snap-1"));
  ASSERT_TRUE(disks_.delete_snapshot("snap-1"));
  ASSERT_TRUE(disks_.create_volume("vol-1", 1, "snap-2"));

  EXPECT_EQ(read_far(volume("vol-1"), 5), "image");
  EXPECT_EQ(read_far(image, 5), "image");
}

TEST_F(DisksTest, AVolumeGrowsAndNeverShrinks) {
  ASSERT_TRUE(disks_.create_volume("vol-1", 2, ""));

  ASSERT_TRUE(disks_.grow_volume("vol-1", 4));
  const auto shrunk = disks_.grow_volume("vol-1", 3);

  ASSERT_FALSE(shrunk);
  EXPECT_EQ(shrunk.error().code, Errc::invalid);
  EXPECT_EQ(static_cast<off_t>(fs::file_size(volume("vol-1"))), 4 * kGib);
}

TEST_F(DisksTest, UnknownAndTakenIdsAreErrors) {
  ASSERT_TRUE(disks_.create_volume("vol-1", 1, ""));

  EXPECT_EQ(disks_.create_volume("vol-1", 1, "").error().code, Errc::already_done);
  EXPECT_EQ(disks_.create_volume("vol-2", 1, "snap-9").error().code, Errc::not_found);
  EXPECT_EQ(disks_.volume("vol-2").error().code, Errc::not_found);
  EXPECT_EQ(disks_.delete_volume("vol-9").error().code, Errc::not_found);
  EXPECT_EQ(disks_.create_snapshot("snap-1", "vol-9").error().code, Errc::not_found);
  EXPECT_EQ(disks_.delete_snapshot("snap-9").error().code, Errc::not_found);
}

TEST_F(DisksTest, WhatAnInterruptedRunLeftHalfMadeIsRemoved) {
  const fs::path half_made = folder_.path() / "volumes/vol-1.raw.new";
  write_file(half_made, "half");

  ASSERT_TRUE(Disks::open(folder_.path()));

  EXPECT_FALSE(fs::exists(half_made));
}

}  // namespace
}  // namespace ec2spotter::sim
