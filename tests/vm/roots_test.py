"""Roots of other kinds: entered, or recognised and left untouched with a reason."""

import hashlib
import pathlib
import unittest

import networks
import roots
from machine import MachineTest
from matrix import shows


class RootsTest(MachineTest):
    system = "kinds"

    @shows(("Roots", "XFS on partition 4 beside an EFI system partition, its initrd without xfs",
            "pivot, after a kexec that came back"),
           ("Identity", "ifupdown, pinned by udev's name of the interface, `fix_network = true`",
            "made the instance's"),
           ("Losses", "a power loss with XFS", "its log is replayed"))
    def test_xfs_on_partition_four_that_its_own_initrd_cannot_mount(self):
        """The kernel that kexec starts comes back; the next engine enters with the preboot one."""
        machine = self.power_on(
            roots.xfs_on_partition_four(self.disks.settled(), self.folder, networks.ifupdown),
            fix_network=True)
        body = machine.launch()
        whole = pathlib.Path(machine.folder, f"state/consoles/{body}.log").read_text(
            encoding="utf-8", errors="replace")
        self.assertIn("enter start engine=pivot", whole)
        self.check_root("xfs", "4")
        self.check_cured("/etc/udev/rules.d/70-persistent-net.rules")
        facts = machine.facts()
        machine.run("echo kept >/root/kept; sync /root/kept", user="root")
        machine.cut_power(body)
        machine.wait_for_state(body, "terminated")
        self.assertNotEqual(machine.launch(), body)
        self.check_root("xfs", "4")
        self.assertEqual(machine.facts(), facts)
        self.assertEqual(machine.run("cat /root/kept", user="root"), "kept\n")

    def refused(self, volume, reason):
        machine = self.power_on(volume, engine="kexec")
        digest = hashlib.sha256(machine.disk_file().read_bytes()).digest()
        done = machine.program("launch", "--timeout", "14", f"{machine.folder}/web.toml")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("stage check failed", done.stderr)
        self.assertIn(f": {reason} ", done.stderr)
        self.assertEqual(hashlib.sha256(machine.disk_file().read_bytes()).digest(), digest)

    @shows(("Roots", "LUKS, with `engine = \"kexec\"`", "left untouched, with a reason"))
    def test_luks_is_recognised_and_left_untouched(self):
        self.refused(roots.luks(self.folder), "luks")

    @shows(("Roots", "LVM, with `engine = \"kexec\"`", "left untouched, with a reason"))
    def test_lvm_is_recognised_and_left_untouched(self):
        self.refused(roots.lvm(self.folder), "lvm")


if __name__ == "__main__":
    unittest.main()
