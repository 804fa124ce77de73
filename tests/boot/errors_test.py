"""No error is swallowed by a shell that ignores `set -e`: the rule of shell_errors.py holds for every
process of the boot program, and finds what breaks it."""

import re
import subprocess
import sys
import unittest

from support.shell_errors import Program
from support.stages import SHELLS, SOURCE

sys.path.insert(0, str(SOURCE / "boot/assembly"))

import assemble  # pylint: disable=wrong-import-position

# What the program puts before a script that it writes to a disk.
MADE_OF = {"shim.sh": ["say.sh", "busy.sh", "volume.sh"], "root_up.sh": ["say.sh"],
           "on_notice.sh": ["say.sh"]}
READS_IN = re.compile(r'^ *\. "?(?:\$run|/run/ec2spotter)/(\w+\.sh)', re.M)
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in SOURCE.glob("boot/*/*.sh")}


def parts(name, before=()):
    """A process's own file and, before it, those that it reads in, each once."""
    found = list(before)
    for part in MADE_OF.get(name, []) + READS_IN.findall(TEXTS[name]):
        if part not in found:
            found = parts(part, found)
    return found + [name]


def errors(text):
    return Program([("a", text)]).errors


class ErrorsTest(unittest.TestCase):
    def test_no_process_of_the_program_swallows_one(self):
        checked = set()
        for name in assemble.PROCESSES:
            files = parts(name)
            checked.update(files)
            self.assertEqual(Program([(file, TEXTS[file]) for file in files]).errors, [], name)
        self.assertEqual(checked, set(TEXTS), "each script is part of a process")

    def test_what_swallows_one_is_found(self):
        for text in ("f() { a; b; }\nif f; then c; fi",
                     "f() { a; b; }\nf || c",
                     "f() { a; b; }\nf && c",
                     "f() { a; b; }\n! f || c",
                     "f() { a; b; }\nwhile f; do c; done",
                     "f() { a; b; }\nuntil c && f; do c; done",
                     "f() { a; b; }\n(f) || c",
                     "f() { a; b; }\n(set -e; f) || c",
                     "f() { set -e; a; b; }\n(f) || c",
                     "f() { a; b; }\n{ c && f; } || c",
                     "f() { a; b; }\nx=$(f) || c",
                     "f() { a; b; }\nc \"$(f)\"",
                     "f() { a; b; }\nx=$(f) c",
                     "f() { a; b; }\nfor x in $(f); do c; done",
                     "f() { a; b; }\ncase $(f) in x) c ;; esac",
                     "f() { a; b; }\nif c; then d; elif f; then d; fi",
                     "f() { a; b; }\ng() { f; }\nif g; then c; fi",
                     "f() { a; b; }\ng() { x=$(f); }\ng || c",
                     "f() { a; b; }\nf | c || d",
                     "f() { a; b; }\ntrap f EXIT",
                     "f() { a; b; } # called from a tested place, in the background\nif f & then c; fi",
                     "if a; b; then c; fi",
                     "(a; b) || c",
                     "f() { if x; then a; fi; b; }\nf || c",
                     "f() { for x in y; do a; done; }\nf || c",
                     "f() { while x; do a; done; b; }\nf || c",
                     "f() { while x; do :; done <y; b; }\nf || c",
                     "f() { case x in y) a ;; esac; b; }\nf || c",
                     "f() { a && b; c; }\nf || c",
                     "f() { a | b; c; }\nf || c",
                     "f() { ! a; b; }\nf || c",
                     "f() { x=$(a); b; }\nf || c",
                     "f() { echo x >y; b; }\nf || c",
                     "f() { : >y; b; }\nf || c",
                     "f() { g; b; }\ng() { return 1; }\nf || c",
                     "f() { g; b; }\ng() { a; }\nf || c",
                     "set +e",
                     "! a"):
            self.assertTrue(errors(f"set -e\n{text}\nd"), text)

    def test_the_forms_that_were_here(self):
        adopt = "set -e\nw() { a; b; }\nif c; then\n set +e\n (\n set -e\n w\n )\n s=$?\n set -e\nfi"
        shim = "prepare() { set -eu; a; b; }\nprepared=0\n(prepare) || prepared=$?\necho"
        self.assertEqual(errors(adopt), ["a:4: set +e"])
        self.assertEqual(errors(shim), ["a:1: what it ends with is swallowed"])
        self.assertEqual(errors("a\necho"), ["a:1: what it ends with is swallowed"], "no set -e")

    def test_what_swallows_none_is_let_be(self):
        for text in ("f() { a; b; }\nf",
                     "f() { a; b; }\nx=$(f)",
                     "f() { a; b; }\nif c; then f; fi",
                     "f() { a; b; }\nif c; then d; else f; fi",
                     "f() { a; b; }\nf & wait $! || c",
                     "f() { a; b; }\nif c; then f & fi",
                     "f() { a || return 1; b; }\nf || c",
                     "f() { a || :; b; }\nf || c",
                     "f() { a && b || return 1; b; }\nf || c",
                     "f() { x=1; echo x; shift; b; }\nf || c",
                     "f() { a | tr x y; b; }\nf || c",
                     "f() { x=$(a | tr x y); b; }\nf || c",
                     "f() { if x; then return 1; fi; b; }\nf || c",
                     "f() { g; b; }\ng() { echo; }\nf || c",
                     "f() { g; b; }\ng() { a; exit 3; }\nf",
                     "f() { a || g; b; }\ng() { exit 3; }\nf || c",
                     "f() { echo x >/dev/console; b; }\nf || c",
                     "! a || b"):
            self.assertEqual(errors(f"set -e\n{text}\nd"), [], text)
        self.assertEqual(errors("f() { set -e; a; b; }\nf & wait $! || c=1\nd"), [])

    def test_each_shell_ends_the_background_at_the_first_error(self):
        text = "f() { set -eu; false; echo on; }\nf &\nwait $! || echo failed"
        for shell in (*SHELLS, ["bash", "--posix"]):
            for around in ("", "set -eu\n"):
                for inside in (text, f"if true; then\n{text}\nfi"):
                    done = subprocess.run([*shell, "-c", around + inside], check=True, text=True,
                                          stdout=subprocess.PIPE)
                    self.assertEqual(done.stdout, "failed\n", shell)


if __name__ == "__main__":
    unittest.main()
