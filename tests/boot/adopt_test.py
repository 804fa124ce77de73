"""Stage adopt: what it leaves on the volume, and that a disk that is full or read-only is entered all
the same, with nothing half-written on it."""

import shutil
import subprocess
import unittest

from support.stages import StageTest

UNIT = "etc/systemd/system/ec2spotter-root.service"
WANTS = "etc/systemd/system/multi-user.target.wants/ec2spotter-root.service"
OURS = ["etc/cloud/cloud.cfg.d/99-ec2spotter.cfg", UNIT, "etc/ec2spotter/root-up",
        "etc/ec2spotter/adopted"]
SYSTEM = {"etc/os-release": "ID=x\n", "lib/systemd/systemd": "", "etc/cloud/cloud.cfg.d/a.cfg": ""}
NETPLAN = "etc/netplan/50-wired.yaml"
PINNED = "network:\n  ethernets:\n    w:\n      match:\n        macaddress: \"06:00:00:00:00:AA\"\n"
CURED = PINNED.replace("06:00:00:00:00:AA", "06:00:00:00:00:bb")
# The tree is moved into a file system that is full to its last block, and back.
FULL = """set -e
mount -t tmpfs -o size={pages}k,mode=755 none "{disk}.full"
cp -a "{disk}/." "{disk}.full/"
mv "{disk}" "{disk}.before"; mkdir "{disk}"; mount --bind "{disk}.full" "{disk}"
dd if=/dev/zero of="{disk}/filled" bs=4k 2>/dev/null || :
! echo x >"{disk}/more" 2>/dev/null; rm "{disk}/more"
status=0; "$@" || status=$?
umount "{disk}"; rm "{disk}.full/filled"; cp -a "{disk}.full/." "{disk}/"
exit $status
"""


