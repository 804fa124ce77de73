"""Roots of other kinds: entered, or recognised and left untouched with a reason."""

import hashlib
import pathlib
import sys
import tempfile
import unittest

import roots
from machine import SERIAL, Disks, Machine


class RootsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.disks = Disks(self.folder)
        self.machine = None
        self.passed = False

    def tearDown(self):
        if self.machine is None:
            return
        if not self.passed:
            self.machine.explain_failure()
        self.machine.__exit__()

    def power_on(self, volume, **wishes):
        self.machine = Machine(volume, self.disks.preboot(), **wishes).__enter__()
        return self.machine

    def test_xfs_on_partition_four_that_its_own_initrd_cannot_mount(self):
        """The kernel that kexec starts comes back; the next engine enters with the preboot one."""
        machine = self.power_on(roots.xfs_on_partition_four(self.disks.settled(), self.folder))
        body = machine.launch()
        whole = pathlib.Path(machine.folder, f"state/consoles/{body}.log").read_text(
            encoding="utf-8", errors="replace")
        self.assertIn("enter start engine=pivot", whole)
        self.check_xfs()
        facts = machine.facts()
        machine.run("echo kept >/root/kept; sync /root/kept", user="root")
        machine.cut_power(body)
        machine.wait_for_state(body, "terminated")
        self.assertNotEqual(machine.launch(), body)
        self.check_xfs()
        self.assertEqual(machine.facts(), facts)
        self.assertEqual(machine.run("cat /root/kept", user="root"), "kept\n")
        print("  back on the volume after a power loss, its log replayed", file=sys.stderr)
        self.passed = True

    def check_xfs(self):
        self.assertEqual(self.machine.disk_of("/"), SERIAL)
        self.assertEqual(
            self.machine.run("findmnt -rno FSTYPE /; cat /sys/class/block/$(basename"
                             " $(findmnt -rno SOURCE /))/partition", user="root").split(),
            ["xfs", "4"])

    def refused(self, volume, reason):
        machine = self.power_on(volume)
        digest = hashlib.sha256(machine.disk_file().read_bytes()).digest()
        done = machine.program("launch", "--timeout", "14", f"{machine.folder}/web.toml")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("stage check failed", done.stderr)
        self.assertIn(f": {reason} ", done.stderr)
        self.assertEqual(hashlib.sha256(machine.disk_file().read_bytes()).digest(), digest)
        self.passed = True

    def test_luks_is_recognised_and_left_untouched(self):
        self.refused(roots.luks(self.folder), "luks")

    def test_lvm_is_recognised_and_left_untouched(self):
        self.refused(roots.lvm(self.folder), "lvm")


if __name__ == "__main__":
    unittest.main()
