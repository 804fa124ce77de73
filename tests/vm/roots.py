"""Root disks of other kinds, made from the user's own without mounting anything."""

import os
import pathlib
import stat
import struct
import subprocess
import zlib

from machine import MIB, USER_ROOT_MIB, USER_ROOT_SIZE_MIB

LABEL, UUID = "user-root", "6b0c8d7e-52a1-4d55-9f0e-1c0f5e9a7a11"  # as script/images makes them


def unpack(disk, folder):
    """The tree of the user's root, with its owners and modes; needs root, as mkfs.xfs below does
    to find them."""
    tree = pathlib.Path(folder, "tree")
    tree.mkdir()
    subprocess.run(["debugfs", "-R", f"rdump / {tree}", f"{disk}?offset={USER_ROOT_MIB * MIB}"],
                   check=True, capture_output=True)
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


def xfs_on_partition_four(disk, folder):
    """An XFS root of the same label and UUID, on the fourth partition of a GPT disk that has an EFI
    system partition as its first."""
    tree = unpack(disk, folder)
    (tree / "etc/fstab").write_text(f"UUID={UUID} / xfs defaults 0 1\n", encoding="utf-8")
    proto = pathlib.Path(folder, "proto")
    lines = ["/none", "0 0", "d--755 0 0", *proto_lines(tree), "$"]
    proto.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part, target = pathlib.Path(folder, "xfs.part"), pathlib.Path(folder, "xfs.raw")
    for path, size in ((part, USER_ROOT_SIZE_MIB), (target, 3072)):
        path.touch()
        os.truncate(path, size * MIB)
    subprocess.run(["mkfs.xfs", "-q", "-L", LABEL, "-m", f"uuid={UUID}", "-p", proto, part],
                   check=True, capture_output=True)
    subprocess.run(
        ["sfdisk", "-q", target], text=True, check=True, capture_output=True,
        input="label: gpt\n1: start=1MiB, size=100MiB, type=U\n"
              f"4: start=200MiB, size={USER_ROOT_SIZE_MIB}MiB, type=L\n")
    subprocess.run(["dd", f"if={part}", f"of={target}", "bs=1M", "seek=200", "conv=notrunc,sparse",
                    "status=none"], check=True)
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


def lvm(folder):
    """What a physical volume of LVM2 begins with: a label in its second sector, with LVM's sum."""
    body = struct.pack("<I8s32sQ", 32, b"LVM2 001", b"A" * 32, 64 * MIB)
    label = body + b"\0" * (512 - 20 - len(body))
    total = zlib.crc32(label, 0xf597a6cf ^ 0xffffffff) ^ 0xffffffff
    return _disk_with(b"\0" * 512 + struct.pack("<8sQI", b"LABELONE", 1, total) + label, folder,
                      "lvm.raw")
