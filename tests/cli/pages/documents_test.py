"""Help, man pages, completions and the manual tell of the same commands and options; the shells
themselves read the completions."""

import functools
import pathlib
import re
import subprocess
import tempfile
import unittest

import parent  # noqa: F401: finds the modules below
from help_text import commands_in, examples_in, options_in
from program import SOURCE
from server import BINARY

DOCUMENTS = pathlib.Path(BINARY).parent / "documents"
BASH = DOCUMENTS / "bash/ec2spotter"
ZSH = DOCUMENTS / "zsh/_ec2spotter"
FISH = DOCUMENTS / "fish/ec2spotter.fish"


def output_of(*words, **more):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          check=False, **more)
    assert (done.returncode, done.stderr) == (0, ""), (words, done.stdout, done.stderr)
    return done.stdout


def plain(roff):
    return re.sub(r"\\f[BIR]", "", roff).replace("\\-", "-").replace("\\e", "\\")


@functools.cache
def help_texts():
    texts = {"": output_of(BINARY, "--help")}
    for name in commands_in(texts[""]):
        texts[name] = output_of(BINARY, name, "--help")
    for name in commands_in(texts["sim"]):
        texts[f"sim {name}"] = output_of(BINARY, "sim", name, "--help")
    return texts


class DocumentsTest(unittest.TestCase):
    """All help texts of the program, by command."""

    @classmethod
    def setUpClass(cls):
        cls.help = help_texts()
        cls.everywhere = set(options_in(cls.help[""]))

    def options(self, name):
        return set(options_in(self.help[name])) - {"--help"}



class ManPagesTest(DocumentsTest):
    def page(self, name):
        file = "ec2spotter" + (f"-{name}" if name else "")
        return plain((DOCUMENTS / f"man/{file}.1").read_text(encoding="utf-8"))

    def test_there_is_a_man_page_for_each_command_and_no_other(self):
        pages = {path.name for path in (DOCUMENTS / "man").iterdir()}
        names = {f"ec2spotter-{name}.1" for name in self.help if name and " " not in name}
        self.assertGreater(len(names), 20)
        self.assertEqual(pages, names | {"ec2spotter.1"})
        listed = re.findall(r"(?m)^ec2spotter-(\S+)\(1\)$", self.page(""))
        self.assertEqual(listed, commands_in(self.help[""]))

    def test_a_man_page_has_the_examples_and_options_of_help(self):
        for name, text in self.help.items():
            page = self.page(name.split()[0] if name else "")
            if " " in name:
                page = page.partition(f".SS {name}\n")[2].partition(".SS ")[0]
            elif name:
                page = page.partition(".SH COMMANDS")[0]
                self.assertEqual(re.findall(r"(?m)^ec2spotter .*$", page)[1:], examples_in(text))
            found = set(re.findall(r"(?m)^(?:-\w, )?(--[a-z-]+)", page))
            self.assertEqual(found, self.options(name), name)

    def test_man_pages_are_without_warnings(self):
        pages = [str(path) for path in sorted((DOCUMENTS / "man").iterdir())]
        self.assertEqual(output_of("mandoc", "-T", "lint", "-W", "warning", *pages), "")
        self.assertEqual(output_of("groff", "-man", "-ww", "-z", *pages), "")

    def test_man_pages_have_the_exit_codes_of_the_manual(self):
        manual = (SOURCE / "docs/manual/ec2spotter.md").read_text(encoding="utf-8")
        table = manual.partition("## Exit codes")[2]
        rows = [f"{code} {about}" for code, about in re.findall(r"\| (\d+) \| (.*) \|", table)]
        page = self.page("").partition(".SH EXIT STATUS\n")[2].partition(".SH")[0]
        said = re.findall(r"\.TP\n(\d+)\n(.*)\.\n", page)
        self.assertEqual([f"{code} {about[0].lower()}{about[1:]}" for code, about in said], rows)


class BashTest(DocumentsTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "machines").mkdir()
        for name in ("web.toml", "mail.conf", "machines/db.toml"):
            (self.folder / name).touch()

    def completed(self, *words):
        """What bash offers for the last of the words."""
        script = ('source "$1"; shift; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                  '_ec2spotter; printf "%s\\n" "${COMPREPLY[@]}"')
        return output_of("bash", "-c", script, "bash", BASH, *words, cwd=self.folder).split()

    def test_bash_knows_for_which_programs_it_is(self):
        said = output_of("bash", "-c", 'source "$1"; complete -p', "bash", BASH)
        for name in ("ec2spotter", "ec2spotter-launch", "ec2spotter-setup"):
            self.assertIn(f"complete -F _ec2spotter {name}\n", said)

    def test_commands_and_options_are_those_of_help(self):
        self.assertEqual(self.completed("ec2spotter", ""), commands_in(self.help[""]))
        self.assertEqual(self.completed("ec2spotter", "sim", ""), commands_in(self.help["sim"]))
        for name in self.help:
            offered = {word for word in self.completed("ec2spotter", *name.split(), "-")
                       if word.startswith("--")}
            self.assertEqual(offered, self.options(name) | self.everywhere, name)

    def test_values_are_listed(self):
        for words, offered in (
                (["la"], ["launch"]),
                (["--region", "eu-west-1", "sta"], ["status"]),
                (["--output", ""], ["text", "json"]),
                (["--output", "=", "j"], ["json"]),
                (["list", "--output", ""], ["text", "json"]),
                (["wait", "web", "--until", "p"], ["paused"]),
                (["status", ""], ["web", "mail"]),
                (["pause", "--timeout", "5", "w"], ["web"]),
                (["--machines", "machines", "status", ""], ["db"]),
                (["launch", "we"], ["web.toml"]),
                (["launch", "--timeout", ""], []),
                (["--machines", "m"], ["machines"]),
                (["status", "web", ""], [])):
            with self.subTest(words=words):
                self.assertEqual(sorted(self.completed("ec2spotter", *words)), sorted(offered))
        self.assertEqual(self.completed("ec2spotter-launch", "we"), ["web.toml"])


class OtherShellsTest(DocumentsTest):
    def test_zsh_reads_it(self):
        output_of("zsh", "-n", ZSH)
        text = ZSH.read_text(encoding="utf-8")
        for name in self.help:
            function = "_ec2spotter_" + (name.replace(" ", "__") or "program")
            body = text.partition(f"\n{function}() {{\n")[2].partition("\n}\n")[0]
            found = set(re.findall(r"'(--[a-z-]+)[=\[]", body))
            self.assertEqual(found, (self.options(name) | self.everywhere) - {"--help"}, name)

    def test_fish_completes(self):
        output_of("fish", "--no-config", "-n", FISH)

        def completed(line):
            with tempfile.TemporaryDirectory() as folder:
                (pathlib.Path(folder) / "web.toml").touch()
                said = output_of("fish", "--no-config", "-c",
                                 f"source {FISH}; complete -C '{line}'", cwd=folder,
                                 env={"HOME": folder, "PATH": "/usr/bin:/bin"})
            return [each.partition("\t")[0] for each in said.splitlines()]
        self.assertEqual(set(completed("ec2spotter ")), set(commands_in(self.help[""])))
        self.assertEqual(set(completed("ec2spotter sim ")), set(commands_in(self.help["sim"])))
        for name in ("launch", "drill", "sim fault"):
            self.assertEqual(set(completed(f"ec2spotter {name} --")),
                             self.options(name) | self.everywhere | {"--help"})
        self.assertEqual(set(completed("ec2spotter list --output ")), {"text", "json"})
        self.assertEqual(completed("ec2spotter status "), ["web"])


if __name__ == "__main__":
    unittest.main()
