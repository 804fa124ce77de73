"""Packs the boot program and its helper into a C++ source that defines boot/program.hpp.
usage: assemble.py FOLDER HELPERS ZOPFLI OUTPUT
       assemble.py FOLDER INTO      only writes the program's texts as they are sent into a folder
FOLDER is boot/, HELPERS holds helper.MACHINE.
"""

import base64
import pathlib
import subprocess
import sys
import tempfile

import shorten

# In the order in which they pack best, of those that were tried.
FILES = """
program/boot_entry.sh program/volume.sh program/network.sh program/say.sh program/preboot.sh
program/check.sh program/visits.sh program/adopt.sh program/shim.sh program/address.sh
program/attach.sh program/find.sh program/common.sh program/busy.sh program/cpio.sh
volume/on_notice.sh program/enter_kexec.sh program/enter_pivot.sh volume/ec2spotter-guest.service
volume/ec2spotter-root.service program/identify.sh program/main.sh volume/root_up.sh
volume/99-ec2spotter.cfg program/imds.py program/network.py program/ec2.py
""".split()
OF_UNATTENDED_ONLY = {"program/ec2.py", "program/attach.sh", "program/address.sh"}
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
volumes engine device adopt guest_helper fix_network helper_machine own_attaching address endpoint
""".split()
MACHINES = ("x86_64", "aarch64")
END = "\n--==ec2spotter==--\n"  # the boundary is that of user_data.cpp
ITERATIONS = "--i100"  # more gain nothing

SOURCE = """#include "boot/program.hpp"

namespace ec2spotter {{

namespace {{
{programs}
}}  // namespace

const BootProgram& boot_program(Architecture architecture) {{
  return architecture == Architecture::arm64 ? k_aarch64 : k_x86_64;
}}
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


def message(texts, paths, helper):
    """What follows on the parameters; `helper` is packed."""
    files = "".join(put(name_of(path), texts[name_of(path)]) for path in paths)
    coded = base64.b64encode(helper).decode()
    return files + put("helper.base64", coded + "\n") + texts[name_of(HOOK)] + END


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


def main(folder, helpers, zopfli, output):
    texts = shortened(read_texts(folder))
    supervised = [path for path in FILES if path not in OF_UNATTENDED_ONLY]
    programs = ""
    for machine in MACHINES:
        helper = packed(zopfli, (helpers / f"helper.{machine}").read_bytes())
        members = (literal(packed(zopfli, message(texts, paths, helper).encode()))
                   for paths in (supervised, FILES))
        programs += f'const BootProgram k_{machine}{{"{machine}", {", ".join(members)}}};\n'
    output.write_text(SOURCE.format(programs=programs,
                                    restart_config=texts["99-ec2spotter.cfg"]))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        for file, content in shortened(read_texts(pathlib.Path(sys.argv[1]))).items():
            pathlib.Path(sys.argv[2], file).write_text(content)
    else:
        main(*map(pathlib.Path, sys.argv[1:]))
