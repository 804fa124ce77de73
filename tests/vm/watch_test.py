"""A watch keeps a real machine up, and nothing that it has fsynced is lost: through a notice, a loss
of power, its own poweroff and a person's termination."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest
import zlib

import cloud
import server
from machine import SERIAL, Disks, Machine

# Appends a numbered, checksummed record every 50 ms, each on disk before the next, and tells in
# memory how far it has come.
APPENDER = """
import os, time, zlib
path = "/root/records"
number = sum(1 for _ in open(path)) if os.path.exists(path) else 0
boot = open("/proc/sys/kernel/random/boot_id").read()[:8]
file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
while True:
    number += 1
    text = f"{number} {boot} {time.time():.3f}"
    os.write(file, f"{text} {zlib.crc32(text.encode()):08x}\\n".encode())
    os.fsync(file)
    with open("/run/appended", "w") as said:
        said.write(f"{number}")
    time.sleep(0.05)
"""
UNIT = """
[Unit]
Description=Appends records that must not be lost
[Service]
ExecStart=/usr/bin/python3 /root/appender.py
[Install]
WantedBy=multi-user.target
"""


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


class WatchTest(unittest.TestCase):
    def setUp(self):
        self.machine = Machine(Disks("/nowhere").user(), Disks("/nowhere").preboot()).__enter__()
        self.passed = False
        self.watch = None

    def tearDown(self):
        if self.watch is not None:
            self.watch.send_signal(signal.SIGTERM)
            self.watch.wait(60)
        if not self.passed:
            self.machine.explain_failure()
            self.print_watch()
        self.machine.__exit__()

    def print_watch(self):
        print("==== the watch", pathlib.Path(self.machine.folder, "watch.log").read_text(),
              sep="\n", file=sys.stderr)

    def start_watch(self):
        folder = self.machine.folder
        with open(f"{folder}/watch.log", "w", encoding="utf-8") as log:
            self.watch = subprocess.Popen(
                [server.BINARY, "watch", f"{folder}/web.toml", "--state", f"{folder}/watching"],
                env=self.machine.environment(), stdin=subprocess.DEVNULL, stderr=log)

    def wait_for_body_after(self, former):
        begun = time.monotonic()
        cloud.wait_until("another body in service", lambda: (
            self.machine.holder() not in (None, former)
            and self.machine.ssh("true", "root").returncode == 0), 2 * cloud.BOOT_SECONDS_MOST)
        body = self.machine.holder()
        say(f"in service on {body} after {time.monotonic() - begun:.1f} s")
        self.assertEqual(self.machine.disk_of("/"), SERIAL)
        return body

    def start_appender(self):
        for path, text in {"/root/appender.py": APPENDER,
                           "/etc/systemd/system/appender.service": UNIT}.items():
            self.machine.run(f"cat >{path} <<'EOT'\n{text}\nEOT\nsync {path}", user="root")
        self.machine.run("systemctl enable --now appender && sync", user="root")
        self.appended()

    def appended(self):
        """How many records are surely on disk now."""
        return int(cloud_value(lambda: self.machine.ssh("cat /run/appended", "root").stdout))

    def check_records(self, at_least):
        """Every record up to the last is there and whole; prints the gap between two bodies."""
        lines = self.machine.run("cat /root/records", user="root").splitlines()
        for number, line in enumerate(lines, start=1):
            text, _, checksum = line.rpartition(" ")
            self.assertEqual(f"{zlib.crc32(text.encode()):08x}", checksum, f"record {number}")
            self.assertTrue(text.startswith(f"{number} "), f"record {number}: {text}")
        self.assertGreaterEqual(len(lines), at_least)
        stamps = [line.split()[1:3] for line in lines]
        gaps = [float(after[1]) - float(before[1]) for before, after in zip(stamps, stamps[1:])
                if before[0] != after[0]]
        say(f"{len(lines)} records, none lost or torn; outage {gaps[-1]:.1f} s")

    def test_nothing_fsynced_is_lost(self):
        machine = self.machine
        self.start_watch()
        body = self.wait_for_body_after(None)
        facts = machine.facts()
        self.start_appender()
        # Half of EC2's two minutes is enough for the next body to wait in its preboot system.
        losses = {"a notice": lambda: machine.control("notice", {"instance_id": body,
                                                                 "seconds": 60}),
                  "a loss of power": lambda: self.cut_power(body),
                  "its own poweroff": lambda: machine.ssh("systemctl poweroff", "root"),
                  "a termination by hand":
                      lambda: machine.ec2.terminate_instances(InstanceIds=[body])}
        for name, lose in losses.items():
            done = self.appended()
            say(f"after {done} records: {name}")
            lose()
            body = self.wait_for_body_after(body)
            self.check_records(done)
            self.assertEqual(machine.facts(), facts)
        living = machine.ec2.describe_instances(Filters=[
            {"Name": "instance-state-name", "Values": ["pending", "running"]}])["Reservations"]
        self.assertEqual([each["Instances"][0]["InstanceId"] for each in living], [body])
        self.passed = True

    def cut_power(self, body):
        """The emulator of the body dies as it stands."""
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if re.search(rb"qemu[^\0]*\0-name\0" + body.encode(), command):
                os.kill(int(process.name), signal.SIGKILL)
                return
        self.fail(f"no emulator runs {body}")


def cloud_value(read):
    """The first value that is not empty."""
    found = []
    cloud.wait_until("a value", lambda: found.append(read()) or found[-1], 120)
    return found[-1]


if __name__ == "__main__":
    unittest.main()
