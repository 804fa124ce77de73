"""Ways in which a system's network can be set up for one MAC address alone."""

FOREIGN = "06:00:00:00:00:aa"
UNITS = "etc/systemd/system"
NETPLAN_FILE = "/etc/netplan/50-wired.yaml"
NETPLAN = f"""network:
  version: 2
  renderer: networkd
  ethernets:
    wired:
      match:
        macaddress: "{FOREIGN}"
      dhcp4: true
"""


def _write(tree, path, text, mode=0o644):
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return f"/{path}"


def _without_networkd(tree, own):
    for file in [*(tree / "etc/systemd/network").glob("*.network"),
                 *(tree / UNITS).glob("*/systemd-networkd*"), *(tree / UNITS).glob("*networkd*")]:
        file.unlink()
    wants = tree / UNITS / "multi-user.target.wants"
    (wants / own).symlink_to(f"/lib/systemd/system/{own}")


def ifupdown(tree):
    """An interface whose name hangs on the address, as udev's own generator wrote it for years."""
    _without_networkd(tree, "networking.service")
    _write(tree, "etc/network/interfaces",
           "auto lo\niface lo inet loopback\nauto wired0\niface wired0 inet dhcp\n")
    return _write(tree, "etc/udev/rules.d/70-persistent-net.rules",
                  f'SUBSYSTEM=="net", ACTION=="add", ATTR{{address}}=="{FOREIGN}",'
                  ' NAME="wired0"\n')


def network_manager(tree):
    _without_networkd(tree, "NetworkManager.service")
    _write(tree, "etc/NetworkManager/conf.d/pinned.conf", "[main]\nno-auto-default=*\n")
    return _write(tree, "etc/NetworkManager/system-connections/wired.nmconnection",
                  f"[connection]\nid=wired\ntype=ethernet\n[ethernet]\nmac-address={FOREIGN}\n"
                  "[ipv4]\nmethod=auto\n", 0o600)
