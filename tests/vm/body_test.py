"""One instance with a real body, from its first boot over hot-plugged disks to its own shutdown. A
reboot from inside and a loss of power are among the traps."""

import pathlib
import re
import time
import unittest

import cloud
from cloud import say

SERIAL = cloud.DATA_VOLUME.replace("-", "")
BOOTHOOK = """#cloud-boothook
#!/bin/sh
echo "boothook at $(cut -d' ' -f1 /proc/uptime)" >/dev/ttyS0
"""
# Prints the answers to three requests: two with a token, one without.
ASK_METADATA = """
import urllib.error, urllib.request as web
def ask(path, method="GET", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    url = "http://169.254.169.254/latest/" + path
    try:
        request = web.Request(url, method=method, headers=headers)
        return web.urlopen(request, timeout=20).read().decode()
    except urllib.error.HTTPError as error:
        return str(error.code)
token = ask("api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="60")
print(ask("meta-data/instance-id", X_aws_ec2_metadata_token=token))
print(ask("meta-data/spot/instance-action", X_aws_ec2_metadata_token=token))
print(ask("meta-data/instance-id"))
"""


class BodyTest(unittest.TestCase):
    def setUp(self):
        self.cloud = cloud.Cloud().__enter__()
        self.addCleanup(self.cloud.__exit__)
        self.addCleanup(lambda: self.passed or self.cloud.explain_failure())
        self.passed = False

    def test_life_of_a_body(self):
        ec2 = self.cloud.ec2
        begun = time.monotonic()
        instance = self.cloud.run_instance(
            BOOTHOOK, InstanceInitiatedShutdownBehavior="stop",
            MetadataOptions={"HttpTokens": "required"})
        self.cloud.wait_for_state(instance, "running", 60)
        ec2.associate_address(AllocationId=cloud.ALLOCATION, InstanceId=instance)

        self.cloud.wait_for_console(instance, "boothook at ")
        say(f"boothook after {time.monotonic() - begun:.1f} s, by the guest's clock "
            + re.search(r"boothook at (\S+)", self.cloud.console(instance))[1])
        self.cloud.wait_for_ssh()
        say(f"ssh after {time.monotonic() - begun:.1f} s")

        self.check_identity(instance)
        self.check_metadata(instance)
        self.check_hot_plug(instance)
        self.check_snapshot(instance)
        self.check_hang(instance)
        self.check_own_shutdown(instance)
        self.passed = True

    def check_identity(self, instance):
        description = self.cloud.ec2.describe_instances(InstanceIds=[instance])
        private_ip = description["Reservations"][0]["Instances"][0]["PrivateIpAddress"]
        self.assertIn(f" {private_ip}/", self.cloud.run("ip -4 -o address"))
        self.assertEqual("Amazon EC2\n", self.cloud.run("cat /sys/class/dmi/id/sys_vendor"))
        self.assertRegex(self.cloud.run("sudo cat /sys/class/dmi/id/product_uuid"), "^ec2")
        self.assertEqual("aws", self.cloud.run("cat /run/cloud-init/cloud-id").strip())
        self.assertEqual(instance, self.cloud.run("cat /var/lib/cloud/data/instance-id").strip())

    def check_metadata(self, instance):
        answers = self.cloud.run(f"python3 -c '{ASK_METADATA}'").split()
        self.assertEqual([instance, "404", "401"], answers)

    def serials(self):
        return self.cloud.run("cat /sys/block/nvme*/device/serial").split()

    def attach(self, instance, volume=cloud.DATA_VOLUME, device="/dev/sdf"):
        begun = time.monotonic()
        self.cloud.ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device=device)
        serial = volume.replace("-", "")
        cloud.wait_until("the disk in the guest", lambda: serial in self.serials(), 60)
        say(f"attached within {time.monotonic() - begun:.1f} s, ssh included")

    def detach(self):
        begun = time.monotonic()
        ec2 = self.cloud.ec2
        ec2.detach_volume(VolumeId=cloud.DATA_VOLUME)
        cloud.wait_until(
            "the volume available again",
            lambda: ec2.describe_volumes(VolumeIds=[cloud.DATA_VOLUME])["Volumes"][0]["State"]
            == "available", 60)
        say(f"detached within {time.monotonic() - begun:.1f} s")

    def check_hot_plug(self, instance):
        link = f"/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_{SERIAL}"
        self.attach(instance)
        self.cloud.run(f"sudo udevadm settle -t 30; sudo mkfs.ext4 -q {link}"
                       f" && sudo mount {link} /mnt"
                       " && echo kept | sudo tee /mnt/before-detach >/dev/null && sudo umount /mnt")
        self.detach()
        self.assertNotIn(SERIAL, self.serials())

        self.attach(instance)
        self.assertEqual("kept\n", self.cloud.run(
            f"sudo udevadm settle -t 30; sudo mount {link} /mnt && cat /mnt/before-detach"))

    def check_snapshot(self, instance):
        """A snapshot of a volume that is being written holds what was synced before the call."""
        self.cloud.run("echo in the snapshot | sudo tee /mnt/synced >/dev/null"
                       " && sudo sync /mnt/synced")
        begun = time.monotonic()
        snapshot = self.cloud.ec2.create_snapshot(VolumeId=cloud.DATA_VOLUME)["SnapshotId"]
        say(f"snapshot of a volume in use within {time.monotonic() - begun:.1f} s")
        copy = self.cloud.ec2.create_volume(AvailabilityZone="us-east-1a",
                                            SnapshotId=snapshot)["VolumeId"]
        self.attach(instance, copy, "/dev/sdg")
        link = f"/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_{copy.replace('-', '')}"
        self.assertEqual("in the snapshot\n", self.cloud.run(
            f"sudo udevadm settle -t 30; sudo mkdir -p /copy && sudo mount {link} /copy"
            " && cat /copy/synced"))

    def check_hang(self, instance):
        """A guest that stands still fails its check, and a restart brings it back."""
        # A restart by force loses what has just been written, which in a system this young may be
        # its host keys.
        booted = self.cloud.run("sync; cat /proc/sys/kernel/random/boot_id")
        self.cloud.control("hang", {"instance_id": instance})
        status = self.cloud.ec2.describe_instance_status(InstanceIds=[instance])
        self.assertEqual("impaired", status["InstanceStatuses"][0]["InstanceStatus"]["Status"])
        self.assertNotEqual(0, self.cloud.ssh("true").returncode)
        self.cloud.ec2.reboot_instances(InstanceIds=[instance])
        self.cloud.wait_for_ssh()
        self.assertNotEqual(booted, self.cloud.run("cat /proc/sys/kernel/random/boot_id"))

    def check_own_shutdown(self, instance):
        self.cloud.ssh("sudo systemctl poweroff")
        self.cloud.wait_for_state(instance, "stopped", 180)
        volumes = pathlib.Path(self.cloud.folder, "state/volumes")
        self.assertTrue((volumes / f"{cloud.DATA_VOLUME}.raw").exists())

    def test_a_disk_without_a_system_ends_the_instance_with_a_reason(self):
        ec2 = self.cloud.ec2
        image = ec2.register_image(
            Name="blank", RootDeviceName="/dev/xvda", Architecture="x86_64",
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda",
                                  "Ebs": {"SnapshotId": self.blank_snapshot()}}])["ImageId"]
        instance = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1,
                                     MaxCount=1)["Instances"][0]["InstanceId"]

        self.cloud.wait_for_state(instance, "terminated", 120)

        found = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        self.assertIn("no file system of the root disk has a boot entry",
                      found["StateReason"]["Message"])
        self.passed = True

    def blank_snapshot(self):
        return self.cloud.ec2.create_snapshot(VolumeId=cloud.DATA_VOLUME)["SnapshotId"]


if __name__ == "__main__":
    unittest.main()
