"""A real machine at work moves to another region, by a person's command beside a watch."""

import pathlib
import sys
import unittest

import appender
from machine import ADDRESS, VOLUME, MachineTest
from matrix import shows

HOME, AWAY = "us-east-1", "eu-west-1"


def tags_of(resource):
    return {tag["Key"]: tag["Value"] for tag in resource.get("Tags", [])}


class RegionTest(MachineTest):
    @shows(("Losses", "`move NAME --region REGION` on a machine at work, beside a watch",
            "no fsynced record lost or torn"),
           ("Identity", "a root that has moved to another region",
            "host keys, machine id, host name and users are kept"))
    def test_away(self):
        machine = self.power_on(self.disks.settled(), types=["t3.small"], region=HOME)
        ec2 = machine.client(region=AWAY)
        self.addCleanup(ec2.close)
        address = self.settle_in(ec2)
        machine.start_watch()
        machine.wait_for_body_after(None)
        facts = machine.facts()
        appender.install(machine)
        done = appender.appended(machine)

        told = machine.program("move", "--timeout", "14", "web", "--region", AWAY, "--yes")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn(ADDRESS, told.stderr)
        former, = machine.ec2.describe_volumes(VolumeIds=[VOLUME])["Volumes"]
        self.assertEqual(tags_of(former)["ec2spotter:state"], "retired")
        self.assertEqual(former["Attachments"], [])
        self.assertEqual(self.working(machine.ec2), [])

        machine.address = address
        machine.wait_for_ssh("root")
        self.assertEqual(machine.facts(), facts)
        root, = ec2.describe_volumes(Filters=[
            {"Name": "tag:ec2spotter:role", "Values": ["root"]}])["Volumes"]
        self.assertEqual(machine.disk_of("/"), root["VolumeId"].replace("-", ""))
        count, gaps = appender.check_records(machine)
        self.assertGreaterEqual(count, done)
        print(f"  {count} records, none lost or torn; outage {gaps[-1].seconds:.1f} s",
              file=sys.stderr)

    def settle_in(self, ec2):
        """The image, the key pair and an address there; the file knows them from now on."""
        snapshot = ec2.copy_snapshot(SourceRegion=HOME,
                                     SourceSnapshotId="snap-0aaaaaaaaaaaaaaa1")["SnapshotId"]
        ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
        image = ec2.register_image(
            Name="preboot", RootDeviceName="/dev/xvda", Architecture="x86_64",
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}],
        )["ImageId"]
        public_key = (self.machine.images / "key.pub").read_bytes()
        ec2.import_key_pair(KeyName="me", PublicKeyMaterial=public_key)
        address = ec2.allocate_address()["PublicIp"]
        file = pathlib.Path(self.machine.folder, "web.toml")
        table = f'[regions.{AWAY}]\nimage = "{image}"\nelastic_ip = "{address}"\n'
        file.write_text(file.read_text(encoding="utf-8") + table, encoding="utf-8")
        return address

    @staticmethod
    def working(ec2):
        """The instances of that region that have not ended."""
        found = ec2.describe_instances(Filters=[
            {"Name": "instance-state-name", "Values": ["pending", "running", "stopping"]}])
        return [instance["InstanceId"] for reservation in found["Reservations"]
                for instance in reservation["Instances"]]


if __name__ == "__main__":
    unittest.main()
