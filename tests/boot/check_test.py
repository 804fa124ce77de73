"""Stage check: what it says of disks that hold no system, of those that it cannot read, and of the
firmware that starts them."""

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

    def test_a_btrfs_with_the_uuid_of_another_disks_is_refused(self):
        def twin(program):
            make(program.work / "dev/disk", 4)
            (program.work / "sys/block/data/device").mkdir(parents=True)
            program.instead("blkid() {{ echo TYPE=btrfs; echo UUID=1-2; }}\n")

        for program, said in self.checked(twin):
            self.assertIn("check fail reason=btrfs_twin text=\"", said)
            self.assertIn("/dev/data holds a btrfs of the same UUID", said)

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


BOOT_CODE = b"\xeb\x63" + bytes(range(1, 255))
BIOS_BOOT = "21686148-6449-6E6F-744E-656564454649"
SYSTEM_PARTITION = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
LINUX = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"


def partition(path, table, code=b""):
    """A disk with this partition table, in the words of sfdisk, and this code in its first sector."""
    make(path, 16)
    subprocess.run(["sfdisk", "-q", path], input=table, check=True, text=True, capture_output=True)
    with open(path, "r+b") as file:
        file.write(code)


class FirmwareTest(StageTest):
    def said_of(self, table, code=b"", parts=(), machine="x86_64"):
        """The first line of the stage, in each shell. A part is what its FAT holds; None: no file
        system; "": one that this kernel cannot mount."""
        for program in self.programs():
            partition(program.work / "dev/disk", table, code)
            for number, files in enumerate(parts, 1):
                entry = program.work / f"sys/block/disk/disk{number}"
                entry.mkdir(parents=True)
                (entry / "partition").write_text(f"{number}\n")
                make(program.work / f"dev/disk{number}", 4,
                     *([] if files is None else ["busybox", "mkdosfs"]))
                if files:
                    program.tree(f"disk{number}", files)
            program.tool("uname", f"#!/bin/sh\necho {machine}\n")
            program.instead('uname() {{ "{work}/tools/uname"; }}\n')
            program.keep("disk", "disk")
            said = program.stage("check").splitlines()
            self.assertIn("check fail reason=no_system", said[-1], "the word is there all the same")
            yield said[0].removeprefix("ec2spotter: check start disk=disk")

    def expect(self, words, *disk, **more):
        self.assertEqual(set(self.said_of(*disk, **more)), {words})

    def test_boot_code_in_the_first_sector_is_for_a_bios(self):
        self.expect(" firmware=bios", "label: dos\nsize=2048\n", BOOT_CODE)
        self.expect(" firmware=none", "label: dos\nsize=2048\n")

    def test_boot_code_without_a_signature_is_not_started(self):
        for program in self.programs():
            make(program.work / "dev/disk", 4)
            with open(program.work / "dev/disk", "r+b") as file:
                file.write(BOOT_CODE)
            program.keep("disk", "disk")
            self.assertIn("check start disk=disk firmware=none\n", program.stage("check"))

    def test_on_gpt_there_must_be_a_place_for_grub_or_nobody_knows(self):
        grub = f"label: gpt\nsize=2048,type={BIOS_BOOT}\ntype={LINUX}\n"
        self.expect(" firmware=bios", grub, BOOT_CODE)
        self.expect(" firmware=none", grub)
        # The boot code of syslinux needs none.
        self.expect("", f"label: gpt\ntype={LINUX}\n", BOOT_CODE)

    def test_a_loader_at_the_fallback_path_is_for_uefi(self):
        table = f"label: gpt\nsize=8192,type={SYSTEM_PARTITION}\ntype={LINUX}\n"
        loader = {"EFI/BOOT/BOOTX64.EFI": "", "EFI/debian/shimx64.efi": ""}
        self.expect(" firmware=uefi", table, parts=(loader, None))
        self.expect(" firmware=uefi", table, parts=({"EFI/debian/grubx64.efi": ""}, loader))
        both = f"label: gpt\nsize=2048,type={BIOS_BOOT}\ntype={SYSTEM_PARTITION}\n"
        self.expect(" firmware=bios,uefi", both, BOOT_CODE, parts=(None, loader))
        self.expect(" firmware=bios,uefi", "label: dos\ntype=ef\n", BOOT_CODE, parts=(loader,))

    def test_a_loader_is_of_one_architecture(self):
        table = f"label: gpt\ntype={SYSTEM_PARTITION}\n"
        arm = {"EFI/BOOT/BOOTAA64.EFI": ""}
        self.expect(" firmware=uefi", table, parts=(arm,), machine="aarch64")
        self.expect("", table, parts=(arm,))
        self.expect(" firmware=none", "label: dos\ntype=83\n", BOOT_CODE, machine="aarch64")

    def test_a_fat_without_a_loader_is_certain(self):
        table = f"label: gpt\ntype={SYSTEM_PARTITION}\n"
        self.expect(" firmware=none", table, parts=({"readme": ""},))
        self.expect(" firmware=bios", "label: dos\ntype=c\n", BOOT_CODE, parts=({"readme": ""},))

    def test_what_may_be_a_loader_is_not_told_for_none(self):
        table = f"label: gpt\ntype={SYSTEM_PARTITION}\n"
        # The image that the volume was made from may have taught its instances this path.
        self.expect("", table, parts=({"EFI/debian/grubx64.efi": ""},))
        self.expect("", table, parts=("",))


if __name__ == "__main__":
    unittest.main()
