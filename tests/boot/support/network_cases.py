"""The volumes of network_test.py, as {file: text}, a symlink as ("->", to)."""

from support.stages import SOURCE

OLD, OWN, SET = "06:00:00:00:00:aa", "06:00:00:00:00:bb", "06:00:00:00:00:ab"
OURS = {"ens5": OWN}
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
    "etc/systemd/network/name.network": "[Match]\nName=enx0600000000aa\n",
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
    "etc/NetworkManager/NetworkManager.conf": f"[device-x]\nmatch-device=mac:{OLD}\n",
    "etc/netplan/crlf.yaml": f"ethernets:\r\n  a:\r\n    match:\r\n      macaddress: {OLD}\r\n",
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
    "etc/systemd/network/denied.network": f"[Match]\nMACAddress=!{OLD}\n",
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

INTERFACES = "etc/network/interfaces"
LOOPBACK = "source /etc/network/interfaces.d/*\nauto lo\niface lo inet loopback\n"
# For another name than ens5 alone.
UNMATCHED = [
    {INTERFACES: LOOPBACK + "auto eth0\niface eth0 inet dhcp\n"},
    {"etc/network/interfaces.d/eth0": "auto eth0\niface eth0 inet dhcp\n"},
    {NETPLAN: "network:\n  ethernets:\n    ens3: {dhcp4: true}\n"},
    {"etc/systemd/network/a.network": "[Match]\nName=enX0\n[Network]\nDHCP=yes\n[Link]\nARP=yes\n"},
    {"etc/sysconfig/network-scripts/ifcfg-eth0": "DEVICE=eth0\nBOOTPROTO=dhcp\n"},
    {"etc/sysconfig/network/ifcfg-eth0": "BOOTPROTO=dhcp\n"},
    {"etc/network/interfaces.d/a": "auto enx0600000000aa\niface enx0600000000aa inet dhcp\n"},
    {"etc/NetworkManager/system-connections/a.nmconnection":
     "[connection]\ntype=ethernet\ninterface-name=enp0s3\n[ethernet]\n"},
]
ETH0 = {INTERFACES: LOOPBACK + "auto eth0\niface eth0 inet dhcp\n"}
# Something fits, or may: nothing is said.
PERHAPS_MATCHED = [
    {NETPLAN: "network:\n  ethernets:\n    ens5: {dhcp4: true}\n"},
    {NETPLAN: "network: {ethernets: {eth1: {match: {name: 'en*'}}}}\n"},
    {NETPLAN: "network: {ethernets: {eth1: {match: {driver: ena}}}}\n"},
    {NETPLAN: "network: {ethernets: {eth1: {match: {macaddress: 06:00:00:00:00:BB}}}}\n"},
    {NETPLAN: f"ethernets: {{a: {{match: {{macaddress: {OLD}}}, set-name: eth0}}}}\n"},
    {"etc/network/interfaces.d/a": "allow-hotplug /en*=eth1\n"},
    {"etc/network/interfaces.d/a": "source-directory /run/network/interfaces.d\n"},
    {"etc/systemd/network/a.network": "[Match]\nName=*\n[Network]\nDHCP=yes\n"},
    {"etc/systemd/network/a.network": "[Match]\nType=ether\n[Network]\nDHCP=yes\n"},
    {"etc/systemd/network/a.network": "[Match]\nDriver=ena\n[Network]\nDHCP=yes\n"},
    {"etc/systemd/network/a.link": "[Match]\nDriver=ena\n[Link]\nName=eth0\n"},
    {"etc/systemd/network/99-default.link": MASKED},
    {"etc/udev/rules.d/80-net-setup-link.rules": MASKED},
    {"etc/udev/rules.d/70-net.rules": f'ATTR{{address}}=="{OLD}", NAME="eth0"\n'},
    {"etc/NetworkManager/system-connections/a": "[connection]\ntype=ethernet\n[ethernet]\n"},
    {"boot/grub/grub.cfg": "menuentry x {\nlinux /vmlinuz root=x net.ifnames=0 ro\n}\n"},
    {"boot/loader/entries/a.conf": "options root=x net.ifnames=0 biosdevname=0\n"},
    {"etc/runlevels/boot/networking": ""},  # Alpine, whose names are the kernel's
]
