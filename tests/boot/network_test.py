"""Network settings of the volume that hold for another MAC address: which files have them, and what
is made of these. `rendered` holds what cloud-init itself writes."""

import pathlib
import subprocess
import tempfile
import unittest

from stages import AS_ROOT, SOURCE, StageTest

OLD, OWN, SET = "06:00:00:00:00:aa", "06:00:00:00:00:bb", "06:00:00:00:00:ab"
NETPLAN = "etc/netplan/50.yaml"
LINK = "->"  # as in stages.py
MASKED = (LINK, "/dev/null")
UNIT = "[Unit]\nDescription=x\n"

# Each holds for OLD alone.
PINNED = {
    "etc/systemd/network/a.network": f"[Match]\nMACAddress={OLD}\n[Network]\nDHCP=yes\n",
    "etc/systemd/network/b.network": 
        f"[Network]\nDHCP=yes\n\n[Match]\nName=e*\nPermanentMACAddress = {OLD}\n",
    "etc/systemd/network/dash.network": "[Match]\nMACAddress=06-00-00-00-00-AA\n",
    "etc/systemd/network/dots.network": "[Match]\nMACAddress=0600.0000.00aa\n",
    "etc/systemd/network/two.network": f"[Match]\nMACAddress=02:00:00:00:00:01 \\\n  {OLD}\n",
    "etc/systemd/network/10-wired.network.d/mac.conf": f"[Match]\nMACAddress={OLD}\n",
    "etc/systemd/network/a.link": f"[Match]\nMACAddress={OLD}\n[Link]\nName=lan0\n",
    "etc/systemd/network/b.link.d/x.conf": f"[Match]\nPermanentMACAddress={OLD}\n",
    "usr/lib/systemd/network/c.network": f"[Match]\nMACAddress={OLD}\n",
    "usr/local/lib/systemd/network/d.link": f"[Match]\nMACAddress={OLD}\n",
    "etc/udev/rules.d/85-persistent-net-cloud-init.rules":
        f'SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{{address}}=="{OLD}", NAME="eth0"\n',
    "etc/udev/rules.d/10-mine.rules": 
        f'NAME:="lan0", SUBSYSTEM=="net", ATTRS{{address}}=="{OLD}"\n',
    "etc/udev/rules.d/70-persistent-net.rules":
        f'SUBSYSTEM=="net", ATTR{{address}}=="{OWN}", NAME="eth1"\n'
        f'SUBSYSTEM=="net", \\\n  ATTR{{address}}=="{OLD}", \\\n  NAME="eth0"\n',
    "usr/lib/udev/rules.d/99-mine.rules": f'ATTR{{address}}=="{OLD}", NAME="lan1"\n',
    "etc/sysconfig/network-scripts/ifcfg-eth0": 'DEVICE=eth0\nHWADDR="06:00:00:00:00:AA"\n',
    "etc/sysconfig/network/ifcfg-lan": f"HWADDR='{OLD}' # the card\n",
    "etc/NetworkManager/system-connections/Wired connection 1":
        f"[802-3-ethernet]\nduplex=full\nmac-address = {OLD}\n",
    "usr/lib/NetworkManager/system-connections/x.nmconnection": f"[ethernet]\nmac-address={OLD}\n",
    "etc/NetworkManager/conf.d/a.conf": 
        f"[connection-x]\nmatch-device=mac:{OLD}\nipv6.method=off\n",
    "etc/NetworkManager/conf.d/b.conf": f"[keyfile]\nunmanaged-devices=*,except:mac:{OLD}\n",
    "etc/netplan/flow.yaml": 'network: {version: 2, ethernets: {ens5: {match: {macaddress: '
                             '"06:00:00:00:00:AA"}, dhcp4: true, set-name: ens5}}}\n',
    "etc/netplan/lines.yaml": "network: {ethernets: {lan: {match: {\n  name: e*,\n"
                              f"  macaddress: {OLD}\n}}}}}}\n",
    "etc/netplan/quoted.yaml": '{"network": {"ethernets": {"a": {"match": {"macaddress": '
                               f'"{OLD}"}}}}}}}}\n',
    "etc/netplan/block.yaml": "network:\n  ethernets:\n    lan:\n      match: # the card\n"
                              f"        name: e*\n# and\n        'macaddress': '{OLD}'\n",
    "lib/netplan/x.yaml": f"network:\n ethernets:\n  a:\n   match:\n    macaddress: {OLD}\n",
    "etc/network/interfaces": f"auto mac/{OLD}=lan\niface lan inet dhcp\n",
    "etc/network/interfaces.d/map": 
        f"mapping eth0\n  script /usr/local/sbin/by-mac\n  map {OLD} lan\n",
    "etc/mactab": f"# names\neth0 {OLD}\n",
    "etc/iftab": f"lan0\tmac {OLD}\n",
    "etc/conf.d/net": 'rename_0600000000AA="lan0"\n',
}
# None of these holds for one address, or it is ours.
FREE = {
    "etc/systemd/network/own.network": "[Match]\nMACAddress=06-00-00-00-00-BB\n",
    "etc/systemd/network/one.network": f"[Match]\nMACAddress={OLD} {OWN}\n",
    "etc/systemd/network/lines.network": f"[Match]\nMACAddress={OLD}\nMACAddress={OWN}\n",
    "etc/systemd/network/comment.network": f"[Match]\n#MACAddress={OLD}\n  ; MACAddress={OLD}\n",
    "etc/systemd/network/set.network": f"[Match]\nName=ens5\n[Link]\nMACAddress={OLD}\n",
    "etc/systemd/network/set.link": f"[Match]\nOriginalName=*\n\n[Link]\nMACAddress={OLD}\n",
    "etc/systemd/network/br0.netdev": f"[NetDev]\nName=br0\nMACAddress={OLD}\n",
    "etc/systemd/network/host.network": "[Match]\nHost=0123456789abcdef0123060000000000\n",
    "etc/systemd/network/server.network":
        f"[Match]\nName=ens5\n[DHCPServerStaticLease]\nMACAddress={OLD}\n",
    "etc/systemd/network/off.network": MASKED,
    "usr/lib/systemd/network/off.network": f"[Match]\nMACAddress={OLD}\n",
    "etc/NetworkManager/system-connections/wired.nmconnection":
        "[connection]\ntype=ethernet\n[ethernet]\n"
        f"mac-address-blacklist={OLD};\nmac-address-denylist={OLD};\ncloned-mac-address={OLD}\n",
    "etc/NetworkManager/system-connections/br.nmconnection": f"[bridge]\nmac-address={OLD}\n",
    "etc/NetworkManager/conf.d/c.conf":
        f"[keyfile]\nunmanaged-devices=mac:{OLD};interface-name:br*\n"
        f"[connection-y]\nmatch-device=except:mac:{OLD}\n[main]\nno-auto-default={OLD}\n",
    "etc/netplan/bridge.yaml": "network:\n  ethernets:\n    ens5:\n      match: {name: ens5}\n"
                               f"      macaddress: {OLD}\n"
                               f"  bridges:\n    br0:\n      macaddress: {OLD}\n",
    "etc/netplan/beside.yaml": "network:\n  ethernets:\n    lan:\n      match:\n        name: e*\n"
                               f"      macaddress: {OLD}\n",
    "etc/netplan/flow-beside.yaml": "network: {ethernets: {lan: {match: {name: e*}, macaddress: "
                                    f"{OLD}}}}}}}\n",
    "etc/netplan/old.yaml.bak": f"network:\n  match:\n    macaddress: {OLD}\n",
    "etc/sysconfig/network-scripts/ifcfg-br0": 
        f"DEVICE=br0\nMACADDR={OLD}\nHWADDR_BLACKLIST={OLD}\n",
    "etc/sysconfig/network-scripts/ifcfg-eth0.bak": f"HWADDR={OLD}\n",
    "etc/sysconfig/network/ifcfg-eth0": f"LLADDR={OLD}\n",
    "etc/udev/rules.d/20-deny.rules": f'ATTR{{address}}!="{OLD}", NAME="lan0"\n'
                                      f'ATTR{{address}}=="{OLD}", ENV{{NM_UNMANAGED}}="1"\n'
                                      f'ATTR{{address}}=="{OLD}|{OWN}", NAME="lan0"\n',
    "etc/network/interfaces": f"auto eth0\niface eth0 inet dhcp\n  hwaddress ether {OLD}\n"
                              f"hwaddress {OLD}\n  up ip link set eth0 address {OLD}\n",
    "etc/conf.d/net": f'mac_eth0="{OLD}"\n',
}
WRITTEN = {NETPLAN: f"# by cloud-init\nethernets:\n  a:\n    match:\n      macaddress: {OLD}\n"}
CLOUD = {
    "usr/bin/cloud-init": "",
    "usr/lib/systemd/system/cloud-init-local.service": UNIT,
    "usr/lib/systemd/system/cloud-init.target": UNIT,
    "usr/lib/systemd/system-generators/cloud-init-generator": "#!/bin/sh\n",
    "etc/systemd/system/cloud-init.target.wants/cloud-init-local.service":
        (LINK, "/usr/lib/systemd/system/cloud-init-local.service"),
    "etc/cloud/cloud.cfg": "# network: {config: disabled}\ncloud_init_modules:\n - ssh\n",
    "etc/cloud/cloud.cfg.d/90_dpkg.cfg": "datasource_list: [ NoCloud, Ec2, None ]\n",
    "etc/cloud/cloud.cfg.d/99-ec2spotter.cfg":
        (SOURCE / "boot/volume/99-ec2spotter.cfg").read_text(encoding="utf-8"),
    "boot/grub/grub.cfg": 
        "menuentry x {\n# linux /vmlinuz cloud-init=disabled\nlinux /vmlinuz ro\n}\n",
}
GONE = None
RUNS_CLOUD_INIT = [
    {},
    {"etc/systemd/system/cloud-init.service": MASKED},  # the first stage alone writes settings
    {"etc/systemd/system/cloud-config.service": MASKED},
    {"etc/cloud/cloud.cfg.d/95.cfg": "datasource_list:\n- Ec2\n"},
    {"etc/cloud/cloud.cfg.d/05.cfg": "datasource_list: [None]\n"},
    {"etc/cloud/cloud.cfg.d/95.cfg": "cloud_init_modules: []\n"},  # network is of no module
    # As EL 7 and Amazon Linux 2 have it.
    {"usr/lib/systemd/system-generators/cloud-init-generator": GONE,
     "etc/systemd/system/cloud-init.target.wants/cloud-init-local.service": GONE,
     "etc/systemd/system/multi-user.target.wants/cloud-init-local.service": (LINK, "x")},
    {"usr/lib/systemd/system-generators/cloud-init-generator": GONE,
     "etc/systemd/system/multi-user.target.wants/cloud-init.target": (LINK, "x")},
    # A system without systemd.
    {name: GONE for name in CLOUD if "systemd" in name},
]
SWITCHED_OFF = [
    {"usr/bin/cloud-init": GONE},
    {"etc/cloud/cloud-init.disabled": ""},
    {"etc/systemd/system/cloud-init-local.service": MASKED},
    {"etc/systemd/system/cloud-init-local.service": "/dev/null"},
    {"etc/systemd/system/cloud-init.target": MASKED},
    {"usr/lib/systemd/system/cloud-init-main.service": UNIT,
     "etc/systemd/system/cloud-init-main.service": MASKED},
    {"etc/systemd/system/cloud-init.target.wants/cloud-init-local.service": GONE},
    {"usr/lib/systemd/system-generators/cloud-init-generator": GONE},
    {"boot/grub/grub.cfg": "menuentry x {\n\tlinux /vmlinuz root=x cloud-init=disabled ro\n}\n"},
    {"boot/grub2/grubenv": "# GRUB Environment Block\nkernelopts=root=x cloud-init=disabled\n"},
    {"boot/loader/entries/a.conf": "linux /vmlinuz\noptions root=x network-config=disabled\n"},
    {"etc/systemd/system.conf":
     "[Manager]\nDefaultEnvironment=KERNEL_CMDLINE=cloud-init=disabled\n"},
    {"etc/systemd/system.conf.d/a.conf":
     "[Manager]\nDefaultEnvironment=\"KERNEL_CMDLINE=cloud-init=disabled\"\n"},
    {"etc/cloud/cloud.cfg.d/95.cfg": "datasource_list: [ None ]\n\ndatasource:\n  Ec2: {}\n"},
    {"etc/cloud/cloud.cfg.d/95.cfg": "datasource_list:\n- NoCloud # not Ec2\n- None\n\nx: Ec2\n"},
    {"etc/cloud/cloud.cfg": "network: {config: disabled}\n"},
    {"etc/cloud/cloud.cfg.d/a.cfg": "network:\n  # why\n  config: disabled\n"},
    {"etc/cloud/cloud.cfg.d/a.cfg": "{\"network\": {\"config\": \"disabled\"}}\n"},
    {"etc/cloud/cloud.cfg.d/a.cfg": "network:\n    config: 'disabled'\n"},
    {"etc/cloud/cloud.cfg.d/a.cfg": "manual_cache_clean: true\n"},  # the first id is kept
    {"etc/cloud/ds-identify.cfg": "policy: disabled\n"},
]


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


