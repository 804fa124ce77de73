"""Reads what `--help` prints."""

import re

NO_COMMANDS = ("Examples", "Arguments", "Options")


def sections(text):
    """The lines below each heading."""
    found = {}
    lines = None
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z][A-Za-z0-9 ]+:", line):
            lines = found.setdefault(line[:-1], [])
        elif line.startswith("  ") and lines is not None:
            lines.append(line)
        else:
            lines = None
    return found


def commands_in(text):
    """The names of the commands, in order."""
    return [re.match(r"  (\S+)", line)[1] for heading, lines in sections(text).items()
            if heading not in NO_COMMANDS for line in lines]


def examples_in(text):
    """The command lines of the examples."""
    return [re.split(r"   +", line.strip())[0] for line in sections(text).get("Examples", [])]


def options_in(text):
    """The long names of the options."""
    found = (re.match(r"  (?:-\w,)?(--[a-z-]+)", line) for line in sections(text).get("Options", []))
    return [each[1] for each in found if each]
