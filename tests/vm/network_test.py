"""A volume whose network settings are for a former body's MAC address comes up without a network, and
it is said why. What cures it is among the traps."""

import json
import tempfile
import unittest

import cloud
from machine import NETWORK_FILE, Disks, Machine


class NetworkTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-test-")
        self.addCleanup(folder.cleanup)
        disks = Disks(folder.name)
        self.machine = Machine(disks.settled("MACAddress=06:00:00:00:00:aa"),
                               disks.preboot()).__enter__()
        self.passed = False

    def tearDown(self):
        self.machine.stop_watch()
        if not self.passed:
            self.machine.explain_failure()
        self.machine.__exit__()

    def test_settings_for_another_mac_address_are_named(self):
        machine = self.machine
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
        self.passed = True


if __name__ == "__main__":
    unittest.main()