def read(root, own, *file):
    """What network.py says of a root; None where it refuses."""
    command = [*AS_ROOT, "python3", "-IS", SOURCE / "boot/program/network.py", root, own, *file]
    done = subprocess.run(command, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
                          capture_output=True, check=False)
    if done.stderr:
        raise AssertionError(done.stderr.decode())
    return None if done.returncode else done.stdout


class ReaderTest(unittest.TestCase):
    def root(self, files):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-root-")
        self.addCleanup(folder.cleanup)
        plant(folder.name, files)
        return folder.name

    def pinned(self, files, own=OWN):
        return {name[1:] for name in read(self.root(files), own).decode().splitlines()}

    def test_settings_for_another_address_are_named_whoever_reads_them(self):
        self.assertEqual(self.pinned(PINNED), set(PINNED))
        self.assertEqual(self.pinned(PINNED, OLD),
                         {"etc/udev/rules.d/70-persistent-net.rules"}, "its other line is not ours")

    def test_what_denies_or_sets_an_address_is_not(self):
        self.assertEqual(self.pinned(FREE), set())

    def test_a_system_where_lib_is_a_link_names_a_file_once(self):
        root = self.root({"usr/lib/systemd/network/a.network": f"[Match]\nMACAddress={OLD}\n",
                          "lib": (LINK, "usr/lib")})
        self.assertEqual(read(root, OWN), b"/usr/lib/systemd/network/a.network\n")

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
            self.assertEqual(read(self.root({name: text}), OWN, "/" + name).decode(), cured, name)
        mixed = (f"network:\n  ethernets:\n    a:\n      match: {{macaddress: {OLD}}} # {OLD}\n"
                 f"      macaddress: {SET}\n  bridges:\n    br0:\n      macaddress: {OLD}\n")
        self.assertEqual(read(self.root({NETPLAN: mixed}), OWN, "/" + NETPLAN).decode(),
                         mixed.replace(f"{{macaddress: {OLD}", f"{{macaddress: {OWN}"))

    def test_every_other_byte_stays(self):
        head = f"# caf\u00e9 {OLD}\r\n".encode() + b"# \xe9\xff\r\n[Match]\r\nMACAddress="
        name = "etc/systemd/network/a.network"
        root = self.root({name: head + OLD.encode() + b"\r\n\r\n"})
        self.assertEqual(read(root, OWN).decode(), f"/{name}\n")
        self.assertEqual(read(root, OWN, "/" + name), head + OWN.encode() + b"\r\n\r\n")

    def test_what_is_not_plain_is_left_to_a_person(self):
        for name in ("etc/systemd/network/two.network", "etc/udev/rules.d/70-persistent-net.rules"):
            self.assertIsNone(read(self.root({name: PINNED[name]}), OWN, "/" + name), name)
        self.assertIsNone(read(self.root(WRITTEN), f"{OWN}\n{SET}", "/" + NETPLAN), "two of ours")

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
            found = read(folder, OWN).decode().split()
            self.assertEqual({name[1:] for name in found}, pinned)
            for name in found:
                before = (folder / name[1:]).read_text()
                after = read(folder, OWN, name).decode()
                self.assertNotIn(OLD, after.lower())
                self.assertTrue("br0" in name or after.count(SET) == before.count(SET), name)


