"""A root that no boot program enters, where EC2 does not replace root disks: its instances boot from it
as their own root disk."""

import pathlib
import unittest

import cloud
import roots
from machine import MachineTest
from matrix import shows


class SwapTest(MachineTest):
    system = "kinds"

    @shows(("Roots", "ext4 on LVM, where EC2 refuses to replace a root disk",
            "swap, found out by auto"),
           ("Identity", "cloud-init at work on a root that is swapped",
            "host keys and host name are kept on the next instance"),
           ("Losses", "a reclaim of an instance whose root is swapped", "swapped to the next one"))
    def test_lvm_is_booted_from(self):
        machine = self.power_on(roots.on_lvm(self.disks.user(), self.folder),
                                types=["t3.small", "t3.medium", "t3.large"])
        machine.refuse_to_replace_roots()
        body = self.check_swaps("lvm", f"/dev/mapper/{roots.GROUP}-root")
        self.check_reclaim(body, "lvm", f"/dev/mapper/{roots.GROUP}-root")
        self.assertEqual(self.refusals(), ["UnsupportedOperation"])

    @shows(("Roots", "ext4 on LUKS, not encrypted by EC2, with an image whose disk is",
            "swap, found out by auto"))
    def test_luks_is_booted_from(self):
        machine = self.power_on(roots.on_luks(self.disks.settled(), self.folder),
                                types=["t3.small", "t3.medium", "t3.large"])
        self.encrypt_the_image()
        self.check_swaps("luks", "/dev/mapper/root")
        self.assertEqual(self.refusals(), [])

    def encrypt_the_image(self):
        """As under an account's default encryption; EC2 puts no other root in the place of such a
        disk."""
        ec2 = self.machine.ec2
        snapshot = ec2.copy_snapshot(SourceRegion="us-east-1", Encrypted=True,
                                     SourceSnapshotId="snap-0aaaaaaaaaaaaaaa1")["SnapshotId"]
        ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
        image = ec2.register_image(
            Name="encrypted", RootDeviceName="/dev/xvda", Architecture="x86_64",
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}])
        file = pathlib.Path(self.machine.folder, "web.toml")
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(cloud.IMAGE, image["ImageId"]), encoding="utf-8")

    def check_swaps(self, reason, root):
        """auto finds out by itself; the instance."""
        machine = self.machine
        body = machine.launch()
        self.check_declined(reason)
        self.assertEqual(machine.remembered_engine(), ("swap", reason))
        self.check_own_disk(root)
        machine.wait_for_end_of_cloud_init()
        return body

    def check_reclaim(self, body, reason, root):
        """What auto has found out is remembered: the next instance is of that kind at once."""
        machine = self.machine
        facts = machine.facts()
        machine.run("echo kept >/root/kept; sync /root/kept", user="root")
        machine.control("reclaim", {"instance_id": body})
        machine.wait_for_state(body, "stopped")
        self.assertNotEqual(machine.launch(), body)
        self.check_declined(reason)
        self.check_own_disk(root)
        machine.wait_for_end_of_cloud_init()
        self.assertEqual(machine.facts(), facts)
        self.assertEqual(machine.run("cat /root/kept", user="root"), "kept\n")

    def refusals(self):
        """What EC2 answered to each wish to replace a root disk."""
        return [call["error"] for call in self.machine.control("calls")
                if call["action"] == "CreateReplaceRootVolumeTask"]


if __name__ == "__main__":
    unittest.main()
