"""Root disks of other kinds, made from the user's own without mounting anything."""

import os
import pathlib
import re
import shutil
import stat
import struct
import subprocess
import zlib

from machine import MIB, USER_ROOT_MIB, USER_ROOT_SIZE_MIB, read_from, write_into

LABEL, UUID = "user-root", "6b0c8d7e-52a1-4d55-9f0e-1c0f5e9a7a11"  # as script/images makes them
BOOT_UUID = UUID[:-1] + "b"
LUKS_UUID = "0d5c9b3e-7a42-4c11-8e66-93b1f0a2c7d4"  # that initrd-luks.img of the image waits for
LUKS_KEY = "etc/cryptsetup-keys.d/root.key"  # and what it opens it with


def unpack(disk, folder, changes=()):
    """The tree of the user's root, with its owners and modes; needs root, as mkfs.xfs below does
    to find them."""
    tree = pathlib.Path(folder, "tree")
    tree.mkdir()
    read_from(disk, USER_ROOT_MIB, f"rdump / {tree}")
    for change in changes:
        change(tree)
    return tree


def proto_lines(folder):
    """The entries of a folder in the form of mkfs.xfs -p; sockets and names with blanks are left
    out, which that form does not know."""
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        status = entry.stat(follow_symlinks=False)
        if " " in entry.name or stat.S_ISSOCK(status.st_mode):
            continue
        mode = status.st_mode
        bits = ("u" if mode & stat.S_ISUID else "-") + ("g" if mode & stat.S_ISGID else "-")
        owner = f"{bits}{mode & 0o777:03o} {status.st_uid} {status.st_gid}"
        if stat.S_ISDIR(mode):
            yield f"{entry.name} d{owner}"
            yield from proto_lines(entry.path)
            yield "$"
        elif stat.S_ISLNK(mode):
            yield f"{entry.name} l{owner} {os.readlink(entry.path)}"
        elif stat.S_ISREG(mode):
            yield f"{entry.name} -{owner} {entry.path}"


def _xfs(tree, folder):
    """A file system of the tree, with the label and UUID of the root that it comes from."""
    (tree / "etc/fstab").write_text(f"UUID={UUID} / xfs defaults 0 1\n", encoding="utf-8")
    proto = pathlib.Path(folder, "proto")
    lines = ["/none", "0 0", "d--755 0 0", *proto_lines(tree), "$"]
    proto.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part = _empty(folder, "xfs.part", USER_ROOT_SIZE_MIB)
    _run("mkfs.xfs", "-q", "-L", LABEL, "-m", f"uuid={UUID}", "-p", proto, part)
    return part


def _run(*command, **more):
    result = subprocess.run(command, capture_output=True, check=False, **more)
    if result.returncode != 0:
        said = b"\n".join(word if isinstance(word, bytes) else word.encode()
                          for word in (result.stdout, result.stderr)).decode(errors="replace")
        raise RuntimeError(f"{command} ended with {result.returncode}: {said.strip()}")
    return result


def _empty(folder, name, size_mib):
    path = pathlib.Path(folder, name)
    path.touch()
    os.truncate(path, size_mib * MIB)
    return path


def _gpt(folder, name, *partitions):
    """A disk of these partitions: number, begin and size in MiB, type, and what is in it or None."""
    target = _empty(folder, name, 3072)
    table = "".join(f"{number}: start={begin}MiB, size={size}MiB, type={kind}\n"
                    for number, begin, size, kind, _ in partitions)
    _run("sfdisk", "-q", target, text=True, input="label: gpt\n" + table)
    for _, begin, _, _, content in partitions:
        if content is not None:
            _run("dd", f"if={content}", f"of={target}", "bs=1M", f"seek={begin}",
                 "conv=notrunc,sparse")
    return target


def _use_boot_loader_entries(tree, options, prefix="/boot"):
    """Boot Loader Specification entries in the place of a menu, as Red Hat's systems have them: with
    paths as the file system has them that /boot is in."""
    boot = tree / "boot"
    (boot / "grub/grub.cfg").unlink()
    (boot / "grub").rename(boot / "grub2")
    (boot / "grub2/grub.cfg").write_text("insmod blscfg\nblscfg\n", encoding="utf-8")
    (boot / "loader/entries").mkdir(parents=True)
    kernel = next(boot.glob("vmlinuz-*")).name
    (boot / "loader/entries/system.conf").write_text(
        f"title A system\nversion {kernel.removeprefix('vmlinuz-')}\nlinux {prefix}/{kernel}\n"
        f"initrd {prefix}/initrd-roots.img\noptions {options} ro console=ttyS0,115200 norandmaps\n",
        encoding="utf-8")


