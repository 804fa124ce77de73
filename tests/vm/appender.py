"""A program in a guest that fsyncs a numbered, checksummed record every 50 ms, and what its records
tell afterwards."""

import dataclasses
import zlib

import cloud

# Tells in memory how far it has come: a record that is counted there is on disk.
PROGRAM = """
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


@dataclasses.dataclass
class Gap:
    """Between two boots: the guest's clock at the last record before and the first one after."""
    last: float
    first: float

    @property
    def seconds(self):
        return self.first - self.last


def install(guest):
    """Starts it in the guest, now and at each boot."""
    for path, text in {"/root/appender.py": PROGRAM,
                       "/etc/systemd/system/appender.service": UNIT}.items():
        guest.run(f"cat >{path} <<'EOT'\n{text}\nEOT\nsync {path}", user="root")
    guest.run("systemctl enable --now appender && sync", user="root")


def appended(guest):
    """How many records are surely on disk now, once there are any."""
    return cloud.wait_until(
        "a record", lambda: int(guest.ssh("cat /run/appended", "root").stdout or 0), 120)


def check_records(guest):
    """How many records there are, and the gaps between boots. Each must be there and whole."""
    stamps = []
    lines = guest.run("cat /root/records", user="root").splitlines()
    for number, line in enumerate(lines, start=1):
        record, _, checksum = line.rpartition(" ")
        if f"{zlib.crc32(record.encode()):08x}" != checksum or not record.startswith(f"{number} "):
            raise AssertionError(f"record {number} is lost or torn: {line}")
        stamps.append(record.split()[1:3])
    gaps = [Gap(float(before[1]), float(after[1]))
            for before, after in zip(stamps, stamps[1:]) if before[0] != after[0]]
    return len(stamps), gaps
