"""A real machine goes back to a backup, and from there to the root that it had before."""

import json
import unittest

import cloud
from cloud import say
from machine import VOLUME, MachineTest
from matrix import shows


class RestoreTest(MachineTest):
    @shows(("Restores", "`restore --from BACKUP` beside a watch",
            "what was written before the backup is there, what came later is not; the replaced "
            "root is kept"),
           ("Restores", "`undelete`", "everything is there again, on the volume that was replaced"),
           ("Identity", "a root that was restored from a backup",
            "host keys, machine id, host name, users and Elastic IP are kept"))
    def test_back_and_forth(self):
        machine = self.power_on(self.disks.settled(), snapshot_every="24h")
        machine.launch()
        facts = machine.facts()
        self.write("early")
        machine.start_watch()
        backup = cloud.wait_until("a backup", self.backup, 180)
        self.write("late")

        self.succeeds("restore", "--timeout", "14", "web", "--from", backup)
        [former] = [each["id"] for each in self.restorable("former root")]
        self.assertEqual(former, VOLUME)
        machine.root = self.root()
        self.check(facts, ["early"])
        say(f"from {backup}: {machine.root}")

        self.succeeds("undelete", "--timeout", "14", "web")
        self.assertEqual(self.root(), VOLUME)
        machine.root = VOLUME
        self.check(facts, ["early", "late"])

    def write(self, name):
        self.machine.run(f"echo {name} >/root/written-{name} && sync", user="root")

    def restorable(self, kind):
        told = json.loads(self.succeeds("--output", "json", "backups", "web"))
        return [each for each in told if each["kind"] == kind]

    def backup(self):
        done = [each["id"] for each in self.restorable("backup") if not each["trouble"]]
        return done[0] if done else None

    def root(self):
        [row] = json.loads(self.succeeds("--output", "json", "list"))
        return row["volume"]

    def check(self, facts, written):
        machine = self.machine
        self.assertEqual(machine.disk_of("/"), machine.root.replace("-", ""))
        self.assertEqual(machine.facts(), facts)
        files = machine.run("cd /root && ls written-*", user="root").split()
        self.assertEqual(files, [f"written-{name}" for name in written])


if __name__ == "__main__":
    unittest.main()
