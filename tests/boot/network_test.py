"""Network settings of the volume that hold for another MAC address, or for other names of the
interface: which files have them, and what is made of these. `rendered` holds what cloud-init itself
writes."""

import pathlib
import re
import subprocess
import sys
import time
import tempfile
import unittest

from support.network_cases import (CLOUD, ETH0, FREE, GONE, INTERFACES, LINK, NETPLAN, OLD, OURS,
                                   OWN, PERHAPS_MATCHED, PINNED, RUNS_CLOUD_INIT, SET, SWITCHED_OFF,
                                   UNMATCHED, WRITTEN)
from support.stages import AS_ROOT, SOURCE, StageTest

sys.path.insert(0, str(SOURCE / "boot/assembly"))

# pylint: disable=wrong-import-position
import shorten

TEXT = (SOURCE / "boot/program/network.py").read_text(encoding="utf-8")
SENT = shorten.shorten_python({"network.py": TEXT})["network.py"]


def plant(root, files):
    for name, text in files.items():
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is GONE:
            continue
        if isinstance(text, tuple):
            path.symlink_to(text[1])
        else:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())


def read(root, interfaces, *file):
    """What network.py says of a root; None where it refuses. As it is sent, it says the same."""
    lines = "".join(f"/sys/class/net/{name}/address:{address}\n"
                    for name, address in {"lo": "00:00:00:00:00:00", **interfaces}.items())
    answers = []
    for text in (TEXT, SENT):
        done = subprocess.run([*AS_ROOT, "python3", "-IS", "-c", text, root, lines, *file],
                              env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, capture_output=True,
                              check=False)
        if done.stderr:
            raise AssertionError(done.stderr.decode())
        answers.append(None if done.returncode else done.stdout)
    if answers[0] != answers[1]:
        raise AssertionError(answers)
    return answers[0]


class ReaderTest(unittest.TestCase):
    def root(self, files):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-root-")
        self.addCleanup(folder.cleanup)
        plant(folder.name, files)
        return folder.name

    def named(self, kind, files, interfaces):
        lines = read(self.root(files), interfaces).decode().splitlines()
        return {line.partition(" /")[2] for line in lines if line.startswith(kind)}

    def pinned(self, files, own=OWN):
        return self.named("pinned", files, {"ens5": own})

    def test_settings_for_another_address_are_named_whoever_reads_them(self):
        self.assertEqual(self.pinned(PINNED), set(PINNED))
        self.assertEqual(self.pinned(PINNED, OLD),
                         {"etc/udev/rules.d/70-persistent-net.rules"}, "its other line is not ours")

    def test_what_denies_or_sets_an_address_is_not(self):
        self.assertEqual(self.pinned(FREE), set())

    def test_settings_for_a_name_that_the_interface_has_not_are_named(self):
        for files in UNMATCHED:
            self.assertEqual(self.named("unmatched", files, OURS), set(files))
            self.assertEqual(self.named("unmatched", files, {"eth0": OWN}), set(), "not known")
        self.assertEqual(self.named("unmatched", CLOUD | ETH0, OURS), set(), "cloud-init's fit")
        self.assertEqual(self.named("unmatched", {}, OURS), set())

    def test_where_something_may_fit_nothing_is_said_of_names(self):
        for files in PERHAPS_MATCHED:
            self.assertEqual(self.named("unmatched", ETH0 | files, OURS), set(), files)

    def test_a_long_file_is_read_in_no_time(self):
        lines = "      # a line that somebody has switched off\n\n" * 2000
        began = time.monotonic()
        for name, text in {
                NETPLAN: "network:\n  ethernets:\n    a:\n      match:\n        name: e*\n" + lines,
                "etc/systemd/network/a.network": "[Match]\n" + lines + "[Link]\n",
                "etc/NetworkManager/conf.d/a.conf": "[ethernet]\n" + lines + "[x]\n",
                "etc/udev/rules.d/a.rules": 'ATTR{address}=="x", ' * 500 + "\n" + lines,
                "etc/cloud/cloud.cfg": "network:\n" + lines + "datasource_list:\n" + lines}.items():
            self.assertEqual(self.pinned({name: text}), set())
            self.assertLess(time.monotonic() - began, 10, name)

    def test_a_system_where_lib_is_a_link_names_a_file_once(self):
        root = self.root({"usr/lib/systemd/network/a.network": f"[Match]\nMACAddress={OLD}\n",
                          "lib": (LINK, "usr/lib")})
        self.assertEqual(read(root, OURS), b"pinned /usr/lib/systemd/network/a.network\n")

    def test_only_pins_are_cured_each_in_its_own_spelling(self):
        for name, text in PINNED.items():
            if "two.network" in name or "70-persistent" in name:
                continue
            cured = text
            for mark in (":", "-", ""):
                for old in (OLD, OLD.upper()):
                    cured = cured.replace(old.replace(":", mark), OWN.replace(":", mark))
            cured = cured.replace("0600.0000.00aa", "0600.0000.00bb")
            self.assertNotEqual(cured, text)
            self.assertEqual(read(self.root({name: text}), OURS, "/" + name).decode(), cured, name)
        mixed = (f"network:\n  ethernets:\n    a:\n      match: {{macaddress: {OLD}}} # {OLD}\n"
                 f"      macaddress: {SET}\n  bridges:\n    br0:\n      macaddress: {OLD}\n")
        self.assertEqual(read(self.root({NETPLAN: mixed}), OURS, "/" + NETPLAN).decode(),
                         mixed.replace(f"{{macaddress: {OLD}", f"{{macaddress: {OWN}"))

    def test_every_other_byte_stays(self):
        head = f"# caf\u00e9 {OLD}\r\n".encode() + b"# \xe9\xff\r\n[Match]\r\nMACAddress="
        name = "etc/systemd/network/a.network"
        root = self.root({name: head + OLD.encode() + b"\r\n\r\n"})
        self.assertEqual(read(root, OURS).decode(), f"pinned /{name}\n")
        self.assertEqual(read(root, OURS, "/" + name), head + OWN.encode() + b"\r\n\r\n")

    def test_what_is_not_plain_is_left_to_a_person(self):
        for name in ("etc/systemd/network/two.network", "etc/udev/rules.d/70-persistent-net.rules"):
            self.assertIsNone(read(self.root({name: PINNED[name]}), OURS, "/" + name), name)
        self.assertIsNone(read(self.root(WRITTEN), OURS | {"ens6": SET}, "/" + NETPLAN), "two")

    def test_what_cloud_init_writes_anew_is_not_named(self):
        for changes in RUNS_CLOUD_INIT:
            self.assertEqual(self.pinned(CLOUD | WRITTEN | changes), set(), changes)
        users = {NETPLAN: WRITTEN[NETPLAN].partition("\n")[2]}
        self.assertEqual(self.pinned(CLOUD | users), {NETPLAN}, "what a person has written is")

    def test_a_cloud_init_that_is_switched_off_writes_nothing_anew(self):
        for changes in SWITCHED_OFF:
            self.assertEqual(self.pinned(CLOUD | WRITTEN | changes), {NETPLAN}, changes)

    def test_what_cloud_inits_renderers_write(self):
        rules = "etc/udev/rules.d/70-persistent-net.rules"
        for renderer, pinned in {
                "netplan": {"etc/netplan/50-cloud-init.yaml"}, "eni": {rules},
                "nm": {"etc/NetworkManager/system-connections/cloud-init-ens5.nmconnection"},
                "rhel": {"etc/sysconfig/network-scripts/ifcfg-ens5", rules},
                "suse": {"etc/udev/rules.d/85-persistent-net-cloud-init.rules"},
                "networkd": {"etc/systemd/network/10-cloud-init-ens5.network",
                             "etc/systemd/network/10-cloud-init-br0.network"}}.items():
            folder = SOURCE / "tests/boot/rendered" / renderer
            found = re.findall("(?m)^pinned (.*)", read(folder, OURS).decode())
            self.assertEqual({name[1:] for name in found}, pinned)
            for name in found:
                before = (folder / name[1:]).read_text()
                after = read(folder, OURS, name).decode()
                self.assertNotIn(OLD, after.lower())
                self.assertTrue("br0" in name or after.count(SET) == before.count(SET), name)


