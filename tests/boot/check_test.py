"""Stage check: what it says of disks that hold no system, and of those that it cannot read."""

import os
import subprocess
import unittest

from support.stages import StageTest

SYSTEM = {"etc/os-release": "ID=x\n", "sbin/init": "", "etc/fstab": "LABEL=r / ext4 defaults 0 1\n"}


def make(path, mebibytes, *command):
    """A disk that a tool, such as mke2fs, has written to."""
    with open(path, "wb") as file:
        file.truncate(mebibytes << 20)
    if command:
        subprocess.run([*command, path], check=True, capture_output=True)


class CheckTest(StageTest):
    def checked(self, fill, tree=None):
        """What is said, in each shell, of a disk that `fill` has written."""
        for program in self.programs():
            fill(program)
            if tree:
                program.tree("disk", tree)
            program.keep("disk", "disk")
            yield program, program.stage("check")

    def expect(self, text, fill, tree=None):
        for _, said in self.checked(fill, tree):
            self.assertIn(f"ec2spotter: check {text}", said)

    def test_where_nothing_is_there_is_no_system(self):
        self.expect("fail reason=no_system ", lambda p: make(p.work / "dev/disk", 4))
        self.expect("fail reason=no_system ",
                    lambda p: make(p.work / "dev/disk", 4, "mke2fs", "-q", "-t", "ext4"),
                    {"data": "no system"})
        self.expect("fail reason=no_system ", lambda p: make(p.work / "dev/disk", 4, "mkswap"))

    def test_what_the_kernel_cannot_mount_is_unreadable_and_is_described(self):
        def newer(program):
            make(program.work / "dev/disk", 4, "mke2fs", "-q", "-t", "ext4", "-L", "newroot")
            subprocess.run(["debugfs", "-w", "-R", "feature FEATURE_I30", program.work / "dev/disk"],
                           check=True, capture_output=True)
            (program.work / "dmesg").write_text(
                "[ 9.1] EXT4-fs (other): mounted\n[ 9.2] EXT4-fs (disk): Couldn't mount because of"
                " unsupported optional features (40000000)\n", encoding="utf-8")

        for program, said in self.checked(newer):
            self.assertIn("ec2spotter: check fail reason=unreadable ", said)
            for words in ("/dev/disk type=ext4 ", " LABEL=newroot ", "features (40000000)"):
                self.assertIn(words, said)
            self.assertEqual(program.status, 3)

    def test_a_file_system_of_another_kind_is_unreadable(self):
        self.expect("fail reason=unreadable text=\"this kernel cannot read /dev/disk type=xfs",
                    lambda p: make(p.work / "dev/disk", 300, "mkfs.xfs", "-q"))

    def test_what_nobody_knows_is_unreadable(self):
        def unknown(program):
            (program.work / "dev/disk").write_bytes(os.urandom(1 << 20))

        self.expect("fail reason=unreadable text=\"this kernel cannot read /dev/disk type=unknown",
                    unknown)

    def test_features_that_e2fsck_is_too_old_for_are_left_to_the_volumes_own(self):
        def newer(program):
            make(program.work / "dev/disk", 4, "mke2fs", "-q", "-t", "ext4")
            subprocess.run(["debugfs", "-w", "-R", "feature FEATURE_C14", program.work / "dev/disk"],
                           check=True, capture_output=True)

        self.expect("ok root=disk type=ext4", newer, SYSTEM)

    def test_a_damage_that_e2fsck_does_not_repair_alone_is_for_a_person(self):
        def damaged(program):
            make(program.work / "dev/disk", 4, "mke2fs", "-q", "-t", "ext4")
            for request in ("mkdir a", "mkdir b", "link a b/c", "ssv state 2"):
                subprocess.run(["debugfs", "-w", "-R", request, program.work / "dev/disk"],
                               check=True, capture_output=True)

        self.expect("fail reason=fsck ", damaged, SYSTEM)


if __name__ == "__main__":
    unittest.main()
