"""The reader of boot menus: what it says of menus as the distributions write them. Where GRUB itself
can be asked, it is asked as well."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from support import grub_oracle
from support.menu_corpus import BOOT_UUID, CASES, EFI_UUID

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
READER = SOURCE / "boot/program/menu.py"


def write(tree, files):
    """The files, and empty ones by all names that they give to kernels and initrds."""
    (tree / "boot").mkdir(parents=True)
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, tuple):
            path.symlink_to(text[1])
            continue
        path.write_text(text, encoding="utf-8")
        for file in re.findall(r"[\w.+-]*(?:vmlinuz|initr|ucode|tuned\.)[\w.+-]*", text):
            (tree / "boot" / file).touch()


def read(tree, boot=False, efi=False, subvolume=""):
    """The lines that it prints, or why it is not sure."""
    parts = [f"1\t{grub_oracle.UUID}\t{grub_oracle.LABEL}\t{tree}\t{subvolume and '/' + subvolume}"]
    if boot:
        parts.append(f"2\t{BOOT_UUID}\tboot\t{tree / 'boot'}\t")
    if efi:
        parts.append(f"15\t{EFI_UUID}\t\t{tree / 'efi'}\t")
    done = subprocess.run(["python3", "-IS", READER], input="\n".join(parts) + "\n", capture_output=True, text=True,
                          check=False)
    return (done.returncode, done.stdout.split("\n") if done.returncode == 0 else done.stdout + done.stderr)


class MenuTest(unittest.TestCase):
    def tree(self, case):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-menu-")
        self.addCleanup(folder.cleanup)
        tree = pathlib.Path(folder.name, "tree")
        write(tree, case.files)
        if case.unsure == "is not there":
            (tree / "boot/initrd-1").unlink()
        return tree

    def test_menus(self):
        for name, case in CASES.items():
            with self.subTest(name):
                tree = self.tree(case)
                # A file system of its own has another root; links and files are the same.
                status, lines = read(tree, **case.layout)
                if case.unsure:
                    self.assertEqual(status, 1, lines)
                    self.assertIn(case.unsure, lines)
                    continue
                self.assertEqual(status, 0, lines)
                kernel, initrds, _, options = lines[:4]
                self.assertEqual(kernel, f"{tree}/boot/vmlinuz-{case.version}")
                self.assertEqual(initrds.split(), [f"{tree}/boot/{initrd}" for initrd in case.initrds])
                for words in case.options:
                    self.assertIn(words, options + " ")
                for words in case.absent:
                    self.assertNotIn(words, options)

    @unittest.skipUnless(shutil.which("kernel-install"), "Debian's package systemd is missing")
    def test_entries_that_kernel_install_writes(self):
        with tempfile.TemporaryDirectory(prefix="ec2spotter-menu-") as folder:
            tree, settings = pathlib.Path(folder, "tree"), pathlib.Path(folder, "settings")
            (tree / "boot/grub2").mkdir(parents=True)
            settings.mkdir()
            (tree / "boot/grub2/grub.cfg").write_text("insmod blscfg\nblscfg\n")
            (settings / "install.conf").write_text("layout=bls\n")
            (settings / "cmdline").write_text("root=UUID=1 ro net.ifnames=0\n")
            (settings / "kernel").write_text("k")
            machine = "0f2a77c1d5e84b0d9c3a5e2f7b1c6d88"
            for version in ("6.1.0-9-amd64", "6.1.0-41-amd64", "6.1.0-10-amd64"):
                subprocess.run(["kernel-install", "add", version, settings / "kernel", settings / "kernel"],
                               check=True, capture_output=True, env=os.environ | {
                                   "MACHINE_ID": machine, "BOOT_ROOT": str(tree / "boot"),
                                   "KERNEL_INSTALL_CONF_ROOT": str(settings)})
            # That folder is no file system of its own here, as it would be there.
            for file in (tree / "boot/loader/entries").iterdir():
                file.write_text(file.read_text().replace(f"{tree}/boot/", "/boot/"))
            status, lines = read(tree)
            self.assertEqual(status, 0, lines)
            place = tree / "boot" / machine / "6.1.0-41-amd64"
            self.assertEqual(lines[:3], [f"{place}/linux", f"{place}/kernel", "UUID=1"])
            self.assertIn(" ro net.ifnames=0", lines[3])

    @unittest.skipUnless(shutil.which("grub-emu"), "Debian's package grub-emu is missing")
    def test_grub_agrees(self):
        asked = 0
        for name, case in CASES.items():
            text = "".join(each for each in case.files.values() if isinstance(each, str))
            if case.unsure or case.layout or "blscfg" in text:
                continue
            with self.subTest(name):
                tree = self.tree(case)
                work = tree.parent / "work"
                work.mkdir()
                kernel, initrds, _ = grub_oracle.ask_grub(work, tree)
                self.assertEqual(kernel, f"/boot/vmlinuz-{case.version}")
                self.assertEqual(initrds, [f"/boot/{initrd}" for initrd in case.initrds])
                asked += 1
        self.assertGreater(asked, 18)


if __name__ == "__main__":
    unittest.main()