class StagesTest(StageTest):
    def visit(self, program, name, own):
        """What the stages check and adopt say on an instance with this interface."""
        for interface, address in {"lo": "00:00:00:00:00:00", name: own}.items():
            (program.work / "sys/class/net" / interface).mkdir(exist_ok=True)
            (program.work / "sys/class/net" / interface / "address").write_text(address + "\n")
        return program.stage("check") + program.stage("adopt")

    def volumes(self, files):
        for program in self.programs(fix_network="true", adopt="false"):
            with open(program.work / "dev/disk", "wb") as file:
                file.truncate(4 << 20)
            subprocess.run(["mke2fs", "-q", "-t", "ext4", program.work / "dev/disk"], check=True)
            program.keep("disk", "disk")
            yield program, program.tree("disk", {"etc/os-release": "ID=x\n", "sbin/init": "",
                                                 "etc/fstab": "", **files})

    def test_the_console_names_them_and_fix_network_cures_them_for_each_instance(self):
        for program, root in self.volumes({
                NETPLAN: (LINK, "/srv/a.yaml"), "srv/a.yaml": WRITTEN[NETPLAN],
                "etc/netplan/my net.yaml": WRITTEN[NETPLAN]}):
            for own in (OWN, SET):
                said = self.visit(program, "eth0", own)
                names = f"/{NETPLAN},/etc/netplan/my?net.yaml"
                self.assertIn(f"check ok root=disk type=ext4 pinned={names}\n", said)
                self.assertIn(f" loosened={names}", said)
                self.assertEqual((root / "srv/a.yaml").read_text(),
                                 WRITTEN[NETPLAN].replace(OLD, own))
                kept = root / "etc/ec2spotter/network-before" / NETPLAN
                self.assertEqual(kept.read_text(), WRITTEN[NETPLAN], "the first")
            self.assertNotIn("pinned", self.visit(program, "eth0", SET))

    def test_the_console_names_those_for_another_name_of_the_interface(self):
        for program, root in self.volumes(ETH0):
            before = (root / INTERFACES).read_text()
            said = self.visit(program, "ens5", OWN)
            self.assertIn(f"check ok root=disk type=ext4 unmatched=/{INTERFACES}\n", said)
            self.assertEqual((root / INTERFACES).read_text(), before)


if __name__ == "__main__":
    unittest.main()
