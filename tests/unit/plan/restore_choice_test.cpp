// What a root can be restored from, and which of it a person means.
#include "plan/choice/restore_choice.hpp"

#include <gtest/gtest.h>

#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;
using Kind = RestorePoint::Kind;

Snapshot a_snapshot(const std::string& id, Duration age, const std::string& purpose = "backup",
                    SnapshotState state = SnapshotState::completed) {
  Snapshot snapshot;
  snapshot.id = SnapshotId(id);
  snapshot.volume = kVolume;
  snapshot.state = state;
  snapshot.started = kNow - age;
  if (!purpose.empty()) snapshot.tags[std::string(tag::kPurpose)] = purpose;
  return snapshot;
}

Volume a_former_root(const std::string& id, int generation, Duration retired_for) {
  Volume volume = a_volume();
  volume.id = VolumeId(id);
  volume.tags[std::string(tag::kVolume)] = id;
  volume.tags[std::string(tag::kGeneration)] = std::to_string(generation);
  volume.tags[std::string(tag::kState)] = "retired";
  volume.tags[std::string(tag::kRetiredAt)] = format_iso8601(kNow - retired_for);
  return volume;
}

std::vector<RestorePoint> points_of(const std::vector<Volume>& volumes,
                                    const std::vector<Snapshot>& snapshots) {
  return restore_points(a_machine(), &volumes.front(), volumes, snapshots);
}

std::string found(const std::vector<RestorePoint>& points, const std::string& text) {
  const auto point = find_restore_point(points, text);
  return point ? point->id() : std::string(point.error().message);
}

TEST(RestoreChoiceTest, ThePresentRootAndWhatAMoveNeedsAreNotAmongThem) {
  const auto points =
      points_of({a_volume(), a_former_root("vol-2", 1, 1h)},
                {a_snapshot("snap-1", 3h), a_snapshot("snap-2", 2h, ""),
                 a_snapshot("snap-3", 1h, "last"), a_snapshot("snap-4", 1h, "ahead")});
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[0].id(), "vol-2");
  EXPECT_EQ(points[0].kind, Kind::former_root);
  EXPECT_EQ(points[1].id(), "snap-2");
  EXPECT_EQ(points[1].kind, Kind::snapshot);
  EXPECT_EQ(points[2].kind, Kind::backup);
}

TEST(RestoreChoiceTest, ATimeMeansTheLastFinishedSnapshotBeforeIt) {
  const auto points = points_of(
      {a_volume(), a_former_root("vol-2", 1, 90min)},
      {a_snapshot("snap-1", 3h), a_snapshot("snap-2", 2h),
       a_snapshot("snap-3", 90min, "backup", SnapshotState::pending), a_snapshot("snap-4", 1h)});
  const auto at = [&](Duration ago) { return found(points, format_iso8601(kNow - ago)); };
  EXPECT_EQ(at(0h), "snap-4");
  EXPECT_EQ(at(1h), "snap-4");
  EXPECT_EQ(at(61min), "snap-2");
  EXPECT_EQ(at(3h), "snap-1");
  EXPECT_NE(at(4h).find("is from 2026-11-24T08:00:00Z or before"), std::string::npos) << at(4h);
}

TEST(RestoreChoiceTest, AnIdMeansThatOneIfItCanBeUsed) {
  Volume held = a_former_root("vol-3", 1, 2h);
  hold(held, kForeign);
  const auto points = points_of(
      {a_volume(), a_former_root("vol-2", 1, 1h), held},
      {a_snapshot("snap-1", 3h), a_snapshot("snap-2", 1h, "backup", SnapshotState::pending)});
  EXPECT_EQ(found(points, "snap-1"), "snap-1");
  EXPECT_EQ(found(points, "vol-2"), "vol-2");
  EXPECT_NE(found(points, "snap-2").find("it is pending"), std::string::npos);
  EXPECT_NE(found(points, "vol-3").find(kForeign.str()), std::string::npos);
  EXPECT_NE(found(points, kVolume.str()).find("neither a snapshot"), std::string::npos);
  EXPECT_NE(found(points, "snap-9").find("neither a snapshot"), std::string::npos);
  for (const char* text : {"", "yesterday", "12:00", "2026-11-28"}) {
    EXPECT_EQ(find_restore_point(points, text).error().code, Errc::invalid) << text;
  }
}

TEST(RestoreChoiceTest, TheLastFormerRootIsTheOneThatWasRetiredLast) {
  const auto points =
      points_of({a_volume(), a_former_root("vol-2", 1, 3h), a_former_root("vol-3", 2, 1h)}, {});
  const auto last = last_former_root(points);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->id(), "vol-3");
  EXPECT_EQ(last_former_root({}).error().code, Errc::not_found);
}

// EC2 may show that a root is retired sooner than which volume has taken its place.
TEST(RestoreChoiceTest, ARootThatHasJustGivenWayIsNotReportedAsRetired) {
  Observation seen;
  seen.volumes = {a_former_root(kVolume.str(), 1, 1s)};
  order_move(seen.volumes[0], 2, "us-east-1b");
  const auto reason = [&] { return choose_root(a_machine(), seen, kNow).refusal->reason; };
  EXPECT_EQ(reason(), Reason::waiting_for_volume);
  seen.volumes = {a_former_root(kVolume.str(), 1, kStorageShown)};
  order_move(seen.volumes[0], 2, "us-east-1b");
  EXPECT_EQ(reason(), Reason::volume_retired);
}

TEST(RestoreChoiceTest, OfEachMachinesRootsTheNewestIsLeft) {
  Volume second = a_former_root("vol-2", 2, 0h), copy = a_volume(), other = a_volume();
  second.tags[std::string(tag::kState)] = "current";
  copy.id = VolumeId("vol-4");
  other.tags[std::string(tag::kMachine)] = "db";
  // The former one does not say yet that it is retired.
  std::vector<Volume> roots{a_volume(), second, copy, other};
  leave_newest_roots(roots);
  ASSERT_EQ(roots.size(), 2U);
  EXPECT_EQ(roots[0].id, VolumeId("vol-2"));
  EXPECT_EQ(tag::value(roots[1].tags, tag::kMachine), "db");
}

}  // namespace
}  // namespace ec2spotter
