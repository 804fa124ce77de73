"""Roots of other kinds: entered, booted from, or recognised and left untouched with a reason."""

import hashlib
import pathlib
import unittest

import networks
import roots
from machine import SERIAL, VOLUME, MachineTest
from matrix import shows

CURED = "made the body's"


class RootsTest(MachineTest):
    @shows(("Roots", "XFS on partition 4 beside an EFI system partition, its initrd without xfs",
            "pivot, after a kexec that came back"),
           ("Identity", "ifupdown, pinned by udev's name of the interface, `fix_network = true`",
            CURED),
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

    def check_root(self, file_system, partition):
        self.assertEqual(self.machine.disk_of("/"), SERIAL)
        self.assertEqual(
            self.machine.run("findmnt -rno FSTYPE /; cat /sys/class/block/$(basename"
                             " $(readlink -f $(findmnt -rvno SOURCE /)))/partition", user="root").split(),
            [file_system, partition])

    @shows(("Roots", "like Amazon Linux 2023: XFS on partition 1, an EFI system partition as number "
            "128, Boot Loader Specification entries", "kexec"),
           ("Identity", "cloud-init at work on the volume", "host keys and host name of its first boot "
            "are kept on the next body"))
    def test_like_amazon_linux(self):
        self.enter(roots.like_amazon_linux(self.disks.user(), self.folder), "xfs", "1")
        facts = self.machine.facts()
        self.machine.wait_for_end_of_cloud_init()
        self.succeeds("pause", "web")
        self.machine.launch()
        self.machine.wait_for_end_of_cloud_init()
        self.assertEqual(self.machine.facts(), facts)

    @shows(("Roots", "like Fedora: btrfs, the root in a subvolume, /boot apart, Boot Loader "
            "Specification entries", "kexec"),
           ("Identity", "no cloud-init on the volume", "nothing is left for it"),
           ("Identity", "NetworkManager pinned to another MAC address, `fix_network = true`", CURED))
    def test_like_fedora(self):
        self.enter(roots.like_fedora(self.disks.settled(), self.folder, roots.without_cloud_init,
                                     networks.network_manager), "btrfs", "3", "subvolume=root",
                   fix_network=True)
        self.check_cured("/etc/NetworkManager/system-connections/wired.nmconnection")
        self.machine.run("test ! -e /etc/cloud", user="root")
        self.assertEqual(self.machine.disk_of("/boot"), SERIAL)
        self.assertEqual(self.machine.run("findmnt -no FSROOT /", user="root"), "/root\n")

    def enter(self, volume, file_system, partition, said="", **wishes):
        """By kexec, as the boot program's own check says."""
        machine = self.power_on(volume, **wishes)
        body = machine.launch()
        console = machine.console(body)
        self.assertIn("ec2spotter: enter ok engine=kexec", console)
        self.assertIn(said, console)
        self.check_root(file_system, partition)

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