def _menu_of(menu, device, initrd):
    """A menu whose root is `device`, by an initrd that finds it."""
    return re.sub(r"initrd\.img-\S+", initrd, re.sub(r"root=\S+", f"root={device}", menu))


def _boot_apart(tree, folder, root_line):
    """/boot of the tree, moved to a file system of its own; fstab has `root_line` and it."""
    (tree / "etc/fstab").write_text(f"{root_line}UUID={BOOT_UUID} /boot ext4 defaults 0 2\n",
                                    encoding="utf-8")
    boot = _empty(folder, "boot.part", 300)
    _run("mke2fs", "-q", "-t", "ext4", "-U", BOOT_UUID, "-d", tree / "boot", boot)
    shutil.rmtree(tree / "boot")
    (tree / "boot").mkdir()
    return boot


def without_cloud_init(tree):
    for path in ("etc/cloud", "usr/bin/cloud-init", "usr/lib/python3/dist-packages/cloudinit",
                 "lib/systemd/system-generators/cloud-init-generator"):
        if (tree / path).is_dir():
            shutil.rmtree(tree / path)
        else:
            (tree / path).unlink()
    for unit in (tree / "etc/systemd/system").glob("*/cloud-*"):
        unit.unlink()


def with_runs_counted(tree):
    """Each kind of script that cloud-init runs adds its kind to /root/runs."""
    for kind in ("per-instance", "per-boot", "per-once"):
        script = tree / f"var/lib/cloud/scripts/{kind}/count"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f"#!/bin/sh\necho {kind} >>/root/runs\n", encoding="utf-8")
        script.chmod(0o755)
    (tree / "etc/cloud/cloud.cfg.d/50-runs.cfg").write_text(
        "runcmd: ['echo runcmd >>/root/runs']\n", encoding="utf-8")


def xfs_on_partition_four(disk, folder, *changes):
    """An XFS root of the same label and UUID, on the fourth partition of a GPT disk that has an EFI
    system partition as its first. `changes` are made to its tree first, here and below."""
    tree = unpack(disk, folder, changes)
    return _gpt(folder, "xfs.raw", (1, 1, 100, "U", None),
                (4, 200, USER_ROOT_SIZE_MIB, "L", _xfs(tree, folder)))


def like_amazon_linux(disk, folder, *changes):
    """XFS on the first partition, an EFI system partition as number 128, entries in the root."""
    tree = unpack(disk, folder, changes)
    _use_boot_loader_entries(tree, f"root=UUID={UUID}")
    return _gpt(folder, "amazon.raw", (1, 12, USER_ROOT_SIZE_MIB, "L", _xfs(tree, folder)),
                (128, 1, 10, "U", None))


def like_fedora(disk, folder, *changes):
    """btrfs with the root in a subvolume that is not the default one, and /boot apart."""
    tree = unpack(disk, folder, changes)
    _use_boot_loader_entries(tree, f"root=UUID={UUID} rootflags=subvol=root", "")
    boot = _boot_apart(tree, folder, f"UUID={UUID} / btrfs subvol=root 0 0\n")
    root = _empty(folder, "btrfs.part", 2300)
    _run("mkfs.btrfs", "-q", "-L", LABEL, "-U", UUID, root)
    point = pathlib.Path(folder, "mounted")
    point.mkdir()
    _run("mount", "-o", "loop", root, point)
    try:
        for name in ("root", "home"):
            _run("btrfs", "subvolume", "create", point / name)
        _run("cp", "-a", f"{tree}/.", point / "root")
    finally:
        _run("umount", point)
    return _gpt(folder, "fedora.raw", (1, 1, 10, "U", None), (2, 20, 300, "L", boot),
                (3, 330, 2300, "L", root))