class StagesTest(StageTest):
    def visit(self, program, own):
        """What the stages check and adopt say on an instance with this address."""
        (program.work / "sys/class/net/eth0/address").write_text(own + "\n")
        return program.stage("check") + program.stage("adopt")

    def test_the_console_names_them_and_fix_network_cures_them_for_each_instance(self):
        for program in self.programs(fix_network="true", adopt="false"):
            with open(program.work / "dev/disk", "wb") as file:
                file.truncate(4 << 20)
            subprocess.run(["mke2fs", "-q", "-t", "ext4", program.work / "dev/disk"], check=True)
            root = program.tree("disk", {
                "etc/os-release": "ID=x\n", "sbin/init": "", "etc/fstab": "",
                NETPLAN: (LINK, "/srv/a.yaml"), "srv/a.yaml": WRITTEN[NETPLAN],
                "etc/netplan/my net.yaml": WRITTEN[NETPLAN]})
            (program.work / "sys/class/net/lo").mkdir()
            (program.work / "sys/class/net/lo/address").write_text("00:00:00:00:00:00\n")
            program.keep("disk", "disk")
            for own in (OWN, SET):
                said = self.visit(program, own)
                names = f"/{NETPLAN},/etc/netplan/my?net.yaml"
                self.assertIn(f"check ok root=disk type=ext4 pinned={names}\n", said)
                self.assertIn(f" loosened={names}", said)
                self.assertEqual((root / "srv/a.yaml").read_text(),
                                 WRITTEN[NETPLAN].replace(OLD, own))
                kept = root / "etc/ec2spotter/network-before" / NETPLAN
                self.assertEqual(kept.read_text(), WRITTEN[NETPLAN], "the first")
            self.assertNotIn("pinned", self.visit(program, SET))


if __name__ == "__main__":
    unittest.main()
