"""Stage check on real file systems: which subvolume of a btrfs is the root, and disks that this
system can neither check nor write."""

import os
import unittest

from support.disks import SYSTEM, DiskTest, run, write


def system(options="defaults", boot=""):
    return SYSTEM | {"etc/fstab": f"UUID=1 / btrfs {options} 0 1\n{boot}"}


def subvolume(root, name, files):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    run("btrfs", "subvolume", "create", root / name)
    write(root / name, files)


def snapshot(root, name, to, *options):
    (root / to).parent.mkdir(parents=True, exist_ok=True)
    run("btrfs", "subvolume", "snapshot", *options, root / name, root / to)


def set_default(root, name):
    run("btrfs", "subvolume", "set-default", root / name)


class BtrfsTest(DiskTest):
    def checked(self, layout):
        """What check says, in each shell, of what `layout` makes of the mounted top."""
        for program in self.programs():
            file = self.make(program, "btrfs", {})
            self.change(file, layout)
            self.attach(program, file)
            yield program, self.last(program, "check")
            self.detach(program)

    def expect(self, wanted, layout):
        for program, said in self.checked(layout):
            self.assertTrue(f"{said} ".startswith(f"check {wanted} "), said)
            if wanted.startswith("ok"):
                self.assertEqual((program.root / "is").read_text(), "the root")

    def test_the_root_is_the_subvolume_that_its_own_fstab_names(self):
        for name, options in (("@", "defaults,subvol=@"), ("@", "subvol=/@,noatime"),
                              ("@rootfs", "subvol=@rootfs"), ("root/@", "subvol=root/@"),
                              ("@", "subvolid=256"), ("@", "subvolid=256,subvol=/@")):
            for other in ("@apt-snapshot-2024-09-12_03:00:01", "0-before",
                          "timeshift-btrfs/snapshots/@", "zz"):
                def layout(root, name=name, options=options, other=other):
                    subvolume(root, name, system(options) | {"is": "the root"})
                    snapshot(root, name, other)
                    (root / other / "is").write_text("a snapshot")
                    subvolume(root, "@home", {"me": ""})

                self.expect(f"ok root=disk type=btrfs subvolume={name}", layout)

    def test_a_default_subvolume_wherever_it_lies(self):
        def snapper(root):
            subvolume(root, "@", {})
            subvolume(root, "@/.snapshots", {})
            subvolume(root, "@/.snapshots/1/snapshot", system() | {"is": "the root"})
            snapshot(root, "@/.snapshots/1/snapshot", "@/.snapshots/2/snapshot", "-r")
            (root / "@/.snapshots/1/snapshot/is").write_text("the root")
            set_default(root, "@/.snapshots/1/snapshot")

        def top(root):
            write(root, system() | {"is": "the root"})
            snapshot(root, ".", "snapshot")
            (root / "snapshot/is").write_text("a snapshot")
            subvolume(root, "a/chroot", system())

        def other(root):
            subvolume(root, "@", system("subvol=@") | {"is": "the root"})
            snapshot(root, "@", "old")
            (root / "old/is").write_text("a snapshot")
            set_default(root, "old")

        def top_by_name(root):
            write(root, system("subvol=/") | {"is": "the root"})
            snapshot(root, ".", "snapshot")
            (root / "snapshot/is").write_text("a snapshot")
            set_default(root, "snapshot")

        self.expect("ok root=disk type=btrfs", snapper)
        self.expect("ok root=disk type=btrfs subvolume=/", top_by_name)
        self.expect("ok root=disk type=btrfs", top)
        self.expect("ok root=disk type=btrfs subvolume=@", other)

    def test_the_only_system_needs_no_name(self):
        def layout(root):
            subvolume(root, "root", system() | {"is": "the root"})

        self.expect("ok root=disk type=btrfs subvolume=root", layout)

    def test_what_names_no_root_is_declined(self):
        def nameless(root):
            subvolume(root, "one", system())
            subvolume(root, "two", system())

        def both(root):
            subvolume(root, "one", system("subvol=one"))
            subvolume(root, "two", system("subvol=two"))

        self.expect("fail reason=ambiguous_root", nameless)
        self.expect("fail reason=ambiguous_root", both)
        self.expect("fail reason=no_system", lambda root: write(root, {"data": ""}))

    def test_a_btrfs_of_data_beside_the_root_does_not_matter(self):
        for program in self.programs():
            loops = []
            for number, kind, files in ((1, "ext4", SYSTEM), (2, "btrfs", {"data": ""})):
                file = self.make(program, kind, files)
                if kind == "btrfs":
                    self.change(file, lambda root: (subvolume(root, "@", {"data": ""}),
                                                    set_default(root, "@")))
                entry = program.work / f"sys/block/disk/disk{number}"
                entry.mkdir(parents=True)
                (entry / "partition").write_text(f"{number}\n")
                loops.append(run("losetup", "-f", "--show", file))
                self.addCleanup(run, "losetup", "-d", loops[-1])
                (program.work / f"dev/disk{number}").symlink_to(loops[-1])
            self.attach(program, file)
            self.assertEqual(self.last(program, "check"), "check ok root=disk1 type=ext4")
            self.detach(program)

    def test_boot_may_be_a_subvolume_of_its_own(self):
        for program in self.programs():
            file = self.make(program, "btrfs", {})
            boot = "UUID=" + run("blkid", "-s", "UUID", "-o", "value", file) + " /boot btrfs {} 0 0\n"

            def layout(root, boot=boot):
                subvolume(root, "@", system("subvol=@", boot.format("subvol=@boot")) |
                          {"is": "", "boot/x": ""})
                subvolume(root, "@boot", {"vmlinuz-1": ""})

            self.change(file, layout)
            self.attach(program, file)
            self.assertIn(" subvolume=@ boot=disk", self.last(program, "check"))
            self.assertTrue((program.root / "boot/vmlinuz-1").exists())

    def test_a_read_only_root_is_entered_all_the_same(self):
        def layout(root):
            subvolume(root, "@", system("subvol=@") | {"is": "the root"})
            run("btrfs", "property", "set", "-ts", root / "@", "ro", "true")

        for program, said in self.checked(layout):
            self.assertIn("check ok root=disk type=btrfs subvolume=@", said)
            self.assertIn("adopt ok undone=", self.last(program, "adopt"))
            self.assertEqual(program.status, 0)


