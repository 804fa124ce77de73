"""Roots of other kinds: entered, or recognised and left untouched with a reason."""

import hashlib
import pathlib
import sys
import tempfile
import unittest

import roots
from machine import SERIAL, VOLUME, Disks, Machine


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
        self.check_root("xfs", "4")
        facts = machine.facts()
        machine.run("echo kept >/root/kept; sync /root/kept", user="root")
        machine.cut_power(body)
        machine.wait_for_state(body, "terminated")
        self.assertNotEqual(machine.launch(), body)
        self.check_root("xfs", "4")
        self.assertEqual(machine.facts(), facts)
        self.assertEqual(machine.run("cat /root/kept", user="root"), "kept\n")
        print("  back on the volume after a power loss, its log replayed", file=sys.stderr)
        self.passed = True

    def check_root(self, file_system, partition):
        self.assertEqual(self.machine.disk_of("/"), SERIAL)
        self.assertEqual(
            self.machine.run("findmnt -rno FSTYPE /; cat /sys/class/block/$(basename"
                             " $(findmnt -rno SOURCE /))/partition", user="root").split(),
            [file_system, partition])

    def test_like_amazon_linux(self):
        self.enter(roots.like_amazon_linux(self.disks.settled(), self.folder), "xfs", "1")

    def test_like_fedora(self):
        self.enter(roots.like_fedora(self.disks.settled(), self.folder), "btrfs", "3",
                   "subvolume=root")
        self.assertEqual(self.machine.disk_of("/boot"), SERIAL)
        self.assertEqual(self.machine.run("findmnt -no FSROOT /", user="root"), "/root\n")

    def enter(self, volume, file_system, partition, said=""):
        """By kexec, as the boot program's own check says."""
        machine = self.power_on(volume)
        body = machine.launch()
        console = machine.console(body)
        self.assertIn("ec2spotter: enter ok engine=kexec", console)
        self.assertIn(said, console)
        self.check_root(file_system, partition)
        self.passed = True

    def test_lvm_is_booted_from(self):
        """auto finds out by itself, once, and every later body is of that kind."""
        machine = self.power_on(roots.on_lvm(self.disks.settled(), self.folder),
                                types=["t3.small", "t3.medium", "t3.large"])
        body = machine.launch()
        self.check_swapped()
        facts = machine.facts()
        machine.run("echo kept >/root/kept; sync /root/kept", user="root")
        machine.control("reclaim", {"instance_id": body})
        machine.wait_for_state(body, "stopped")
        self.assertNotEqual(machine.launch(), body)
        self.check_swapped()
        self.assertEqual(machine.facts(), facts)
        self.assertEqual(machine.run("cat /root/kept", user="root"), "kept\n")
        self.passed = True

    def check_swapped(self):
        """The root is the only disk, and nothing of the swap is left."""
        self.assertEqual(self.machine.serials(), [SERIAL])
        self.assertEqual(self.machine.run("findmnt -no SOURCE /", user="root"),
                         f"/dev/mapper/{roots.GROUP}-root\n")
        volumes = self.machine.ec2.describe_volumes(
            Filters=[{"Name": "tag-key", "Values": ["ec2spotter:machine"]}])["Volumes"]
        self.assertEqual([each["VolumeId"] for each in volumes], [VOLUME])

    def refused(self, volume, reason):
        machine = self.power_on(volume, engine="kexec")
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
