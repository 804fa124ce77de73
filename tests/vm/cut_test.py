"""The power goes at every stage of the boot program, at a moment that a seed picks: each time the
next body gets further, and in the end the machine is up, with nothing half-written on its volume."""

import os
import random
import subprocess
import sys
import time
import unittest

import cloud
from machine import SERIAL, USER_ROOT_MIB, MachineTest, MIB
from matrix import shows

# The last two are past the boot program: the next kernel starts, and the volume's system boots.
STAGES = ["identify start", "find start", "check start", "adopt start", "adopt ok", "enter start",
          "enter ok", "root ok"]
# Each loss of a body that was not up yet closes its pool for a while.
TYPES = ["t3.small", "t3.medium", "t3.large", "t3a.small", "m5.large", "m6i.large", "m7i.large",
         "c5.large", "c6i.large", "r5.large"]
SEED = int(os.environ.get("EC2SPOTTER_SEED") or random.randrange(1 << 32))


class CutTest(MachineTest):
    def body(self, former):
        """The living body other than the former one."""
        found = self.machine.ec2.describe_instances(Filters=[
            {"Name": "instance-state-name", "Values": ["running"]}])["Reservations"]
        ids = [each["Instances"][0]["InstanceId"] for each in found]
        return next((body for body in ids if body != former), None)

    def cut_at(self, stage, former, pause):
        """The body whose power goes `pause` seconds after it has said that."""
        body = cloud.wait_until("another body", lambda: self.body(former), cloud.BOOT_SECONDS_MOST)
        self.machine.wait_for_console(body, f"ec2spotter: {stage}")
        time.sleep(pause)  # the moment itself is what is tried
        self.machine.cut_power(body)
        return body

    def check_removal(self):
        """What was installed goes again on demand, and the machine still comes up."""
        self.succeeds("guest-files", "--remove", "web")
        self.succeeds("pause", "web")
        self.machine.launch()
        left = self.machine.run("find /etc/ec2spotter /etc/systemd /etc/cloud ! -type d"
                                " -path '*ec2spotter*'", user="root")
        self.assertEqual(left, "")
        self.succeeds("pause", "web")

    @shows(("Losses", "a power loss at every stage of the boot, at a moment that a seed picks",
            "the next instance comes up"),
           ("Identity", "`guest-files --remove`", "nothing of ours is left on the volume"))
    def test_the_next_body_succeeds(self):
        print(f"  EC2SPOTTER_SEED={SEED}", file=sys.stderr, flush=True)
        self.power_on(self.disks.settled(), types=TYPES)
        moments = random.Random(SEED)
        self.machine.start_watch()
        body = None
        for stage in STAGES:
            body = self.cut_at(stage, body, moments.uniform(0, 0.6))
            print(f"  {body} cut at '{stage}'", file=sys.stderr, flush=True)
        self.machine.wait_for_body_after(body)
        self.assertEqual(self.machine.disk_of("/"), SERIAL)
        installed = self.machine.run(
            "cat /etc/ec2spotter/adopted; systemctl is-active ec2spotter-guest;"
            " sha256sum </etc/ec2spotter/guest; find /etc -name '*.new'", user="root")
        self.assertRegex(installed, r"^1\nactive\n[0-9a-f]{64}  -\n$")
        self.machine.stop_watch()
        self.check_removal()
        checked = subprocess.run(
            ["e2fsck", "-fn", f"{self.machine.disk_file()}?offset={USER_ROOT_MIB * MIB}"],
            capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout)


if __name__ == "__main__":
    unittest.main()
