"""The boot program as it is sent: shorter, and the same program still."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
sys.path.insert(0, str(SOURCE / "boot/assembly"))

# pylint: disable=wrong-import-position
import assemble
import shell_text
import shorten

SHELLS = (["dash"], ["busybox", "sh"], ["bash", "--posix"])


def shell(text, processes=("a",), protected=()):
    return shorten.shorten_shell({"a": text}, processes, protected)["a"]


def python(text):
    return shorten.shorten_python({"a": text})["a"]


def names(text):
    return [token for token in shell_text.tokens(text)
            if token[0] in ("variable", "command", "function", "told")]


class ShellTextTest(unittest.TestCase):
    def test_the_tokens_of_every_file_are_the_file(self):
        for path in [*SOURCE.glob("boot/*/*.sh"), *SOURCE.glob("tests/boot/*.sh")]:
            text = path.read_text()
            self.assertEqual("".join(part for _, part in shell_text.tokens(text)), text, path)

    def test_names_stand_where_the_shell_reads_them(self):
        for text, found in {
                "first=$second third": "v:first v:second c:third",
                'a="$b ${c:-$d} ${#e} $(f "$g") $((h + i)) j"':
                    "v:a v:b v:c v:d v:e c:f v:g v:h v:i",
                "while read -r a b <c; do d; done": "c:read v:a v:b c:d c:done",
                "for a in b c; do d a; done": "c:for v:a c:d c:done",
                "case $a in b | c) d ;; *'e'*) f=g ;; esac": "v:a c:d v:f",
                "case a in b) (c) ;; esac; d": "c:c c:d",
                "$(case a in b) c ;; esac) d": "c:c",
                "a() { b; }; ! c && d || { e; }": "f:a c:b c:c c:d c:e",
                "a 2>&1 >b <c | d & e": "c:a c:d c:e",
                "trap a EXIT": "c:trap c:a",
                "export A=b c": "c:export t:A t:c",
                "a <<B\n$c d\ne=f\nB\ng": "c:a v:c t:e c:g",
                "a <<'B'\n$c d\ne=f\nB\ng": "c:a t:e c:g",
                "a \"b=$c\" 'd=e' f=g '$h'": "c:a t:b v:c t:d",
                "# a\nb # c\nd a#e": "c:b c:d",
        }.items():
            seen = [f"{kind[0]}:{name}" for kind, name in names(text)]
            self.assertEqual(seen, found.split(), text)

    def test_what_could_hide_a_name_is_refused(self):
        for text in ("eval a", "a=`b`", "trap 'a' EXIT", "a 'b", 'a "b', "(a", "a)", "type a"):
            with self.assertRaises(ValueError, msg=text):
                shell_text.tokens(text)


class ShortenTest(unittest.TestCase):
    def test_shell_loses_what_only_its_reader_needs(self):
        self.assertEqual(
            shell("#!/bin/sh\n# why\n\n  if a; then # why\n"
                  "    b \\\n      'c\n  d' \"e\\\n f\"\n  fi\n"),
            "if a; then \nb 'c\n  d' \"e f\"\nfi\n")
        self.assertEqual(shell("# Written by ec2-spotter.\n# why\na\n"),
                         "# Written by ec2-spotter.\na\n")

    def test_own_variables_and_functions_get_short_names(self):
        self.assertEqual(
            shell('count_of() { number=$((number + $1)); echo "number ${number:-}" count_of; }\n'
                  "count_of 1\n"),
            'e() { e=$((e + $1)); echo "number ${e:-}" count_of; }\ne 1\n')

    def test_what_others_read_keeps_its_name(self):
        for text in ("LONG_NAME=1\n", "export long_name=1\n",
                     "echo \"long_name=1\" >file; long_name=2\n",
                     "long_command 1\n", "cat >file <<'END'\nlong_name=1\nEND\nlong_name=2\n"):
            self.assertEqual(shell(text), text)
        self.assertEqual(shell("long_name=1\n", protected=["long_name"]), "long_name=1\n")

    def test_no_short_name_is_a_name_already(self):
        self.assertEqual(shell("long_name=1 e=2 t=3\n"), "a=1 e=2 t=3\n")
        self.assertEqual(shell("long_name() { e; }\n"), "t() { e; }\n")

    def test_files_that_are_read_in_and_their_readers_agree(self):
        short = shorten.shorten_shell({"part": "common=1 own=2\n", "a": "alone=$common\n",
                                       "b": "other=$common\n"}, ["a", "b"], [])
        self.assertEqual(short, {"part": "e=1 t=2\n", "a": "a=$e\n", "b": "a=$e\n"})

    def test_python_stays_the_same_program(self):
        self.assertEqual(
            python('import json\n\n\ndef first(long_name, key=1):\n    # why\n'
                   '    return json.dumps({"long_name": long_name},\n'
                   '                      indent=key)\n'
                   'print(first(2, key=3) if True else "a" in "b")\n'),
            'import json\ndef t(e,key=1):\n return json.dumps({"long_name":e},indent=key)\n'
            'print(t(2,key=3)if True else "a"in "b")\n')
        self.assertEqual(python("import os\nlong_name = os.path\npath = long_name.path\n"),
                         "import os\ne=os.path\nt=e.path\n")
        for text in ("class A(B):\n def long_name(e):\n  return e.long_name\n",
                     "class A(B):\n long_name=1\n", "e.long_name=long_name=1\n"):
            self.assertEqual(python(text), text)


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.texts = assemble.read_texts(SOURCE / "boot")
        self.short = assemble.shortened(self.texts)

    def test_the_keys_of_the_parameters_keep_their_names(self):
        written = re.findall(r"\\n([a-z_]+)=", (SOURCE / "boot/user_data.cpp").read_text())
        self.assertEqual(set(written), set(assemble.PARAMETERS))
        for key in assemble.PARAMETERS:
            self.assertRegex("".join(self.short.values()), rf"\$\{{?{key}\b")

    def test_a_process_of_its_own_is_read_in_by_nobody(self):
        text = "\n".join(self.texts.values())
        read_in = set(re.findall(r'^ *\. "?[$\w/]+/(\w+\.sh)', text, re.M))
        for joined in re.findall(r'cat ("\$run/.*\.sh")', text):
            read_in |= set(re.findall(r"\w+\.sh", joined)[:-1])
        self.assertEqual(read_in, {name for name in self.texts if name.endswith(".sh")}
                         - set(assemble.PROCESSES))

    def test_python_that_is_read_in_has_the_names_of_its_reader(self):
        python = {name: text for name, text in self.texts.items() if name.endswith(".py")}
        for name, text in python.items():
            for other in python.keys() - {name}:
                if other in text:
                    self.assertLessEqual({name, other}, assemble.TOGETHER)

    def test_every_shell_reads_it(self):
        for name, text in self.short.items():
            for command in SHELLS if name.endswith(".sh") else []:
                done = subprocess.run([*command, "-n"], input=text, text=True, check=False)
                self.assertEqual(done.returncode, 0, (name, command))
        for name in ("imds.py", "ec2.py", "network.py"):
            compile(self.short[name], name, "exec")

    def test_its_pure_parts_do_what_they_did(self):
        pure = {"pure_test.sh": (SOURCE / "tests/boot/pure_test.sh").read_text()}
        texts = {name: text for name, text in self.texts.items() if name.endswith(".sh")}
        short = shorten.shorten_shell({**texts, **pure}, [*assemble.PROCESSES, *pure],
                                      assemble.PARAMETERS)
        self.assertNotIn("fstab_spec", short["pure_test.sh"])
        with tempfile.TemporaryDirectory(prefix="ec2spotter-test-") as folder:
            for name, text in short.items():
                pathlib.Path(folder, name).write_text(text)
            for command in SHELLS:
                done = subprocess.run([*command, f"{folder}/pure_test.sh", folder], check=False)
                self.assertEqual(done.returncode, 0, command)


if __name__ == "__main__":
    unittest.main()
