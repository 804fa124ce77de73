# Network settings of the volume that hold for one MAC address only. Each instance has another one,
# and a system whose settings are all for a former instance's comes up without a network; so it does
# when all are for a name of the interface that this type of instance does not have.
# usage: network.py ROOT INTERFACES         says "pinned FILE" of the former, "unmatched FILE"
#        network.py ROOT INTERFACES FILE    FILE's text, with our address where it had another
# INTERFACES are lines that end with net/NAME/address:ADDRESS.
import glob
import os
import re
import sys

# Of networkd, netplan, ifupdown, NetworkManager, SUSE, Red Hat, udev, nameif, ifrename and Gentoo.
FILES = """systemd/network/*.network systemd/network/*.link systemd/network/*.d/*.conf
netplan/*.yaml network/interfaces network/interfaces.d/* NetworkManager/*/*
NetworkManager/NetworkManager.conf sysconfig/network*/ifcfg-* udev/rules.d/*.rules
mactab iftab conf.d/net"""
LEFT_OVERS = ("~", ".bak", ".orig", ".rpmsave", ".rpmnew")
ADDRESS = r"(?i)(?<![\da-f!])([\da-f]{2}[-:.]?){5}[\da-f]{2}(?![\w:])"
# The last group is where the addresses are for which a setting holds; not those that are denied, or
# that an interface is given.
HOLDS_FOR = r"""(?mx)^\[Match\].*((?:\n(?!\[).*)*)|(?:ethernet\](?:\n(?!\[).*)*\nmac-address\s*=
|match["']?:[\ \r]*(?:{[^}]*|\n(?:\ *\n)*(\ +)(?:\S.*\n(?:\ *\n)*\2\ *)*["']?)macaddress
|^match-device\W*(?=mac)|^unmanaged.*except:(?=mac)|^[\ \t]*HWADDR=
|^(?=.*NAME:?="\w).*address}==|^rename_|\bmac/
|^[\ \t]*(?:map|\w+\d)\s+(?:mac\s+)?)([^}\n]*)"""

# Where one of these is, it is not a name that says what settings are for, or names are special.
OPEN = (r"set-name|river|NAME:?=\"|\[Link\][^[]*Name|[^/]\*|run/network|\A.*\s*\Z"
        r"|(\[Match\]|ype=ether)(?![\w\W]*ame=)")


def places(names):
    # What is in a later folder replaces its like in an earlier one.
    return [path for name in names.split() for path in sorted({
        path[len(folder):]: path for folder in ("/lib/", "/usr/lib/", "/usr/local/lib/", "/etc/")
        for path in glob.glob(folder + name)}.values())]


def read(path):
    return (open(path, errors="surrogateescape", newline="").read()
            if os.path.isfile(path) and not path.endswith(LEFT_OVERS) else "")


def plain(text):
    # Without comments, and no shorter.
    return re.sub(r"(?m)(?<!\S)#.*|^[ \t]*;.*|\\\n", lambda found: " " * len(found[0]), text)


def digits(address):
    return re.sub("[-:.]", "", address.lower())


def pins(text):
    # {place: address} for which its settings hold, and that are not ours.
    found = {}
    for rule in re.finditer(HOLDS_FOR, plain(text)):
        theirs = {rule.start(rule.lastindex) + each.start(): each[0]
                  for each in re.finditer(ADDRESS, rule[rule.lastindex])}
        if not {*own} & {*map(digits, theirs.values())}:
            found.update(theirs)
    return found


def renews():
    # Does the volume's cloud-init write network settings anew for each instance? Not where an
    # entry of the boot menu switches it off: rather a file too many is named than one too few.
    units = places("systemd/system/cloud-init[.-][lmt]*[et]")
    return (os.path.exists("/usr/bin/cloud-init") and not places("cloud/cloud-init.disabled")
            and all("[" in read(path) for path in units)  # not masked
            and (not units or places("systemd/system/[!c]*.wants/cloud-init[-.][lt]*")
                 or places("systemd/system/*.wants/cloud-init-l*")
                 and places("systemd/system-generators/cloud-init*"))
            and not re.search(r"(cloud-init=|network\W*config\W*|policy\W*)disabled"
                              r"|manual_cache_clean\W*true", settings)
            and "Ec2" in re.findall(r"datasource_list(.*(?:\n[^\w\n].*)*)",
                                    "datasource_list Ec2\n" + settings)[-1])


interfaces = re.findall(".*net/(.*)/address:(.*[1-9a-f].*)", sys.argv[2])
names = [name for name, _ in interfaces]
own = [digits(address) for _, address in interfaces]
# Links on the volume mean there what they mean to its own system.
os.chroot(sys.argv[1])
for path in sys.argv[3:]:
    text = read(path)
    found = pins(text)
    if len(own) != 1 or len({*map(digits, found.values())}) != 1 or own[0] in digits(text):
        sys.exit(1)
    for at, old in found.items():
        pairs = re.findall("..", own[0])
        new = re.sub(r"\w\w", lambda _: pairs.pop(0), old)
        text = text[:at] + new + text[at + len(old):]
    print(text, end="")
    sys.exit()
settings = plain("\n".join(map(read, places(
    "cloud/cloud.cfg cloud/*/*.cfg cloud/ds-identify.cfg systemd/system.conf systemd/*/*.conf"
    " ../boot/grub*/grub* ../boot/loader/*/*"))))
renewed = renews()
# The volume's kernel may use the names that it had before there were any others.
if "net.ifnames=0" in settings:
    names.insert(0, "eth0")
known = names and not renewed and "eth" not in names[-1] and not places("runlevels")
others = []
for path in places(FILES):
    text = read(path)
    pinned = pins(text) and not (renewed and "cloud-init" in (path + text).lower())
    text = path + "\n" + plain(text)
    if pinned:
        print("pinned", path)
    elif path.startswith("/etc") and re.search(r"\b(eth|en[opsxX]\w*)\d", text):
        others.append(path)
    if known and path.startswith("/etc"):
        known = not (re.search("|".join([OPEN, *names]), text) or own[0] in digits(text))
for path in others if known else []:
    print("unmatched", path)
