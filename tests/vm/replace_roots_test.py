"""Roots of which the boot program and its image know nothing: EC2 restarts an instance from them all the
same."""

import unittest

import roots
from machine import MachineTest
from matrix import shows


class ReplaceRootsTest(MachineTest):
    system = "kinds"

    @shows(("Roots", "sysvinit in systemd's place, with Marketplace codes that the image has too",
            "replace, found out by auto"))
    def test_a_system_without_systemd_from_the_marketplace(self):
        machine = self.power_on(roots.without_systemd(self.disks.settled(), self.folder),
                                types=["t3.small", "t3.medium"],
                                product_code="abcdefghijklmnopqrstuvwxy")
        machine.launch()
        self.check_declined()
        self.assertEqual(machine.remembered_engine(), ("replace", "marketplace"))
        self.check_own_disk("/dev/nvme0n1p2")
        self.assertEqual(machine.run("cat /proc/1/comm; test ! -e /run/systemd/system", user="root"),
                         "init\n")

    @shows(("Roots", "f2fs, which the image's kernel does not know, /boot apart",
            "replace, found out by auto"))
    def test_a_file_system_that_the_image_does_not_know(self):
        self.launch_by_replace(roots.on_f2fs(self.disks.settled(), self.folder), "unreadable")
        self.check_own_disk("/dev/nvme0n1p3")
        self.assertEqual(self.machine.run("findmnt -no FSTYPE /", user="root"), "f2fs\n")


if __name__ == "__main__":
    unittest.main()
