"""A volume whose network settings are for a former body's MAC address: it is said where, and cured
when the machine file wishes so."""

import json
import sys
import tempfile
import unittest

import cloud
from machine import SERIAL, USER_ROOT_MIB, Disks, Machine, write_into

FILE = "/etc/systemd/network/ethernet.network"
FOREIGN = "06:00:00:00:00:aa"


class NetworkTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-test-")
        self.addCleanup(folder.cleanup)
        disks = Disks(folder.name)
        disk = disks.settled()
        write_into(disk, USER_ROOT_MIB, {
            FILE: (f"[Match]\nMACAddress={FOREIGN}\n[Network]\nDHCP=ipv4\n", 0o100644)})
        self.machine = Machine(disk, disks.preboot()).__enter__()
        self.passed = False

    def tearDown(self):
        self.machine.stop_watch()
        if not self.passed:
            self.machine.explain_failure()
        self.machine.__exit__()

    def findings(self):
        status = json.loads(self.machine.program("--output", "json", "status", "web").stdout)
        return [file for finding in status["findings"] for file in finding["files"]]

    def test_settings_for_another_mac_address_are_named_and_cured_on_demand(self):
        machine = self.machine
        machine.start_watch()
        cloud.wait_until("a holder", machine.holder, cloud.BOOT_SECONDS_MOST)
        machine.wait_for_console(machine.holder(), "root ok")
        machine.stop_watch()
        self.assertEqual(self.findings(), [FILE])
        doctor = machine.program("doctor", "web")
        self.assertEqual(doctor.returncode, 1)
        self.assertIn(FILE, doctor.stdout)
        self.assertIn("fix_network = true", doctor.stdout)
        print("  named by status and doctor", file=sys.stderr, flush=True)

        self.assertEqual(machine.program("pause", "web").returncode, 0)
        machine.wishes["fix_network"] = True
        machine.write_file()
        machine.launch()
        self.assertEqual(machine.disk_of("/"), SERIAL)
        self.assertEqual(self.findings(), [])
        self.assertEqual(machine.program("doctor", "web").returncode, 0)
        settings = machine.run(f"cat {FILE}", user="root")
        self.assertIn(machine.run("cat /sys/class/net/e*/address", user="root").strip(), settings)
        self.assertIn(FOREIGN, machine.run(f"cat /etc/ec2spotter/network-before{FILE}", user="root"))
        self.passed = True


if __name__ == "__main__":
    unittest.main()
