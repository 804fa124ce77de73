"""Leaves of an ELF program, in place, what the kernel loads: no table of sections. That table is a
tenth of the helper, and the linkers that we build with cannot leave it out.
usage: loaded_part.py PROGRAM
"""

import pathlib
import struct
import sys

SEGMENTS_AT = 32  # e_phoff
SECTIONS_AT = 40  # e_shoff
SEGMENT_COUNT_AT = 56  # e_phnum, after e_phentsize
SECTION_COUNT_AT = 58  # e_shentsize, e_shnum, e_shstrndx
SEGMENT_SIZE = 56


def loaded_part(program):
    """A 64-bit little-endian program as bytes."""
    if program[:6] != b"\x7fELF\x02\x01":
        raise ValueError("no 64-bit little-endian ELF program")
    first = struct.unpack_from("<Q", program, SEGMENTS_AT)[0]
    count = struct.unpack_from("<H", program, SEGMENT_COUNT_AT)[0]
    end = 0
    for at in range(first, first + count * SEGMENT_SIZE, SEGMENT_SIZE):
        offset = struct.unpack_from("<Q", program, at + 8)[0]
        size = struct.unpack_from("<Q", program, at + 32)[0]
        end = max(end, offset + size, at + SEGMENT_SIZE)
    part = bytearray(program[:end])
    struct.pack_into("<Q", part, SECTIONS_AT, 0)
    struct.pack_into("<3H", part, SECTION_COUNT_AT, 0, 0, 0)
    return bytes(part)


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[1])
    path.write_bytes(loaded_part(path.read_bytes()))