class AdoptTest(StageTest):
    def adopting(self, files, fix_network="false", **parameters):
        """A program in each shell whose volume holds a system with these files."""
        for program in self.programs(fix_network=fix_network, **parameters):
            program.tree("root", SYSTEM | files)
            program.tool("mount", '#!/bin/sh\n[ ! -e "{work}/read_only" ] || exit 1\n')
            shutil.rmtree(program.work / "run/root")
            (program.work / "run/root").symlink_to(program.work / "fs/root")
            (program.work / "sys/class/net/eth0/address").write_text("06:00:00:00:00:bb\n")
            program.put("pinned", f"/{NETPLAN}\n" if NETPLAN in files else "")
            program.root = program.work / "fs/root"
            yield program

    def full(self, program):
        """The stage on a full disk."""
        (program.work / "fs/root.full").mkdir()
        size = sum(8 for path in program.root.rglob("*") if path.is_file()) + 8
        script = FULL.format(disk=program.root, pages=size)
        said = program.stage("adopt", ["unshare", "-Urm", "sh", "-c", script, "sh"])
        self.assertEqual((program.status, program.errors.count("No space left") > 0), (0, True),
                         program.errors)
        return said

    def check_nothing_half_written(self, program):
        for path in program.root.rglob("*"):
            self.assertFalse(path.name.endswith((".new", "network-new")), path)
        for name in OURS:
            if (program.root / name).exists():
                self.assertGreater((program.root / name).stat().st_size, 0, name)
        self.assertFalse((program.root / "etc/ec2spotter/adopted").exists())

    def test_what_it_leaves(self):
        for program in self.adopting({}):
            self.assertEqual(program.stage("adopt"),
                             "ec2spotter: adopt start\nec2spotter: adopt ok\n")
            for name in OURS:
                self.assertTrue((program.root / name).exists(), name)
            self.assertEqual(program.stage("adopt"),
                             "ec2spotter: adopt start\nec2spotter: adopt ok recorded=true\n")

    def test_links_on_the_volume_are_followed_on_the_volume(self):
        for program in self.adopting({"etc/cloud/cloud.cfg.d/a.cfg": "", "srv/units/a": ""}):
            outside = program.work / "srv/units"
            (program.root / "etc/systemd").mkdir()
            (program.root / "etc/systemd/system").symlink_to("/srv/units")
            program.stage("adopt")
            self.assertFalse(outside.exists())
            self.assertTrue((program.root / "srv/units/ec2spotter-root.service").exists())

    def test_a_full_disk_is_entered_all_the_same(self):
        for program in self.adopting({}):
            said = self.full(program)
            self.assertIn("ec2spotter: adopt ok undone=write mute=true text=", said)
            self.check_nothing_half_written(program)
            self.assertEqual(program.stage("adopt").splitlines()[-1], "ec2spotter: adopt ok",
                             "as soon as there is room")

    def test_a_read_only_root_is_entered_all_the_same(self):
        for program in self.adopting({}):
            (program.work / "read_only").touch()
            self.assertIn("ec2spotter: adopt ok undone=read_only mute=true text=",
                          program.stage("adopt"))
            self.assertEqual(program.status, 0)

    def test_a_unit_that_the_user_has_switched_off_is_told(self):
        for program in self.adopting({}):
            program.stage("adopt")
            (program.root / WANTS).unlink()
            self.assertIn("adopt ok recorded=true mute=true\n", program.stage("adopt"))
            (program.root / WANTS).symlink_to("../ec2spotter-root.service")
            self.assertIn("adopt ok recorded=true\n", program.stage("adopt"))
            (program.root / UNIT).unlink()
            (program.root / UNIT).symlink_to("/dev/null")
            self.assertIn("adopt ok recorded=true mute=true\n", program.stage("adopt"))

    def test_network_settings_keep_their_text_on_a_full_disk(self):
        for program in self.adopting({NETPLAN: PINNED, "etc/ec2spotter/adopted": "1\n"}, "true"):
            said = self.full(program)
            self.assertNotIn("loosened", said)
            self.assertEqual((program.root / NETPLAN).read_text(), PINNED)
            before = program.root / "etc/ec2spotter/network-before" / NETPLAN
            self.assertFalse(before.exists() and before.read_text() != PINNED)
            self.assertIn(f"adopt ok recorded=true loosened=/{NETPLAN}", program.stage("adopt"))
            self.assertEqual((program.root / NETPLAN).read_text(), CURED)
            self.assertEqual(before.read_text(), PINNED)

    def test_network_settings_behind_links_are_cured_where_they_lie(self):
        for to, place in (("../../usr/share/net.yaml", "usr/share/net.yaml"),
                          ("/srv/net.yaml", "srv/net.yaml"), ("other", "etc/netplan/other")):
            for program in self.adopting({NETPLAN: ("->", to), place: PINNED}, "true"):
                said = program.stage("adopt")
                self.assertIn(f"loosened=/{NETPLAN}", said)
                self.assertEqual((program.root / NETPLAN).readlink().as_posix(), to)
                self.assertEqual((program.root / place).read_text(), CURED)
                before = program.root / "etc/ec2spotter/network-before" / NETPLAN
                self.assertFalse(before.is_symlink())
                self.assertEqual(before.read_text(), PINNED)

    def test_an_eject_leaves_what_the_next_boot_needs_and_takes_away(self):
        for program in self.adopting({}):
            program.stage("adopt")
            self.assertTrue(all((program.root / name).exists() for name in OURS))
        leave = "var/lib/cloud/scripts/per-boot/ec2spotter-leave"
        settings = "etc/cloud/cloud.cfg.d/99-ec2spotter.cfg"
        for program in self.adopting({name: "x" for name in OURS}, adopt="leave"):
            self.assertIn("adopt ok removed=true", program.stage("adopt"))
            left = {name for name in [*OURS, leave] if (program.root / name).exists()}
            self.assertEqual(left, {settings, leave})
            self.assertFalse((program.root / "etc/ec2spotter").exists())
            self.assertIn("ssh_deletekeys: false", (program.root / settings).read_text())
            script = program.root / leave
            self.assertEqual(script.stat().st_mode & 0o777, 0o755)
            folder = (program.root / settings).parent
            text = script.read_text().replace("/etc/cloud/cloud.cfg.d", str(folder))
            script.write_text(text)
            subprocess.run([script], check=True)
            self.assertFalse(script.exists() or (program.root / settings).exists())
            self.assertEqual((folder / "99-preserve-hostname.cfg").read_text(),
                             "preserve_hostname: true\n")

    def test_an_eject_leaves_nothing_where_there_is_no_cloud_init(self):
        for program in self.adopting({}, adopt="leave"):
            shutil.rmtree(program.root / "etc/cloud")
            self.assertIn("adopt ok removed=true", program.stage("adopt"))
            self.assertFalse((program.root / "etc/cloud").exists())
            self.assertFalse((program.root / "var").exists())

    def test_removal_that_could_not_be_is_not_called_done(self):
        for program in self.adopting({}, adopt="remove"):
            (program.work / "read_only").touch()
            said = program.stage("adopt")
            self.assertIn("undone=read_only", said)
            self.assertNotIn("removed", said)


if __name__ == "__main__":
    subprocess.run(["unshare", "-Urm", "true"], check=True)
    unittest.main()
