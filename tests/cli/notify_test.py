"""What a watch tells systemd, on a socket as systemd makes it."""

import signal
import socket
import time
import unittest

from program import ProgramTest


class NotifyTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)

    def watch(self, address, **environment):
        self.socket.bind(address)
        self.socket.settimeout(30)
        name = "@" + address[1:] if address.startswith("\0") else address
        self.environment |= {"NOTIFY_SOCKET": name} | environment
        child = self.start("watch", "--state", self.folder / "watching")
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        return child

    def told(self, key):
        """The next message that has `key`, and all words before it."""
        seen = []
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            message = dict(line.split("=", 1) for line in self.socket.recv(4096).decode().split("\n"))
            seen += message
            if key in message:
                return message, seen
        raise AssertionError(f"no {key} within 30 s: {seen}")

    def test_ready_comes_after_the_first_observation_and_stopping_at_the_end(self):
        self.write_machine()
        self.server.stop()
        child = self.watch(str(self.folder / "notify"), WATCHDOG_USEC="600000000")
        for _ in range(3):
            _, seen = self.told("WATCHDOG")
            self.assertNotIn("READY", seen, "EC2 does not answer")
        self.server.restart(signal.SIGTERM)
        ready, _ = self.told("READY")
        self.assertEqual(ready, {"READY": "1", "STATUS": "watching 1 machines"})
        self.assertIn("DescribeInstances", [call["action"] for call in self.server.control("calls")])
        self.told("WATCHDOG")
        child.send_signal(signal.SIGTERM)
        self.told("STOPPING")
        child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0)

    def test_a_reload_is_told_and_no_sign_of_life_unless_one_is_wanted(self):
        self.write_machine()
        self.watch(f"\0ec2spotter-test-{self.folder.name}")
        self.told("READY")
        self.write_machine(types=["t3.large"])
        begun, seen = self.told("RELOADING")
        self.assertGreater(int(begun["MONOTONIC_USEC"]), 0)
        ready, _ = self.told("READY")
        self.assertEqual(ready["STATUS"], "watching 1 machines")
        self.assertNotIn("WATCHDOG", seen)

    def test_no_sign_of_life_for_another_process(self):
        self.write_machine()
        child = self.watch(str(self.folder / "notify"), WATCHDOG_USEC="600000000", WATCHDOG_PID="1")
        _, before = self.told("READY")
        child.send_signal(signal.SIGTERM)
        _, after = self.told("STOPPING")
        self.assertNotIn("WATCHDOG", before + after)


if __name__ == "__main__":
    unittest.main()
