"""Root disks as other distributions lay them out, with boot entries as they write them."""

import unittest

import networks
import roots
from machine import SERIAL, MachineTest
from matrix import shows


class LayoutsTest(MachineTest):
    system = "kinds"

    @shows(("Roots", "like Amazon Linux 2023: XFS on partition 1, an EFI system partition as number "
            "128, Boot Loader Specification entries", "kexec"),
           ("Identity", "cloud-init at work on the volume", "host keys and host name of its first boot "
            "are kept on the next instance, and what is done once for an instance is not done again"))
    def test_like_amazon_linux(self):
        self.enter(roots.like_amazon_linux(self.disks.user(), self.folder, roots.with_runs_counted),
                   "xfs", "1")
        self.machine.wait_for_end_of_cloud_init()
        facts = self.machine.facts()
        self.succeeds("pause", "web")
        self.machine.launch()
        self.machine.wait_for_end_of_cloud_init()
        self.assertEqual(self.machine.facts(), facts)
        self.assertEqual(self.machine.run("sort /root/runs", user="root").split(),
                         ["per-boot", "per-boot", "per-instance", "per-once", "runcmd"])

    @shows(("Roots", "like Fedora: btrfs, the root in a subvolume, /boot apart, Boot Loader "
            "Specification entries", "kexec"),
           ("Identity", "no cloud-init on the volume", "nothing is left for it"),
           ("Identity", "NetworkManager pinned to another MAC address, `fix_network = true`",
            "made the instance's"))
    def test_like_fedora(self):
        self.enter(roots.like_fedora(self.disks.settled(), self.folder, roots.without_cloud_init,
                                     networks.network_manager), "btrfs", "3", "subvolume=root",
                   fix_network=True)
        self.check_cured("/etc/NetworkManager/system-connections/wired.nmconnection")
        self.machine.run("test ! -e /etc/cloud", user="root")
        self.assertEqual(self.machine.disk_of("/boot"), SERIAL)
        self.assertEqual(self.machine.run("findmnt -no FSROOT /", user="root"), "/root\n")

    def enter(self, volume, file_system, partition, said="", **keys):
        """By kexec, as the boot program's own check says."""
        machine = self.power_on(volume, **keys)
        body = machine.launch()
        console = machine.console(body)
        self.assertIn("ec2spotter: enter ok engine=kexec", console)
        self.assertIn(said, console)
        self.check_root(file_system, partition)


if __name__ == "__main__":
    unittest.main()
