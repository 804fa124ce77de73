"""`backups`, `restore`, `undelete` and `move --cancel`."""

import json
import unittest

from program import VOLUME, ProgramTest, wait_until


class RestoreTest(ProgramTest):
    def launch(self, **keys):
        self.succeeds("launch", "--no-wait", self.write_machine(**keys))

    def tags_of(self, volume):
        found, = self.client.describe_volumes(VolumeIds=[volume])["Volumes"]
        return {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}

    def take_snapshot(self, volume=VOLUME):
        snapshot = self.client.create_snapshot(VolumeId=volume)["SnapshotId"]
        self.client.get_waiter("snapshot_completed").wait(
            SnapshotIds=[snapshot], WaiterConfig={"Delay": 1})
        return snapshot

    def paused(self, **keys):
        """A paused machine, and a snapshot of its root that a person has taken."""
        self.launch(**keys)
        self.succeeds("pause", "web")
        return self.take_snapshot()

    def root(self):
        row, = json.loads(self.succeeds("list", "--output", "json").stdout)
        return row["volume"]

    def backups(self):
        return json.loads(self.succeeds("backups", "web", "--output", "json").stdout)

    def test_a_snapshot_becomes_the_root_and_the_former_one_can_be_had_back(self):
        snapshot = self.paused()
        self.assertEqual([(each["id"], each["kind"]) for each in self.backups()],
                         [(snapshot, "snapshot")])
        told = self.succeeds("restore", "web", "--from", snapshot).stderr
        self.assertIn(f"{VOLUME}, is kept", told)
        second = self.root()
        self.assertNotEqual(second, VOLUME)
        self.assertEqual(self.tags_of(VOLUME)["ec2spotter:state"], "retired")
        self.assertIn((VOLUME, "former root"),
                      [(each["id"], each["kind"]) for each in self.backups()])
        self.succeeds("restore", "web", "--from", snapshot)
        self.assertEqual(self.root(), second, "run again, the command only goes on")
        self.succeeds("undelete", "web")
        self.assertEqual(self.root(), VOLUME)
        self.succeeds("undelete", "web")
        self.assertEqual(self.root(), VOLUME, "run again, the command only goes on")
        self.assertIn(VOLUME, self.succeeds("status", "web").stdout)
        self.assertIn("vol-", self.succeeds("backups", "web").stdout)

    def test_a_time_means_the_last_snapshot_before_it(self):
        snapshot = self.paused()
        before = "2020-01-01T00:00:00Z"
        self.fails(1, "restore", "web", "--from", before, says="or before; `backups` lists them")
        self.succeeds("restore", "web", "--from", "2100-01-01T00:00:00Z")
        restored, = self.client.describe_volumes(VolumeIds=[self.root()])["Volumes"]
        self.assertEqual(restored["SnapshotId"], snapshot)

    def test_what_is_wrong_is_refused_before_anything_is_done(self):
        snapshot = self.paused(zone="us-east-1a")
        other = self.client.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        wait_until("the volume", lambda: self.client.describe_volumes(
            VolumeIds=[other])["Volumes"][0]["State"] == "available")
        foreign = self.take_snapshot(other)
        before = self.tags_of(VOLUME)
        for code, source, says in (
                (1, foreign, "neither a snapshot of this machine's root nor a former root"),
                (1, other, "neither a snapshot of this machine's root nor a former root"),
                (2, "yesterday", "neither an id")):
            self.fails(code, "restore", "web", "--from", source, says=says)
        self.fails(2, "restore", "web", "--from", snapshot, "--zone", "us-east-1z",
                   says="there is no zone 'us-east-1z'")
        self.fails(2, "restore", "web", "--from", snapshot, "--zone", "us-east-1b",
                   says='says zone = "us-east-1a"')
        self.fails(2, "restore", "web", says="--from is required")
        self.fails(1, "undelete", "web", says="has no former root")
        self.fails(2, "move", "web", says="either where to")
        self.fails(1, "move", "web", "--cancel", says="nothing to stop")
        self.assertEqual(self.tags_of(VOLUME), before)

    def test_an_order_is_stopped(self):
        self.launch()
        self.client.create_tags(Resources=[VOLUME], Tags=[
            {"Key": "ec2spotter:move", "Value": "2 us-east-1b 2026-11-28T12:00:00Z"}])
        snapshot = self.take_snapshot()
        self.fails(3, "restore", "web", "--from", snapshot, says="`move web --cancel`")
        self.succeeds("move", "web", "--cancel", "--no-wait")
        self.assertEqual(self.root(), VOLUME)
        self.assertEqual(self.tags_of(VOLUME)["ec2spotter:generation"], "2")

    def test_a_root_that_is_gone_is_restored(self):
        snapshot = self.paused()
        # As a person has copied it, so that it still says whose it is.
        self.client.create_tags(Resources=[snapshot], Tags=[
            {"Key": "ec2spotter:machine", "Value": "web"},
            {"Key": "ec2spotter:owner", "Value": "default"}])
        self.client.delete_volume(VolumeId=VOLUME)
        self.fails(2, "restore", "web", "--from", snapshot, says="name it with --zone")
        self.succeeds("restore", "web", "--from", snapshot, "--zone", "us-east-1a", "--no-wait")
        self.assertNotEqual(self.root(), VOLUME)


if __name__ == "__main__":
    unittest.main()
