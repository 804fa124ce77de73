"""Real file systems for the stages of the boot program: loop devices, which only root may make."""

import ctypes
import functools
import os
import pathlib
import subprocess
import unittest

from support.stages import StageTest

FILE_SYSTEMS = {"ext4": (24, ["mke2fs", "-q", "-t", "ext4"]), "xfs": (300, ["mkfs.xfs", "-q"]),
                "btrfs": (120, ["mkfs.btrfs", "-q"])}
SYSTEM = {"etc/os-release": "ID=x\n", "sbin/init": "", "lib/systemd/systemd": "",
          "etc/fstab": "LABEL=r / ext4 defaults 0 1\n", "etc/cloud/cloud.cfg.d/a.cfg": ""}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def write(root, files):
    """{name: text} below a folder; a symlink as ("->", to)."""
    for name, text in files.items():
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, tuple):
            path.symlink_to(text[1])
        else:
            path.write_text(text, encoding="utf-8")


def fill(root):
    """To the last block."""
    with open(pathlib.Path(root, "filled"), "wb", buffering=0) as file:
        for size in (1 << 20, 4096, 512):
            try:
                while True:
                    file.write(b"x" * size)
                    os.fsync(file.fileno())
            except OSError:
                pass
    subprocess.run(["sync"], check=True)


def texts(root):
    """{name: what it is} of all that lies below a folder, but for what fills it."""
    found = {}
    for path in pathlib.Path(root).rglob("*"):
        if path.is_symlink():
            found[str(path.relative_to(root))] = str(path.readlink())
        elif path.is_file() and path.name != "filled":
            found[str(path.relative_to(root))] = path.read_text(encoding="utf-8")
    return found


@functools.cache
def hide_mounts():
    """Mounts from now on where nobody else sees them. Whoever unshares a namespace takes copies of
    all mounts that it sees along, and a copy keeps a file system in use after its umount."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x00020000) != 0:  # CLONE_NEWNS
        raise OSError(ctypes.get_errno(), "unshare")
    run("mount", "--make-rprivate", "/")


@unittest.skipUnless(os.geteuid() == 0, "only root may set up loop devices")
class DiskTest(StageTest):
    @classmethod
    def setUpClass(cls):
        hide_mounts()

    def make(self, program, kind, files=None, mebibytes=0):
        """A new file system on the disk of a program; its file."""
        size, command = FILE_SYSTEMS[kind]
        file = program.work / f"disk.{kind}"
        with open(file, "wb") as disk:
            disk.truncate((mebibytes or size) << 20)
        run(*command, file)
        self.change(file, lambda root: write(root, SYSTEM if files is None else files))
        return file

    def change(self, file, how, options="loop"):
        """What `how` returns of the mounted file system."""
        folder = file.parent / "changed"
        folder.mkdir(exist_ok=True)
        run("mount", "-o", options, file, folder)
        try:
            return how(folder)
        finally:
            run("umount", folder)

    def attach(self, program, file, *options):
        """As the disk that the stages find; they mount it in earnest."""
        loop = run("losetup", "-f", "--show", *options, file)
        program.root = program.work / "run/root"
        program.loop = loop
        self.addCleanup(self.detach, program)
        for name in ("mount", "umount"):
            program.tool(name, f'#!/bin/sh\nexec /bin/{name} "$@"\n')
        (program.work / "dev/disk").unlink(missing_ok=True)
        (program.work / "dev/disk").symlink_to(loop)
        program.keep("disk", "disk")
        return loop

    @staticmethod
    def detach(program):
        if program.loop:
            while os.path.ismount(program.root):
                run("umount", "-R", program.root)
            run("losetup", "-d", program.loop)
        program.loop = None

    def last(self, program, stage):
        """The line that a stage ends with."""
        said = program.stage(stage)
        return said.splitlines()[-1].removeprefix("ec2spotter: ") if said else program.errors
