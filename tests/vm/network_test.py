"""A volume whose network settings are for a former body's MAC address comes up without a network, and
it is said why; it is cured where the machine file says so."""

import json
import unittest

import cloud
from machine import NETWORK_FILE, USER_ROOT_MIB, MachineTest, read_from, write_into
from matrix import shows
from networks import FOREIGN


class NetworkTest(MachineTest):
    @shows(("Identity", "systemd-networkd pinned to another MAC address, `fix_network` unset",
            "named on the console, by `status` and `doctor`; left as it is"),
           ("Identity", "systemd-networkd pinned to another MAC address, `fix_network = true`",
            "made the instance's"),
           ("Identity", "`private_ip = \"keep\"`, on the next instance, by kexec",
            "the same private address and MAC address in the guest"))
    def test_settings_for_another_mac_address_are_named_and_cured_on_demand(self):
        machine = self.power_on(self.disks.settled(f"MACAddress={FOREIGN}"), private_ip="keep")
        machine.start_watch()
        cloud.wait_until("a holder", machine.holder, cloud.BOOT_SECONDS_MOST)
        machine.wait_for_console(machine.holder(), "root ok")
        machine.stop_watch()
        status = json.loads(machine.program("--output", "json", "status", "web").stdout)
        self.assertEqual([each["files"] for each in status["findings"]], [[NETWORK_FILE]])
        doctor = machine.program("doctor", "web")
        self.assertEqual(doctor.returncode, 1)
        self.assertIn(NETWORK_FILE, doctor.stdout)
        self.assertIn("fix_network = true", doctor.stdout)
        self.assertNotEqual(machine.ssh("true", "root").returncode, 0, "it has a network after all")
        kept = self.kept_interface()

        self.succeeds("pause", "web")
        with open(f"{machine.folder}/web.toml", "a", encoding="utf-8") as file:
            file.write("fix_network = true\n")
        machine.launch()
        self.succeeds("doctor", "web")
        self.check_cured(NETWORK_FILE)
        self.check_in_guest(kept)

    @shows(("Identity", "`net.ifnames=0` in the volume's menu and settings for `eth0` alone", "pivot: the "
            "preboot disk's menu gets the word, and the interface has that name"),
           ("Identity", "`private_ip = \"keep\"`, by pivot",
            "the interface's private address and MAC address in the guest"))
    def test_the_kernels_name_of_the_interface_by_pivot(self):
        disk = self.disks.settled("Name=eth0")
        menu = read_from(disk, USER_ROOT_MIB, "cat /boot/grub/grub.cfg").decode()
        write_into(disk, USER_ROOT_MIB, {"/boot/grub/grub.cfg": (
            menu.replace("net.ifnames=1", "net.ifnames=0"), 0o100644)})
        machine = self.power_on(disk, engine="pivot", private_ip="keep")
        machine.launch()
        self.assertIn("ec2spotter.engine=pivot", machine.run("cat /run/ec2spotter/entered", user="root"))
        self.assertEqual(machine.run("ls /sys/class/net", user="root").split(), ["eth0", "lo"])
        self.assertIn(" net.ifnames=0", machine.run("cat /proc/cmdline", user="root"))
        self.check_in_guest(self.kept_interface())

    def kept_interface(self):
        """The network interface that the machine keeps, and its addresses."""
        found, = self.machine.ec2.describe_network_interfaces(Filters=[
            {"Name": "tag:ec2spotter:role", "Values": ["interface"]}])["NetworkInterfaces"]
        return {key: found[key] for key in ("NetworkInterfaceId", "MacAddress", "PrivateIpAddress")}

    def check_in_guest(self, kept):
        self.assertEqual(self.kept_interface(), kept)
        machine = self.machine
        self.assertEqual(machine.run("cat /sys/class/net/e*/address", user="root").split(),
                         [kept["MacAddress"]])
        self.assertIn(f" {kept['PrivateIpAddress']}/",
                      machine.run("ip -4 -o address show scope global", user="root"))


if __name__ == "__main__":
    unittest.main()
