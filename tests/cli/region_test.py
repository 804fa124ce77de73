"""`move --region`: what it refuses and says first, and the whole way of a paused machine there and
back."""

import json
import unittest

from program import ADDRESS, VOLUME, ProgramTest

AWAY = "eu-west-1"


class RegionTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.away = self.server.client(region=AWAY)
        self.addCleanup(self.away.close)

    def image_away(self):
        snapshot = self.away.copy_snapshot(
            SourceRegion="us-east-1", SourceSnapshotId="snap-0aaaaaaaaaaaaaaa1")["SnapshotId"]
        self.away.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
        return self.away.register_image(
            Name="stock", RootDeviceName="/dev/xvda", Architecture="x86_64",
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}],
        )["ImageId"]

    def write_file(self, image, **keys):
        path = self.write_machine(region="us-east-1", elastic_ip=ADDRESS, **keys)
        table = f'[regions.{AWAY}]\nimage = "{image}"\n'
        path.write_text(path.read_text(encoding="utf-8") + table, encoding="utf-8")
        return path

    def root_tags(self, client=None, volume=VOLUME):
        found, = (client or self.client).describe_volumes(VolumeIds=[volume])["Volumes"]
        return {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}

    def status(self):
        return json.loads(self.succeeds("status", "web", "--output", "json").stdout)

    def roots_away(self):
        return self.away.describe_volumes(Filters=[
            {"Name": "tag:ec2spotter:role", "Values": ["root", "next-root"]}])["Volumes"]

    def test_what_is_wrong_is_refused_before_anything_is_done(self):
        self.succeeds("launch", "--no-wait", self.write_machine(region="us-east-1"))
        move = ["move", "web", "--region", AWAY, "--yes"]
        self.fails(2, *move, says="no table [regions.eu-west-1]")
        self.write_file("ami-0ccccccccccccccc1")
        self.fails(1, *move, says=["ami-0ccccccccccccccc1", "would not launch", AWAY])
        image = self.image_away()
        self.write_file(image)
        self.fails(3, *move[:-1], says=[ADDRESS, "stays in us-east-1", "add --yes"])
        self.fails(2, *move, "--zone", "us-east-1b", says="not in eu-west-1")
        self.fails(2, *move, "--zone", "eu-west-1z", says="there is no zone 'eu-west-1z'")
        self.fails(2, "move", "web", "--region", "us-east-1", "--cancel")
        self.assertNotIn("ec2spotter:move", self.root_tags())
        self.assertEqual(self.roots_away(), [])

    def test_a_region_without_an_image_is_refused_by_name(self):
        path = self.write_machine(region="us-east-1")
        text = path.read_text(encoding="utf-8") + f"[regions.{AWAY}]\nkey_name = 'me'\n"
        path.write_text(text, encoding="utf-8")
        self.fails(2, "launch", path, says="regions.eu-west-1: image is missing")

    def test_a_paused_machine_goes_there_and_comes_back(self):
        self.write_file(self.image_away())
        self.succeeds("launch", "--no-wait", self.folder / "web.toml")
        self.succeeds("pause", "web")
        told = self.succeeds("move", "web", "--region", AWAY, "--yes").stderr
        self.assertIn(ADDRESS, told)
        self.assertEqual(self.root_tags()["ec2spotter:state"], "retired")
        root, = self.roots_away()
        shown = self.status()
        self.assertEqual(shown["volume"], root["VolumeId"])
        self.assertEqual(shown["reason"], "paused")
        self.assertEqual(self.root_tags(self.away, root["VolumeId"])["Name"], "web-root")
        self.assertEqual(self.client.describe_snapshots(
            OwnerIds=["self"], Filters=[{"Name": "tag-key", "Values": ["ec2spotter:purpose"]}],
        )["Snapshots"], [], "the root that has left has their content")

        self.succeeds("move", "web", "--region", "us-east-1", "--yes")
        shown = self.status()
        self.assertEqual(shown["zone"][:-1], "us-east-1")
        self.assertNotEqual(shown["volume"], VOLUME)
        self.assertEqual(self.root_tags(volume=shown["volume"])["ec2spotter:generation"], "3")

    def test_a_command_for_the_wrong_region_says_where_the_machine_is(self):
        self.write_file(self.image_away())
        self.succeeds("launch", "--no-wait", self.folder / "web.toml")
        self.succeeds("pause", "web")
        self.succeeds("move", "web", "--region", AWAY, "--yes")
        self.fails(1, "--region", "us-east-1", "resume", "web",
                   says=["has moved", AWAY, "move web --region us-east-1"])


if __name__ == "__main__":
    unittest.main()
