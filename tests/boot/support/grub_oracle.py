"""GRUB itself, as grub-emu, on a disk with a menu: which entry does it start by itself?"""

import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import time

UUID, LABEL = "6b0c8d7e-52a1-4d55-9f0e-1c0f5e9a7a11", "cloudimg-rootfs"
MIB = 1 << 20
# grub-emu has no such commands; what a menu gives them is said instead, a line a word, as a line that
# is too long for the terminal is broken.
PRELUDE = """function linux { echo "KERNEL"; for word in "$@"; do echo "WORD:$word:"; done; }
function linux16 { linux "$@"; }
function linuxefi { linux "$@"; }
function initrd { echo "INITRD"; for word in "$@"; do echo "WORD:$word:"; done; }
function initrd16 { initrd "$@"; }
function initrdefi { initrd "$@"; }
"""


def make_disk(folder, tree):
    """A GPT disk whose partition 1 holds the tree; its menu says what it starts, and at once."""
    copy = pathlib.Path(folder, "tree")
    shutil.copytree(tree, copy, symlinks=True)
    menu = next(copy.glob("boot/grub*/grub.cfg"))
    text = re.sub("terminal_output .*", "", menu.read_text(encoding="utf-8"))
    menu.write_text(f"{PRELUDE}{text}\nset timeout=0\nset timeout_style=menu\n", encoding="utf-8")
    part, disk = f"{folder}/part", pathlib.Path(folder, "disk")
    for path, size in ((part, 10), (disk, 12)):
        with open(path, "wb") as file:
            file.truncate(size * MIB)
    subprocess.run(["sfdisk", "-q", disk], check=True, text=True, capture_output=True,
                   input="label: gpt\n1: start=1MiB, size=10MiB\n")
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-O", "^metadata_csum,^64bit", "-U", UUID, "-L", LABEL,
                    "-d", copy, part], check=True, capture_output=True)
    with open(disk, "r+b") as file:
        file.seek(MIB)
        file.write(pathlib.Path(part).read_bytes())
    pathlib.Path(folder, "device.map").write_text(f"(hd0) {disk}\n", encoding="utf-8")
    return "/" + str(menu.parent.relative_to(copy))


def listen(terminal, until, seconds=20):
    """What is said until the expression is found, without what moves the cursor."""
    said, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                more = os.read(terminal, 65536)
            except OSError:
                break
            said += more
            if not more or re.search(until, said, re.S):
                break
    return re.sub(rb"\x1b\[[0-9;]*[A-Za-z]", b"", said).decode(errors="replace").replace("\r", "")


def ask_grub(folder, tree):
    """(kernel, initrds, words) as GRUB has them; None where it starts nothing."""
    menu = make_disk(folder, tree)
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "vt100"
        os.execvp("grub-emu", ["grub-emu", "-m", f"{folder}/device.map", "-r", "hd0,gpt1", "-d", menu])
    try:
        said = listen(terminal, rb"Booting.*(GNU GRUB|Press any key)|grub>")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)
    kernel, initrds = None, []
    for kind, words in re.findall(r"(KERNEL|INITRD)\n((?:WORD:[^\n]*:\n)*)", said):
        words = re.findall(r"WORD:(.*):", words)
        if kind == "KERNEL":
            kernel, initrds = words, []
        else:
            initrds = words
    return kernel and (kernel[0], initrds, kernel[1:])
