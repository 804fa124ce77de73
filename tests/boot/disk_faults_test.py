"""Disks that are full or fail: what is on them stays whole, and each stage says how it ended."""

import shutil
import subprocess
import unittest

from support.disks import FILE_SYSTEMS, SYSTEM, DiskTest, fill, run, texts, write
from support.stages import SHELLS, SOURCE, StageTest

FSTAB = "LABEL=boot /boot ext4 defaults 0 0\n"
# With a file system of one page at that folder, which its own files fill.
FULL = 'mount -t tmpfs -o size=4k,mode=755 none "$1"; printf "%s" "$2" >"$1/fstab"; shift 2; "$@"'


class FullTest(DiskTest):
    def test_a_full_disk_is_entered_and_nothing_on_it_changes(self):
        for kind in FILE_SYSTEMS:
            for program in self.programs():
                file = self.make(program, kind)
                self.change(file, fill)
                before = self.change(file, texts, "loop,ro")
                self.attach(program, file)
                self.assertIn("check ok root=disk", self.last(program, "check"))
                self.assertIn("adopt ok undone=write mute=true ", self.last(program, "adopt"), kind)
                self.assertEqual(program.status, 0)
                self.detach(program)
                self.assertEqual(self.change(file, texts, "loop,ro"), before, kind)

    def test_a_disk_that_is_cut_off_is_declined(self):
        for kind in FILE_SYSTEMS:
            for program in self.programs():
                file = self.make(program, kind)
                with open(file, "r+b") as disk:
                    disk.truncate(2 << 20)
                self.attach(program, file)
                self.assertIn("check fail reason=", self.last(program, "check"), kind)
                self.assertEqual(program.status, 3)
                self.detach(program)

    def test_a_disk_that_takes_no_more_writes_is_entered(self):
        for kind in ("ext4", "xfs"):  # btrfs, after lost writes, may not be mountable any more
            for program in self.programs():
                file = self.make(program, kind)
                own = program.work / "own"
                own.mkdir()
                run("mount", "-t", "tmpfs", "-o", "size=64m", "none", own)
                self.addCleanup(run, "umount", own)
                run("cp", "--sparse=always", file, own / "disk")
                self.attach(program, own / "disk")
                self.assertIn("check ok root=disk", self.last(program, "check"))
                before = texts(program.root)
                fill(own)
                self.assertIn("adopt ok undone=", self.last(program, "adopt"), kind)
                self.assertEqual(program.status, 0)
                (own / "filled").unlink()
                self.detach(program)
                self.assertEqual(self.change(own / "disk", texts), before, kind)


class PrebootTest(StageTest):
    """The preboot disk's own files, when it is full."""

    def test_its_fstab_keeps_its_text(self):
        for program in self.programs():
            etc = program.work / "etc"
            etc.mkdir()
            text = (program.work / "run/preboot.sh").read_text().replace("/etc/", f"{etc}/")
            program.put("preboot.sh", text)
            program.put("pin.sh", '. "$(dirname "$0")/common.sh"\n. "$run/preboot.sh"\n'
                        "status=0\n(pin_fstab disk) & wait $! || status=$?\n"
                        f"cp -r {etc} {etc}.after\n"
                        "exit $status\n")
            program.stage("pin", ["unshare", "-Urm", "sh", "-c", FULL, "sh", etc, FSTAB * 60])
            self.assertNotEqual(program.status, 0)
            self.assertEqual(texts(program.work / "etc.after"), {"fstab": FSTAB * 60})


@unittest.skipUnless(shutil.which("busybox"), "needs busybox, which runs anywhere")
class ShimTest(DiskTest):
    """What the shim does before it pivots."""

    def prepare(self, program, file, *options):
        self.attach(program, file, *options)
        own = program.work / "modules"
        write(own, {f"{subprocess.getoutput('uname -r')}/modules.dep": "own"})
        root = program.work / "entered"
        root.mkdir()
        self.addCleanup(self.unmount_all, root)
        text = "".join((SOURCE / f"boot/program/{name}.sh").read_text()
                       for name in ("say", "busy", "volume", "shim"))
        text, found, _ = text.rpartition("\nmount_kernel_folders\n")
        self.assertTrue(found)
        text = (text.replace("/ec2spotter-root", str(root))
                .replace("/run/udev", f"{program.work}/udev")
                .replace("rm -rf ", ": ").replace("/run/ec2spotter", f"{program.work}/run")
                .replace('"/dev/$', f'"{program.work}/dev/$'))
        text += (f'\nsay() {{ echo "$*"; }}\nmount() {{ [ "$1" != --bind ] || set -- --bind "{own}'
                 '${2#/lib/modules}" "$3"; /bin/mount "$@"; }\n'
                 "find_part() { part=disk; }\n"
                 "type=ext4 volume=v body=b visit=1 own_attaching= preboot_serial= words=\n"
                 "prepared=0\nprepare &\nwait $! || prepared=$?\nexit $prepared\n")
        script = program.work / "shim"
        script.write_text(text)
        done = subprocess.run([*program.shell, script], capture_output=True, text=True, check=False)
        failed = program.work / "run/shim_failed"
        return done.returncode, failed.read_text() if failed.exists() else "", root, done.stderr

    @staticmethod
    def unmount_all(root):
        done = subprocess.CompletedProcess([], 0)
        while done.returncode == 0:
            done = subprocess.run(["umount", "-R", root], capture_output=True, check=False)

    def volume(self, program, with_modules=True):
        files = SYSTEM | ({"lib/modules/other/a": ""} if with_modules else {})
        file = self.make(program, "ext4", files)

        def put_tools(root):
            (root / "bin").mkdir()
            for name in ("bin/sh", "bin/mkdir", "sbin/init"):
                shutil.copy(shutil.which("busybox"), root / name)
            for name in ("dev", "proc", "sys", "run"):
                (root / name).mkdir()

        self.change(file, put_tools)
        return file

    def test_modules_are_lent_on_a_full_or_read_only_disk_too(self):
        for full, options in ((False, ()), (True, ()), (False, ("-r",))):
            for program in self.programs():
                file = self.volume(program)
                if full:
                    self.change(file, fill)
                status, failed, root, errors = self.prepare(program, file, *options)
                self.assertEqual((status, failed), (0, ""), errors)
                release = subprocess.getoutput("uname -r")
                self.assertEqual((root / "lib/modules" / release / "modules.dep").read_text(), "own")

    def test_what_fails_is_said_and_nothing_is_entered(self):
        for program in self.programs():
            file = self.volume(program, with_modules=False)
            self.change(file, fill)
            status, failed, *_ = self.prepare(program, file)
            self.assertEqual(status, 1)
            self.assertIn("modules ", failed)
            self.assertFalse((program.work / "run/entered").exists())
        for program in self.programs():
            file = self.volume(program)
            for request in ("ssv state 2", "feature FEATURE_R20"):
                run("debugfs", "-w", "-R", request, file)
            status, failed, *_ = self.prepare(program, file)
            self.assertEqual((status, failed.split()[0]), (1, "unchecked"))


if __name__ == "__main__":
    unittest.main()
