"""Packs the boot program into a C++ source that defines boot/program.hpp.
usage: assemble.py FOLDER ZOPFLI OUTPUT
       assemble.py FOLDER INTO      only writes the program's texts as they are sent into a folder
FOLDER is boot/.
"""

import pathlib
import subprocess
import sys
import tempfile

import shorten

# In the order in which they pack best, of those that were tried.
FILES = """
program/volume.sh program/boot_entry.sh program/busy.sh program/visits.sh program/find.sh
program/enter_pivot.sh program/check.sh program/firmware.sh program/preboot.sh
program/enter_kexec.sh program/identify.sh program/adopt.sh unattended/ask_ec2.sh program/main.sh
unattended/address.sh program/shim.sh unattended/attach.sh program/common.sh volume/on_notice.sh
program/network.sh volume/root_up.sh volume/ec2spotter-root.service program/say.sh
volume/ec2spotter-guest.service volume/99-ec2spotter.cfg volume/guest program/network.py
program/menu.py program/kexec.py unattended/ec2.py unattended/imds.py
""".split()
OF_UNATTENDED = {path for path in FILES if path.startswith("unattended/")}
OF_KEXEC = {"program/boot_entry.sh", "program/enter_kexec.sh", "program/kexec.py", "program/menu.py"}
OF_PIVOT = {"program/enter_pivot.sh", "program/shim.sh"}
OF_NETWORK = {"program/network.py"}
OF_CHOICE = {"program/firmware.sh"}  # nobody chooses another engine for an unattended instance
# What each program leaves out, as all together would be more than EC2 takes.
PROGRAMS = {"supervised_kexec": OF_UNATTENDED | OF_PIVOT,
            "supervised_pivot": OF_UNATTENDED | OF_KEXEC,
            "unattended_kexec": OF_PIVOT | OF_NETWORK | OF_CHOICE,
            "unattended_pivot": OF_KEXEC | OF_CHOICE}
HOOK = "program/hook.sh"
# Those that no other file reads in; a file too few here costs bytes, one too many would break.
PROCESSES = """
identify.sh find.sh check.sh adopt.sh enter_kexec.sh enter_pivot.sh shim.sh main.sh root_up.sh
on_notice.sh attach.sh address.sh hook.sh
""".split()
# Python of which one file reads the other in; any other file has short names of its own.
TOGETHER = {"imds.py", "ec2.py"}
# The keys of the file `parameters`, which user_data.cpp writes.
PARAMETERS = """
volumes engine device adopt guest_helper fix_network own_attaching address endpoint data
""".split()
# By its first line, cloud-init knows what it is. user_data.cpp adds the parameters and starts the hook.
HEAD = """#cloud-boothook
#!/bin/sh
set -eu
mkdir -p /run/ec2spotter
put() { cat >"/run/ec2spotter/$1"; }
"""
ITERATIONS = "--i100"  # more gain nothing

SOURCE = """#include "boot/program.hpp"

namespace ec2spotter {{

const BootProgram kBootProgram{{
{members}}};
const std::string_view kImdsProgram = R"({imds})";
const std::string_view kRestartConfig = R"({restart_config})";

}}  // namespace ec2spotter
"""


def shortened(texts):
    """{file: text} as it is sent."""
    shell = {name: text for name, text in texts.items() if name.endswith(".sh")}
    short = shorten.shorten_shell(shell, PROCESSES, PARAMETERS)
    python = {name for name in texts if name.endswith(".py")}
    for group in (TOGETHER, *({name} for name in python - TOGETHER)):
        short |= shorten.shorten_python({name: texts[name] for name in group})
    return {**texts, **short}


def put(name, text):
    if "EC2SPOTTER\n" in text:
        raise ValueError(f"{name} would end its own here-document")
    return f"put {name} <<'EC2SPOTTER'\n{text}EC2SPOTTER\n"


def name_of(path):
    return path.rpartition("/")[2]


def read_texts(folder):
    return {name_of(path): (folder / path).read_text()
            for path in FILES + [HOOK]}


def message(texts, paths):
    """All but the parameters."""
    return HEAD + "".join(put(name_of(path), texts[name_of(path)]) for path in [*paths, HOOK])


def packed(zopfli, content):
    """A gzip member. Zopfli's are a twentieth smaller than zlib's; all of it is the same for every
    launch."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return subprocess.run([zopfli, ITERATIONS, "-c", file.name], check=True,
                              stdout=subprocess.PIPE).stdout


def literal(content):
    return '{"%s", %d}' % ("".join(f"\\x{byte:02x}" for byte in content), len(content))


def main(folder, zopfli, output):
    texts = shortened(read_texts(folder))
    members = []
    for name, left_out in PROGRAMS.items():
        paths = [path for path in FILES if path not in left_out]
        members.append(f".{name} = {literal(packed(zopfli, message(texts, paths).encode()))},\n")
    output.write_text(SOURCE.format(members="".join(members),
                                    imds=texts["imds.py"],
                                    restart_config=texts["99-ec2spotter.cfg"]))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        for file, content in shortened(read_texts(pathlib.Path(sys.argv[1]))).items():
            pathlib.Path(sys.argv[2], file).write_text(content)
    else:
        main(*map(pathlib.Path, sys.argv[1:]))
