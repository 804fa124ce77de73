"""`drill` takes a real machine's instance, without a notice and with one, and finds the same machine
afterwards."""

import json
import pathlib
import subprocess
import sys
import unittest

import cloud
from machine import ADDRESS, SERIAL, MachineTest
from matrix import shows


class DrillTest(MachineTest):
    def put_ssh(self):
        """An ssh that knows the machine's key and keeps what it learns of hosts to itself."""
        folder = pathlib.Path(self.machine.folder)
        program = folder / "bin/ssh"
        program.parent.mkdir()
        program.write_text(
            f"#!/bin/sh\nexec /usr/bin/ssh -i {self.machine.images}/key -o UserKnownHostsFile="
            f"{folder}/known_hosts -o StrictHostKeyChecking=accept-new \"$@\"\n", encoding="utf-8")
        program.chmod(0o700)
        environment = self.machine.environment()
        return environment | {"PATH": f"{program.parent}:{environment['PATH']}"}

    def drill(self, kind, environment):
        done = subprocess.run(
            [cloud.server.BINARY, "--machines", self.machine.folder, "drill", "web", "--yes", "--kind",
             kind, "--output", "json"], env=environment, text=True, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=900, check=False)
        print(done.stderr, done.stdout, sep="\n", file=sys.stderr, flush=True)
        self.assertEqual(done.returncode, 0)
        return json.loads(done.stdout)

    def check(self, report, former):
        self.assertEqual(report["instance_before"], former)
        self.assertEqual(report["instance_after"], self.machine.holder())
        self.assertNotEqual(self.machine.holder(), former)
        self.assertEqual({one["what"]: one["result"] for one in report["compared"]}, {
            "address": "same", "host_key": "same", "machine_id": "same", "probe_file": "same"})
        self.assertEqual(report["compared"][0]["after"], ADDRESS)
        self.assertEqual(report["broken"], [])
        times = {phase["phase"]: phase["seconds"] for phase in report["phases"]}
        self.assertLess(times["root_attached"], times["up"])
        # The system is away from the end of its instance until it is up on the next one.
        self.assertGreater(report["outage"]["seconds"], times["up"] - times["root_attached"] - 5)
        self.assertLess(report["outage"]["seconds"], times["up"] + 5)
        self.assertEqual(self.machine.disk_of("/"), SERIAL)
        self.assertEqual(self.machine.run("ls -A /root/.ec2spotter-drill 2>&1 | grep -c cannot",
                                          user="root").strip(), "1")
        return times

    @shows(("Losses", "`drill`: a loss without a notice, then a notice with its two minutes",
            "the outage is measured; Elastic IP, host key, machine id and the last fsynced file are "
            "the same"))
    def test_two_drills(self):
        machine = self.power_on(self.disks.settled())
        first = machine.launch()
        environment = self.put_ssh()
        facts = machine.facts()
        self.check(self.drill("cut", environment), first)
        self.assertEqual(machine.facts(), facts)
        second = machine.holder()
        times = self.check(self.drill("notice", environment), second)
        self.assertLess(times["next_instance_launched"], times["instance_gone"])
        self.assertEqual(machine.facts(), facts)


if __name__ == "__main__":
    unittest.main()