def on_lvm(disk, folder):
    """The root in a logical volume, on a physical one beside an EFI system partition."""
    part = pathlib.Path(folder, "lvm.part")
    _run("dd", f"if={disk}", f"of={part}", "bs=1M", "conv=sparse", f"skip={USER_ROOT_MIB}",
         f"count={USER_ROOT_SIZE_MIB}")
    menu = read_from(part, 0, "cat /boot/grub/grub.cfg").decode()
    write_into(part, 0, {
        "/boot/grub/grub.cfg":
            (_menu_of(menu, f"/dev/mapper/{GROUP}-root", "initrd-roots.img"), 0o100644),
        "/etc/fstab": (f"/dev/mapper/{GROUP}-root / ext4 defaults 0 1\n", 0o100644)})
    physical = _empty(folder, "pv.part", USER_ROOT_SIZE_MIB + 4)
    with open(physical, "r+b") as file:
        file.write(physical_volume(USER_ROOT_SIZE_MIB))
    _run("dd", f"if={part}", f"of={physical}", "bs=1M", "seek=1", "conv=notrunc,sparse")
    return _gpt(folder, "on_lvm.raw", (1, 1, 10, "U", None),
                (2, 20, USER_ROOT_SIZE_MIB + 4, "E6D6D379-F507-44C2-A23C-238F2A3DF928", physical))


def on_luks(disk, folder):
    """The root in LUKS, beside /boot in the clear and an EFI system partition: like an encrypted
    server, but for the key, which is in the initrd where a real one asks a person or the net."""
    tree = unpack(disk, folder)
    menu = tree / "boot/grub/grub.cfg"
    menu.write_text(_menu_of(menu.read_text(encoding="utf-8"), "/dev/mapper/root",
                             "initrd-luks.img").replace("/boot/", "/"), encoding="utf-8")
    (tree / "etc/crypttab").write_text(
        f"root UUID={LUKS_UUID} /{LUKS_KEY} luks,initramfs\n", encoding="utf-8")
    boot = _boot_apart(tree, folder, "/dev/mapper/root / ext4 defaults 0 1\n")
    root = _empty(folder, "root.part", 1200)  # all of it is written, as it is encrypted
    _run("mke2fs", "-q", "-t", "ext4", "-L", LABEL, "-U", UUID, "-d", tree, root)
    return _gpt(folder, "on_luks.raw", (1, 1, 10, "U", None), (2, 20, 300, "L", boot),
                (3, 330, 1202, "L", _encrypted(root, folder, tree / LUKS_KEY)))


def on_f2fs(disk, folder):
    """A file system that the volume's kernel knows and the preboot image's does not, beside /boot."""
    tree = unpack(disk, folder)
    menu = tree / "boot/grub/grub.cfg"
    menu.write_text(_menu_of(menu.read_text(encoding="utf-8"), f"UUID={UUID}",
                             "initrd-roots.img").replace("/boot/", "/"), encoding="utf-8")
    boot = _boot_apart(tree, folder, f"UUID={UUID} / f2fs defaults 0 0\n")
    root = _empty(folder, "f2fs.part", USER_ROOT_SIZE_MIB)
    _run("mkfs.f2fs", "-q", "-l", LABEL, "-U", UUID, root)
    _run("sload.f2fs", "-P", "-f", tree, root)
    return _gpt(folder, "on_f2fs.raw", (1, 1, 10, "U", None), (2, 20, 300, "L", boot),
                (3, 330, USER_ROOT_SIZE_MIB, "L", root))


def without_systemd(disk, folder):
    """Debian's sysvinit in systemd's place, as its owner would have put it there."""
    tree = unpack(disk, folder)
    for command in ("dpkg --purge --force-depends systemd-sysv",
                    "dpkg --install /var/lib/sysvinit-packages/*.deb",
                    "update-rc.d networking enable"):
        _run("chroot", tree, "env", "DEBIAN_FRONTEND=noninteractive", "PATH=/usr/sbin:/usr/bin",
             "sh", "-c", command)
    (tree / "etc/network/interfaces").write_text(
        "auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet dhcp\n", encoding="utf-8")
    menu = tree / "boot/grub/grub.cfg"
    text = menu.read_text(encoding="utf-8").replace("net.ifnames=1", "net.ifnames=0")
    menu.write_text(text, encoding="utf-8")
    root = _empty(folder, "sysvinit.part", USER_ROOT_SIZE_MIB)
    _run("mke2fs", "-q", "-t", "ext4", "-L", LABEL, "-U", UUID, "-d", tree, root)
    return _gpt(folder, "sysvinit.raw", (1, 1, 10, "U", None), (2, 20, USER_ROOT_SIZE_MIB, "L", root))