class UncheckedTest(DiskTest):
    """ext4 with what this e2fsck does not know, as newer ones do with older ones."""

    def checked(self, *requests, attach=()):
        for program in self.programs():
            file = self.make(program, "ext4")
            for request in requests:
                run("debugfs", "-w", "-R", request, file)
            self.attach(program, file, *attach)
            yield program, self.last(program, "check")
            self.detach(program)

    def test_a_clean_file_system_is_entered(self):
        for feature in ("FEATURE_C14", "FEATURE_C31", None):
            requests = [f"feature {feature}"] if feature else []
            for program, said in self.checked(*requests, attach=() if feature else ("-r",)):
                self.assertEqual(said, "check ok root=disk type=ext4")
                self.assertIn("adopt ok undone=read_only" if not feature else "adopt ok",
                              self.last(program, "adopt"))

    def test_one_that_this_kernel_does_not_write_is_entered(self):
        for program, said in self.checked("feature FEATURE_R20"):
            self.assertEqual(said, "check ok root=disk type=ext4")
            self.assertIn("adopt ok undone=read_only", self.last(program, "adopt"))

    def test_where_there_is_no_e2fsck(self):
        for program in self.programs():
            self.attach(program, self.make(program, "ext4"))
            program.tool("e2fsck", "#!/bin/sh\nexit 127\n")
            self.assertEqual(self.last(program, "check"), "check ok root=disk type=ext4")

    def test_what_is_not_clean_is_left_to_its_own_system(self):
        for requests in (["feature needs_recovery", "feature FEATURE_C14"],
                         ["ssv state 2", "feature FEATURE_R20"],
                         ["ssv state 0", "feature FEATURE_C14"]):
            for program, said in self.checked(*requests):
                self.assertEqual(said, "check ok root=disk type=ext4 unchecked=true")
                before = (program.work / "disk.ext4").read_bytes()
                self.assertIn("adopt ok undone=unchecked", self.last(program, "adopt"))
                program.stage("enter_pivot")
                self.assertEqual(program.status, 4, program.errors)
                self.assertTrue((program.work / "run/refusal").read_text().startswith("unchecked "))
                self.detach(program)
                self.assertEqual((program.work / "disk.ext4").read_bytes(), before)

    def test_a_damage_that_can_be_checked_is_for_a_person(self):
        for program, said in self.checked("mkdir a", "mkdir b", "link a b/c", "ssv state 2"):
            self.assertIn("check fail reason=fsck ", said)
            self.assertFalse(os.path.ismount(program.root))


if __name__ == "__main__":
    unittest.main()
