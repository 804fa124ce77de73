"""script/aws-acceptance finds what its runs have left, deletes that, and touches nothing else."""

import os
import pathlib
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
sys.path.insert(0, str(SOURCE / "tests/cli"))
from program import VOLUME, ProgramTest  # noqa: E402

TAG = "ec2spotter-acceptance"


def tagged(kind, key=TAG, value="run-1"):
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value}]}]


class AcceptanceTest(ProgramTest):
    def run_script(self, *words):
        return subprocess.run(
            [SOURCE / "script/aws-acceptance", "--region", "us-east-1", "--endpoint-url",
             self.server.endpoint, *words], env=self.environment, text=True, capture_output=True,
            stdin=subprocess.DEVNULL, timeout=300, check=False)

    def test_a_sweep_deletes_what_carries_the_tag_or_the_owner(self):
        ec2 = self.client
        image = ec2.describe_images()["Images"][0]["ImageId"]
        group = ec2.create_security_group(GroupName="left", Description="x",
                                          TagSpecifications=tagged("security-group"))["GroupId"]
        ec2.create_key_pair(KeyName="left", TagSpecifications=tagged("key-pair"))
        address = ec2.allocate_address(TagSpecifications=tagged("elastic-ip"))
        instance = ec2.run_instances(
            ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, SecurityGroupIds=[group],
            Placement={"AvailabilityZone": "us-east-1a"},
            TagSpecifications=tagged("instance"))["Instances"][0]["InstanceId"]
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
        ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=instance)
        of_owner = ec2.create_volume(
            AvailabilityZone="us-east-1a", Size=1,
            TagSpecifications=tagged("volume", "ec2spotter:owner", "acceptance"))["VolumeId"]
        ec2.create_snapshot(VolumeId=of_owner, TagSpecifications=tagged("snapshot"))
        of_another = ec2.create_volume(
            AvailabilityZone="us-east-1a", Size=1,
            TagSpecifications=tagged("volume", "ec2spotter:owner", "default"))["VolumeId"]

        done = self.run_script("--sweep")
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        self.assertIn("nothing is left", done.stdout)
        self.assertEqual({each["VolumeId"] for each in ec2.describe_volumes()["Volumes"]},
                         {VOLUME, of_another})
        self.assertEqual(ec2.describe_snapshots(OwnerIds=["self"],
                                                Filters=[{"Name": "volume-id", "Values": [of_owner]}]
                                                )["Snapshots"], [])
        self.assertNotIn(address["AllocationId"], [
            each["AllocationId"] for each in ec2.describe_addresses()["Addresses"]])
        self.assertEqual([each for each in ec2.describe_security_groups()["SecurityGroups"]
                          if each["GroupName"] == "left"], [])
        state = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        self.assertEqual(state["State"]["Name"], "terminated")

    def test_a_run_needs_a_budget_and_stops_at_it(self):
        done = self.run_script()
        self.assertEqual(done.returncode, 2)
        self.assertIn("--budget USD is needed", done.stderr)
        done = self.run_script("--budget", "-1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the budget is -1.0 USD", done.stderr)
        self.assertIn("nothing is left", done.stdout)
        self.assertNotIn("RunInstances", self.calls())


if __name__ == "__main__":
    unittest.main(verbosity=2)