def _encrypted(part, folder, key):
    """A LUKS1 volume of what is in `part`, with LUKS_UUID. QEMU's own settings are cryptsetup's
    (aes-xts-plain64, SHA-256); it makes few rounds of the key, as the guest is emulated, and knows
    no option for the UUID, which no checksum covers (LUKS1 on-disk format, section 2.3.1)."""
    target = pathlib.Path(folder, "luks.part")
    for attempt in range(20):
        try:
            _run("qemu-img", "convert", "-f", "raw", "-O", "luks", "--object",
                 f"secret,id=key,file={key}", "-o", "key-secret=key,iter-time=10", part, target)
            break
        except RuntimeError as error:
            # QEMU 7.2 takes the processor time of a few rounds first and gives up if the host's
            # clock shows none of it: about one call in ten, before anything is written.
            if "accurate CPU usage" not in str(error) or attempt == 19:
                raise
    with open(target, "r+b") as file:
        file.seek(168)
        file.write(LUKS_UUID.encode())
    return target


def _disk_with(header, folder, name):
    """A disk that begins with `header` and is empty otherwise."""
    target = pathlib.Path(folder, name)
    target.write_bytes(header)
    os.truncate(target, 64 * MIB)
    return target


def luks(folder):
    """What a LUKS1 volume begins with; source: the LUKS1 on-disk format, section 2.3.1."""
    header = struct.pack(">6sH32s32s32sII20s32sI40s", b"LUKS\xba\xbe", 1, b"aes", b"xts-plain64",
                         b"sha256", 4096, 32, b"\1" * 20, b"\2" * 32, 1000, UUID.encode())
    return _disk_with(header, folder, "luks.raw")


GROUP = "vg"
EXTENT_MIB = 4
METADATA_AT, METADATA_SIZE = 4096, MIB - 4096  # of a physical volume; its extents follow at 1 MiB


def _lvm_sum(data):
    """The sum that LVM2 keeps of its structures: CRC-32 with a start of its own."""
    return zlib.crc32(data, 0xf597a6cf ^ 0xffffffff) ^ 0xffffffff


def _label(size_mib, areas=b""):
    """The second sector of a physical volume; source: LVM2, lib/format_text/layout.h."""
    body = struct.pack("<I8s32sQ", 32, b"LVM2 001", b"A" * 32, size_mib * MIB) + areas
    label = body + b"\0" * (512 - 20 - len(body))
    return b"\0" * 512 + struct.pack("<8sQI", b"LABELONE", 1, _lvm_sum(label)) + label


def _uuid(letter):
    return "-".join(letter * length for length in (6, 4, 4, 4, 4, 4, 6))


def physical_volume(size_mib):
    """The first MiB of a physical volume whose group has one logical volume, `root`, of all of it."""
    extents = size_mib // EXTENT_MIB
    text = f"""{GROUP} {{
id = "{_uuid("B")}"
seqno = 1
format = "lvm2"
status = ["RESIZEABLE", "READ", "WRITE"]
flags = []
extent_size = {EXTENT_MIB * 2048}
max_lv = 0
max_pv = 0
metadata_copies = 0
physical_volumes {{
pv0 {{
id = "{_uuid("A")}"
device = "/dev/none"
status = ["ALLOCATABLE"]
flags = []
dev_size = {(size_mib + 4) * 2048}
pe_start = 2048
pe_count = {extents}
}}
}}
logical_volumes {{
root {{
id = "{_uuid("C")}"
status = ["READ", "WRITE", "VISIBLE"]
flags = []
segment_count = 1
segment1 {{
start_extent = 0
extent_count = {extents}
type = "striped"
stripe_count = 1
stripes = ["pv0", 0]
}}
}}
}}
}}
contents = "Text Format Volume Group"
version = 1
description = ""
creation_host = "a host"
creation_time = 1
""".encode() + b"\0"
    place = struct.pack("<QQII", 512, len(text), _lvm_sum(text), 0)
    header = struct.pack("<16sIQQ", b" LVM2 x[5A%r0N*>", 1, METADATA_AT, METADATA_SIZE) + place
    header += b"\0" * (512 - 4 - len(header))
    areas = struct.pack("<8Q", MIB, 0, 0, 0, METADATA_AT, METADATA_SIZE, 0, 0)
    start = _label(size_mib + 4, areas)
    start += b"\0" * (METADATA_AT - len(start))
    start += struct.pack("<I", _lvm_sum(header)) + header + text
    return start + b"\0" * (MIB - len(start))


def lvm(folder):
    """What a physical volume of LVM2 begins with: a label in its second sector, with LVM's sum."""
    return _disk_with(_label(64), folder, "lvm.raw")
