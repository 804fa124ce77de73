"""A root that no boot program enters: its bodies boot from it as their own root disk."""

import unittest

import roots
from machine import SERIAL, VOLUME, MachineTest
from matrix import shows


class SwapTest(MachineTest):
    @shows(("Roots", "ext4 on LVM, /boot in it", "swap, found out by auto"),
           ("Identity", "cloud-init at work on a root that is swapped",
            "host keys and host name are kept on the next body"),
           ("Losses", "a reclaim of a body whose root is swapped", "swapped to the next one"))
    def test_lvm_is_booted_from(self):
        """auto finds out by itself, once, and every later body is of that kind."""
        machine = self.power_on(roots.on_lvm(self.disks.user(), self.folder),
                                types=["t3.small", "t3.medium", "t3.large"])
        body = machine.launch()
        self.check_swapped()
        machine.wait_for_end_of_cloud_init()
        facts = machine.facts()
        machine.run("echo kept >/root/kept; sync /root/kept", user="root")
        machine.control("reclaim", {"instance_id": body})
        machine.wait_for_state(body, "stopped")
        self.assertNotEqual(machine.launch(), body)
        self.check_swapped()
        machine.wait_for_end_of_cloud_init()
        self.assertEqual(machine.facts(), facts)
        self.assertEqual(machine.run("cat /root/kept", user="root"), "kept\n")

    def check_swapped(self):
        """The root is the only disk, and nothing of the swap is left."""
        self.assertEqual(self.machine.serials(), [SERIAL])
        self.assertEqual(self.machine.run("findmnt -no SOURCE /", user="root"),
                         f"/dev/mapper/{roots.GROUP}-root\n")
        volumes = self.machine.ec2.describe_volumes(
            Filters=[{"Name": "tag-key", "Values": ["ec2spotter:machine"]}])["Volumes"]
        self.assertEqual([each["VolumeId"] for each in volumes], [VOLUME])


if __name__ == "__main__":
    unittest.main()
