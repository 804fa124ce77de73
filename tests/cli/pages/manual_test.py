"""The manual knows every command, flag, key and reason that the program knows."""

import re
import sys
import unittest

import parent  # noqa: F401: finds the modules below
from help_text import commands_in
from program import SOURCE, ProgramTest

sys.path.insert(0, str(SOURCE / "boot/assembly"))
import assemble  # noqa: E402  the boot program's own list of its files

MANUAL = (SOURCE / "docs/manual/ec2spotter.md").read_text(encoding="utf-8")
REASONS, _, BOOT_WORDS = (SOURCE / "docs/manual/reasons.md").read_text(
    encoding="utf-8").partition("## Words of the boot program")

# Where the boot program's shell and Python say why something failed.
SHELL_WORDS = [r"\b(?:give_up|give_up_entering|next|stop)\s+([a-z]\w+)", r"\breason=([a-z]\w+)",
               r"\balso=([a-z]\w+)"]
PYTHON_WORDS = [r"\bRefused\(.*, \"(\w+)\"\)", r"\bcode=\"(\w+)\"", r"get\(\"Code\"\) or \"(\w+)\"",
                r"None\) or \"(\w+)\""]


def words_in_tables(text):
    """What stands between backquotes in the first column of the tables."""
    firsts = re.findall(r"(?m)^\| (`.*?) \|", text)
    return [word for first in firsts for word in re.findall(r"`(\w+)`", first)]


def code_of(path):
    """A file of the boot program without its comments."""
    text = (SOURCE / "boot" / path).read_text(encoding="utf-8")
    return re.sub(r"(?m)(^|\s)#.*$", "", text)


def words_of_boot_program():
    words = set()
    for path in [*assemble.FILES, assemble.HOOK]:
        text = code_of(path)
        for form in PYTHON_WORDS if path.endswith(".py") else SHELL_WORDS:
            words |= set(re.findall(form, text))
    tools, = re.findall(r"(?m)^for tool in (.*); do$", code_of("program/identify.sh"))
    return words | {"no_" + tool.rstrip("3") for tool in tools.split()}


class ManualTest(ProgramTest):
    def help_of(self, *words):
        return self.succeeds(*words, "--help").stdout

    def subcommands(self, *words):
        return commands_in(self.help_of(*words))

    def test_every_command_and_flag_is_in_the_manual(self):
        commands = [[name] for name in self.subcommands()]
        commands += [["sim", name] for name in self.subcommands("sim")]
        self.assertGreater(len(commands), 15)
        for words in [[], *commands]:
            if words:
                self.assertIn(words[-1], MANUAL)
            for flag in re.findall(r"(--[a-z-]+)", self.help_of(*words)):
                self.assertIn(flag, MANUAL, f"a flag of '{' '.join(words)}'")

    def test_every_key_of_a_machine_file_is_in_the_manual(self):
        source = (SOURCE / "src/control/files/machine_toml.cpp").read_text(encoding="utf-8")
        keys = re.findall(r'(?m)^      \{"([a-z_]+)",', source)
        self.assertGreater(len(keys), 15)
        for key in keys:
            self.assertRegex(MANUAL, rf"`{key}`|\n{key} = ")

    def assert_same(self, documented, in_code):
        self.assertEqual(len(documented), len(set(documented)), "a row stands there twice")
        self.assertEqual(sorted(documented), sorted(in_code))

    def test_the_page_of_reasons_has_every_reason_and_no_other(self):
        source = (SOURCE / "src/model/reason.cpp").read_text(encoding="utf-8")
        in_code = re.findall(r'\{Reason::\w+, "(\w+)"\},', source)
        header = (SOURCE / "src/model/reason.hpp").read_text(encoding="utf-8")
        self.assertEqual(len(in_code), len(re.findall(r"(?m)^  \w+,$", header)))
        self.assertGreater(len(in_code), 50)
        self.assert_same(words_in_tables(REASONS), in_code)

    def test_the_page_of_reasons_has_every_word_of_the_boot_program_and_no_other(self):
        in_code = words_of_boot_program()
        self.assertGreater(len(in_code), 35)
        self.assert_same(words_in_tables(BOOT_WORDS), in_code)

    def test_what_waits_for_its_owner_names_the_page(self):
        self.write_machine(volume="wbe-root")
        self.fails(1, "launch", self.folder / "web.toml",
                   says=["volume_missing", "; see docs/manual/reasons.md"])


if __name__ == "__main__":
    unittest.main()
