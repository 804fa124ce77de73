"""A watch keeps a real machine up, and nothing that it has fsynced is lost: through a notice, a loss
of power, its own poweroff and a person's termination."""

import time
import unittest

import appender
from cloud import say
from machine import SERIAL, MachineTest
from matrix import shows


class WatchTest(MachineTest):
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

    @shows(("Roots", "ext4 on partition 2, by UUID, as Debian has it", "kexec"),
           ("Losses", "a notice, a power loss, a poweroff, a termination, one after the other",
            "watch: no fsynced record lost or torn"))
    def test_nothing_fsynced_is_lost(self):
        machine = self.power_on(self.disks.settled())
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


if __name__ == "__main__":
    unittest.main()
