"""Stages of the boot program as processes, without a virtual machine: their folders lie below a
temporary one, disks are files there, and what a stage says goes to a file."""

import os
import pathlib
import subprocess
import tempfile
import time
import unittest

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
SHELLS = (["dash"], ["busybox", "sh"])
AS_ROOT = [] if os.geteuid() == 0 else ["unshare", "-r"]  # a stage reads the volume's root by chroot
PARAMETERS = {"volumes": "vol-1", "engine": "auto", "device": "/dev/sdf", "adopt": "true",
              "guest_helper": "false", "fix_network": "false"}
# Functions, as busybox takes its own tools before any in a folder.
SAY = """say() {{ printf 'ec2spotter: %s\\n' "$*" >>"{work}/console"; }}
mount() {{ "{work}/tools/mount" "$@"; }}
umount() {{ "{work}/tools/umount" "$@"; }}
dmesg() {{ cat "{work}/dmesg" 2>/dev/null; }}
blkid() {{ /usr/sbin/blkid "$@"; }}
"""
# Shows a tree as what a file system holds; there is none for what this kernel cannot read.
MOUNT = """#!/bin/sh
case $* in *remount*) [ ! -e "{work}/read_only" ] || case $* in *remount,rw*) exit 1 ;; esac; exit 0 ;; esac
while [ $# -gt 2 ]; do shift; done
[ -d "{work}/fs/${{1##*/}}" ] || exit 32
rmdir "$2" 2>/dev/null; ln -sfn "{work}/fs/${{1##*/}}" "$2"
"""
UMOUNT = """#!/bin/sh
for point in "$@"; do :; done
rm -f "$point"; mkdir -p "$point"
"""


class Program:
    """The boot program in a folder of its own, for one shell."""

    def __init__(self, folder, shell, **parameters):
        self.work = pathlib.Path(folder)
        self.shell = shell
        for name in ("run/root", "state", "dev", "fs", "tools", "sys/block", "sys/class/net/eth0"):
            (self.work / name).mkdir(parents=True)
        for path in [*SOURCE.glob("boot/program/*"), *SOURCE.glob("boot/unattended/*"),
                     *SOURCE.glob("boot/volume/*")]:
            self.put(path.name, self.moved(path.read_text(encoding="utf-8")))
        self.put("say.sh", SAY.format(work=self.work))
        self.parameters = PARAMETERS | parameters
        self.put("parameters", "".join(f"{key}='{value}'\n"
                                       for key, value in self.parameters.items()))
        for name, text in {"mount": MOUNT, "umount": UMOUNT}.items():
            self.tool(name, text)

    def moved(self, text):
        """With its folders below ours, and our tools before the system's."""
        for old, new in {"/run/ec2spotter": "run", "/var/lib/ec2spotter": "state",
                         "/var/log/ec2spotter.log": "log"}.items():
            text = text.replace(old, f"{self.work}/{new}")
        text = text.replace('"/dev/$', f'"{self.work}/dev/$')
        return text.replace("PATH=/usr/local/sbin:", f"PATH={self.work}/tools:/usr/local/sbin:")

    def put(self, name, text):
        (self.work / "run" / name).write_text(text, encoding="utf-8")

    def tool(self, name, text):
        path = self.work / "tools" / name
        path.write_text(text.format(work=self.work), encoding="utf-8")
        path.chmod(0o755)

    def tree(self, disk, files):
        """Writes {name: text} as what the file system on a disk holds; a symlink as ("->", to)."""
        root = self.work / "fs" / disk
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(text, tuple):
                path.symlink_to(text[1])
            else:
                path.write_text(text, encoding="utf-8")
        return root

    def command(self, stage):
        return [*AS_ROOT, *self.shell, f"{self.work}/run/{stage}.sh"]

    def environment(self):
        return os.environ | {"EC2SPOTTER_SYS": f"{self.work}/sys"}

    def stage(self, stage, around=()):
        """Runs it; what it has said."""
        before = len(self.console())
        done = subprocess.run([*around, *self.command(stage)], env=self.environment(), text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, check=False,
                              timeout=600)
        self.status, self.errors = done.returncode, done.stderr
        return self.console()[before:]

    def instead(self, text):
        """From now on functions take the place of programs."""
        self.put("say.sh", SAY.format(work=self.work) + text.format(work=self.work))

    def wait_for_its_end(self):
        """Until no process of the boot program is left, those in the background included."""
        ours = f"{self.work}/run/".encode()
        for _ in range(60_000):
            if not any(ours in command_line(process) for process in pathlib.Path("/proc").iterdir()):
                return
            time.sleep(0.01)
        raise TimeoutError(self.console())

    def console(self):
        path = self.work / "console"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def keep(self, name, text):
        self.put(name, text + "\n")


def command_line(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


class StageTest(unittest.TestCase):
    def programs(self, **parameters):
        """One for each shell, in a new folder."""
        for shell in SHELLS:
            folder = tempfile.TemporaryDirectory(prefix="ec2spotter-stage-")
            self.addCleanup(folder.cleanup)
            yield Program(folder.name, shell, **parameters)
