"""A root that no boot program enters: its bodies boot from it as their own root disk."""

import pathlib
import re
import unittest

import roots
from machine import SERIAL, VOLUME, MachineTest
from matrix import shows


class SwapTest(MachineTest):
    system = "kinds"

    @shows(("Roots", "ext4 on LVM, /boot in it", "swap, found out by auto"),
           ("Identity", "cloud-init at work on a root that is swapped",
            "host keys and host name are kept on the next instance"),
           ("Losses", "a reclaim of an instance whose root is swapped", "swapped to the next one"))
    def test_lvm_is_booted_from(self):
        self.check_swaps(roots.on_lvm(self.disks.user(), self.folder), "lvm",
                         f"/dev/mapper/{roots.GROUP}-root")

    @shows(("Roots", "ext4 on LUKS, /boot apart", "swap, found out by auto"))
    def test_luks_is_booted_from(self):
        self.check_swaps(roots.on_luks(self.disks.settled(), self.folder), "luks",
                         "/dev/mapper/root")

    def check_swaps(self, volume, reason, root):
        """auto finds out by itself, once, and every later body is of that kind."""
        machine = self.power_on(volume, types=["t3.small", "t3.medium", "t3.large"])
        body = machine.launch()
        self.check_refusals(reason)
        self.check_swapped(root)
        machine.wait_for_end_of_cloud_init()
        facts = machine.facts()
        machine.run("echo kept >/root/kept; sync /root/kept", user="root")
        machine.control("reclaim", {"instance_id": body})
        machine.wait_for_state(body, "stopped")
        self.assertNotEqual(machine.launch(), body)
        self.check_refusals(reason)
        self.check_swapped(root)
        machine.wait_for_end_of_cloud_init()
        self.assertEqual(machine.facts(), facts)
        self.assertEqual(machine.run("cat /root/kept", user="root"), "kept\n")

    def check_refusals(self, reason):
        """Of all bodies so far, only the first one tried to enter the root, and said why it could not."""
        consoles = pathlib.Path(self.machine.folder, "state/consoles").glob("*.log")
        said = re.findall(r"check fail reason=(\w+)", "".join(
            each.read_text(encoding="utf-8", errors="replace") for each in consoles))
        self.assertEqual(said, [reason])

    def check_swapped(self, root):
        """The root is the only disk, and nothing of the swap is left."""
        self.assertEqual(self.machine.serials(), [SERIAL])
        self.assertEqual(self.machine.run("findmnt -no SOURCE /", user="root"), f"{root}\n")
        volumes = self.machine.ec2.describe_volumes(
            Filters=[{"Name": "tag-key", "Values": ["ec2spotter:machine"]}])["Volumes"]
        self.assertEqual([each["VolumeId"] for each in volumes], [VOLUME])


if __name__ == "__main__":
    unittest.main()
