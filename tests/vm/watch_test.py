"""A watch keeps a real machine up, and nothing that it has fsynced is lost: through a notice, a loss
of power, its own poweroff and a person's termination."""

import pathlib
import sys
import tempfile
import time
import unittest

import appender
from machine import SERIAL, Disks, Machine


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


class WatchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-test-")
        self.addCleanup(folder.cleanup)
        disks = Disks(folder.name)
        self.machine = Machine(disks.settled(), disks.preboot()).__enter__()
        self.passed = False

    def tearDown(self):
        self.machine.stop_watch()
        if not self.passed:
            self.machine.explain_failure()
            self.print_watch()
        self.machine.__exit__()

    def print_watch(self):
        print("==== the watch", pathlib.Path(self.machine.folder, "watch.log").read_text(),
              sep="\n", file=sys.stderr)

    def wait_for_body_after(self, former):
        begun = time.monotonic()
        body = self.machine.wait_for_body_after(former)
        say(f"in service on {body} after {time.monotonic() - begun:.1f} s")
        self.assertEqual(self.machine.disk_of("/"), SERIAL)
        return body

    def check_records(self, at_least):
        count, gaps = appender.check_records(self.machine)
        self.assertGreaterEqual(count, at_least)
        say(f"{count} records, none lost or torn; outage {gaps[-1].seconds:.1f} s")

    def test_nothing_fsynced_is_lost(self):
        machine = self.machine
        machine.start_watch()
        body = self.wait_for_body_after(None)
        facts = machine.facts()
        appender.install(machine)
        # Less than EC2's two minutes is enough for the next body to wait in its preboot system.
        losses = {"a notice": lambda: machine.control("notice", {"instance_id": body,
                                                                 "seconds": 45}),
                  "a loss of power": lambda: machine.cut_power(body),
                  "its own poweroff": lambda: machine.ssh("systemctl poweroff", "root"),
                  "a termination by hand":
                      lambda: machine.ec2.terminate_instances(InstanceIds=[body])}
        for name, lose in losses.items():
            done = appender.appended(machine)
            say(f"after {done} records: {name}")
            lose()
            body = self.wait_for_body_after(body)
            self.check_records(done)
            self.assertEqual(machine.facts(), facts)
        living = machine.ec2.describe_instances(Filters=[
            {"Name": "instance-state-name", "Values": ["pending", "running"]}])["Reservations"]
        self.assertEqual([each["Instances"][0]["InstanceId"] for each in living], [body])
        self.passed = True

if __name__ == "__main__":
    unittest.main()
