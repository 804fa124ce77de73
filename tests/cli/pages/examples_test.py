"""The examples of docs/manual/examples.md, run in their order: each prints what the page shows.

Ids, addresses and times differ from run to run: an id of the page stands for one id of the run, in the
commands too. `examples_test.py --write` puts what is printed now into the page."""

import re
import subprocess
import sys
import unittest

import parent  # noqa: F401: finds the modules below
from program import SOURCE, ProgramTest
import server  # noqa: E402
from help_text import commands_in

PAGE = SOURCE / "docs/manual/examples.md"
BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```\n")
ID = re.compile(r"\b(?:i|vol|ami|snap|eipalloc|fleet|lt|eni|subnet|sg)-[0-9a-f]{17}\b"
                r"|\bfleet-[0-9a-f-]{36}\b")
VARIES = [(re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "TIME"),
          (re.compile(r"\b(?:172\.31|127\.\d+)\.\d+\.\d+\b"), "ADDRESS"),
          (re.compile(r" +\d+\.\d+s\b"), " SECONDS"),
          (re.compile(r"\b\d+(?:\.\d+)? s(?:econds)?\b"), "SECONDS")]


def commands_of(block):
    """[(command, what the page shows for it)] of a block."""
    parts = re.split(r"(?m)^\$ ", block)[1:]
    return [tuple(part.split("\n", 1)) for part in parts]


def plain(text):
    for form, word in VARIES:
        text = form.sub(word, text)
    return text


class ExamplesTest(ProgramTest):
    sim_arguments = ("--guests",)

    def setUp(self):
        super().setUp()
        tools = self.folder / "bin"
        tools.mkdir()
        (tools / "ec2spotter").symlink_to(server.BINARY)
        # Guests that are records have no SSH server; what `ssh` is told runs here.
        (tools / "ssh").write_text("#!/bin/sh\nfor last; do :; done\nexec sh -c \"$last\"\n",
                                   encoding="utf-8")
        (tools / "ssh").chmod(0o700)
        self.shell = self.environment | {"PATH": f"{tools}:{self.environment['PATH']}"}
        self.ids = {}  # of the page: those of this run

    def run_line(self, command):
        command = ID.sub(lambda found: self.ids.get(found[0], found[0]), command)
        return subprocess.run(command, shell=True, env=self.shell, cwd=self.folder, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=200, check=False)

    def learn_ids(self, shown, printed):
        for of_page, of_run in zip(ID.findall(shown), ID.findall(printed)):
            self.assertEqual(self.ids.setdefault(of_page, of_run), of_run)

    def check(self, command, shown):
        done = self.run_line(command)
        self.assertEqual(plain(ID.sub("ID", done.stdout)), plain(ID.sub("ID", shown)),
                         f"$ {command}\n{done.stderr}")
        self.learn_ids(shown, done.stdout)

    def test_each_example_prints_what_the_page_shows(self):
        for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
            for command, shown in commands_of(block):
                with self.subTest(command):
                    self.check(command, shown)

    def test_each_command_has_a_section_with_an_example(self):
        sections = dict(re.findall(r"(?ms)^## `([a-z-]+)`\n(.*?)(?=^## |\Z)",
                                   PAGE.read_text(encoding="utf-8")))
        commands = commands_in(self.succeeds("--help").stdout)
        self.assertEqual(sorted(sections), sorted(commands))
        for name, text in sections.items():
            blocks = "".join(BLOCK.findall(text))
            self.assertRegex(blocks, rf"(?m)^\$ .*\bec2spotter (?:--[a-z-]+ )*{name}\b", name)

    def write_page(self):
        """Not a test: what is printed now becomes the page's."""
        def replaced(found):
            lines = []
            for command, _ in commands_of(found[1]):
                done = self.run_line(command)
                if done.returncode:
                    print(f"$ {command}: {done.returncode}\n{done.stderr}", file=sys.stderr)
                lines.append(f"$ {command}\n{done.stdout}")
            return "```console\n" + "".join(lines) + "```\n"
        PAGE.write_text(BLOCK.sub(replaced, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def write():
    test = ExamplesTest("write_page")
    test.setUp()
    try:
        test.write_page()
    finally:
        test.doCleanups()


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        unittest.main(verbosity=2)
