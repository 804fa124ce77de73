"""What kexec.py puts together for the new kernel: an archive that hides the preboot disk, before the
entry's own initrds; and what it says of calls that the kernel refuses."""

import errno
import os
import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
PROGRAM = SOURCE / "boot/program/kexec.py"


class KexecTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-kexec-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)
        (self.work / "kernel").write_bytes(b"no kernel")
        (self.work / "first").write_bytes(b"07070")  # five bytes
        (self.work / "second").write_bytes(b"last!")

    def load(self, serial):
        """The status, and what lies before the kernel as its initrd."""
        done = subprocess.run(["python3", "-IS", PROGRAM, serial, "kernel", "ro quiet", "made", "first", "second"],
                              cwd=self.work, check=False, capture_output=True, text=True)
        return done.returncode, (self.work / "made").read_bytes()

    def test_the_archive_is_the_first_and_each_begins_at_four_bytes(self):
        status, made = self.load("vol0aaaaaaaaaaaaaaa1")
        self.assertIn(status, (errno.ENOEXEC, errno.EINVAL, errno.ENOSYS, errno.EPERM))
        self.assertTrue(made.endswith(b"07070\0\0\0last!\0\0\0"))
        archive = made[:-16]
        self.assertEqual((archive[:6], len(archive) % 4), (b"070701", 0))
        unpacked = self.work / "unpacked"
        unpacked.mkdir()
        subprocess.run(["busybox", "cpio", "-id"], cwd=unpacked, input=archive, check=True, capture_output=True)
        files = [path for path in unpacked.rglob("*") if path.is_file()]
        self.assertEqual([str(path.relative_to(unpacked)) for path in files],
                         ["etc/udev/rules.d/00-ec2spotter.rules"])
        self.assertRegex(files[0].read_text(),
                         r'^ACTION=="add\|change", .*ATTRS\{serial\}=="vol0aaaaaaaaaaaaaaa1\*",.*remove\}="1"\n$')

    def test_a_disk_without_a_serial_is_not_hidden(self):
        self.assertEqual(self.load("")[1], b"07070\0\0\0last!\0\0\0")


if __name__ == "__main__":
    unittest.main()
