"""`move`: what it refuses before anything is done, and the copy of a paused machine."""

import json
import unittest

from program import VOLUME, ProgramTest


class MoveTest(ProgramTest):
    def launch(self, **keys):
        return self.succeeds("launch", "--no-wait", self.write_machine(**keys))

    def private_address(self):
        shown = self.succeeds("status", "web", "--output", "json").stdout
        return json.loads(shown)["private_address"]

    def root_tags(self):
        volume, = self.client.describe_volumes(VolumeIds=[VOLUME])["Volumes"]
        return {tag["Key"]: tag["Value"] for tag in volume.get("Tags", [])}

    def test_what_is_wrong_is_refused_before_anything_is_done(self):
        self.write_machine()
        self.fails(1, "move", "web", "--zone", "us-east-1b", says="launch it first")
        self.launch()
        self.fails(2, "move", "web", "--zone", "us-east-1z", says="there is no zone 'us-east-1z'")
        self.assertNotIn("ec2spotter:move", self.root_tags())

    def test_a_file_with_a_zone_that_the_region_lacks_is_refused(self):
        machine = self.write_machine(zones=["us-east-1a", "us-east-1z"])
        self.fails(2, "launch", "--no-wait", machine, says="there is no zone 'us-east-1z'")
        self.assertNotIn("ec2spotter:machine", self.root_tags())

    def test_a_paused_machine_is_copied(self):
        self.launch()
        self.succeeds("pause", "web")
        self.succeeds("move", "web", "--zone", "us-east-1b")
        self.assertEqual(self.root_tags()["ec2spotter:state"], "retired")
        roots = self.client.describe_volumes(Filters=[
            {"Name": "tag:ec2spotter:generation", "Values": ["2"]}])["Volumes"]
        self.assertEqual([root["AvailabilityZone"] for root in roots], ["us-east-1b"])
        self.assertEqual(self.bodies(), [])

    def test_a_private_address_that_is_kept_changes_only_with_consent(self):
        self.launch(private_ip="keep")
        before = self.private_address()
        self.assertRegex(before, r"^172\.31\.")
        self.succeeds("pause", "web")
        self.assertEqual(self.private_address(), before)
        self.fails(3, "move", "web", "--zone", "us-east-1b", says=before)
        self.assertNotIn("ec2spotter:move", self.root_tags())
        told = self.run_program("move", "web", "--zone", "us-east-1b", "--yes").stderr
        self.assertIn(before, told)
        self.assertEqual(self.root_tags()["ec2spotter:state"], "retired")

    def test_zones_in_the_file_are_the_consent(self):
        self.launch(private_ip="keep", zones=["us-east-1a", "us-east-1b"])
        self.succeeds("pause", "web")
        self.succeeds("move", "web", "--zone", "us-east-1b")
        self.assertEqual(self.root_tags()["ec2spotter:state"], "retired")


if __name__ == "__main__":
    unittest.main()
