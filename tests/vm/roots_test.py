"""Roots of other kinds: entered, or recognised and left untouched with a reason."""

import hashlib
import unittest

import networks
import roots
from machine import MachineTest
from matrix import shows


class RootsTest(MachineTest):
    system = "kinds"

    @shows(("Roots", "XFS on partition 4 beside an EFI system partition, its initrd without xfs",
            "pivot, after a kexec that came back, where EC2 refuses to replace a root disk"),
           ("Identity", "ifupdown, pinned by udev's name of the interface, `fix_network = true`",
            "made the instance's"),
           ("Losses", "a power loss with XFS", "its log is replayed"))
    def test_xfs_on_partition_four_that_its_own_initrd_cannot_mount(self):
        """The kernel that kexec starts comes back; the last engine enters with the preboot one."""
        machine = self.power_on(
            roots.xfs_on_partition_four(self.disks.settled(), self.folder, networks.ifupdown),
            types=["t3.small", "t3.medium", "t3.large"], fix_network=True)
        machine.refuse_to_replace_roots()
        body = machine.launch()
        self.check_declined("did_not_come_up")
        self.assertEqual(machine.remembered_engine(), ("pivot", "did_not_come_up"))
        self.assertIn("enter start engine=pivot", machine.whole_console(body))
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
