"""The Debian package: its form, its size, and its service."""

import pathlib
import re
import tempfile
import unittest

from support import SOURCE, package, run

# A start reads the program from the disk.
PROGRAM_MOST = 9_000_000

UNIT = SOURCE / "packaging/ec2spotter-watch.service"


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        run("dpkg-deb", "-x", package(), cls.root)

    def test_lintian_has_nothing_to_say(self):
        self.assertEqual(run("lintian", "--allow-root", "--fail-on", "warning", package()), "")

    def test_the_program_is_small(self):
        self.assertLess((self.root / "usr/bin/ec2spotter").stat().st_size, PROGRAM_MOST)

    def test_it_has_the_program_under_each_name_its_relay_and_its_documents(self):
        for name in ("ec2spotter", "ec2spotter-launch", "ec2spotter-setup"):
            self.assertEqual((self.root / "usr/bin" / name).resolve(),
                             (self.root / "usr/bin/ec2spotter").resolve())
            self.assertTrue((self.root / f"usr/share/man/man1/{name}.1.gz").exists(), name)
            self.assertTrue((self.root / "usr/share/bash-completion/completions" / name).exists())
        for path in ("usr/libexec/ec2spotter/ec2spotter-relay",
                     "usr/share/zsh/vendor-completions/_ec2spotter",
                     "usr/share/fish/vendor_completions.d/ec2spotter.fish",
                     "usr/share/doc/ec2spotter/ec2spotter.md",
                     "usr/lib/systemd/system/ec2spotter-watch.service"):
            self.assertTrue((self.root / path).exists(), path)

    def test_the_service_is_understood_and_has_few_rights(self):
        run("systemd-analyze", "verify", "--man=no", f"--root={self.root}", "--recursive-errors=no",
            "ec2spotter-watch.service")
        said = run("systemd-analyze", "security", "--offline=true", UNIT)
        exposure = float(re.search(r"Overall exposure level .*: ([0-9.]+)", said)[1])
        self.assertLessEqual(exposure, 2.0)


if __name__ == "__main__":
    unittest.main()
