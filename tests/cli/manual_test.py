"""The manual knows every command and flag that the program knows."""

import re
import unittest

from program import SOURCE, ProgramTest

MANUAL = (SOURCE / "docs/manual/ec2spotter.md").read_text(encoding="utf-8")


class ManualTest(ProgramTest):
    def help_of(self, *words):
        return self.succeeds(*words, "--help").stdout

    def subcommands(self, *words):
        listed = self.help_of(*words).partition("Subcommands:\n")[2]
        return re.findall(r"(?m)^  ([a-z-]+) ", listed)

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


if __name__ == "__main__":
    unittest.main()
