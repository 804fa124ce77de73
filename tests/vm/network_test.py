"""A volume whose network settings are for a former body's MAC address comes up without a network, and
it is said why; it is cured where the machine file wishes so."""

import json
import unittest

import cloud
from machine import NETWORK_FILE, MachineTest
from matrix import shows
from networks import FOREIGN


class NetworkTest(MachineTest):
    @shows(("Identity", "systemd-networkd pinned to another MAC address, `fix_network` unset",
            "named on the console, by `status` and `doctor`; left as it is"),
           ("Identity", "systemd-networkd pinned to another MAC address, `fix_network = true`",
            "made the body's"))
    def test_settings_for_another_mac_address_are_named_and_cured_on_demand(self):
        machine = self.power_on(self.disks.settled(f"MACAddress={FOREIGN}"))
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

        self.succeeds("pause", "web")
        with open(f"{machine.folder}/web.toml", "a", encoding="utf-8") as file:
            file.write("fix_network = true\n")
        machine.launch()
        self.succeeds("doctor", "web")
        self.check_cured(NETWORK_FILE)


if __name__ == "__main__":
    unittest.main()
