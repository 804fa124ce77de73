"""docs/matrix.md: what tests in virtual machines have shown. A test says with @shows which rows are
its own; those that pass are noted in the file that EC2SPOTTER_MATRIX names, a line of JSON each.

usage: matrix.py NOTES   prints the page"""

import functools
import json
import os
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[1] / "boot"))
from support import menu_corpus  # noqa: E402

HEAD = """# What has been booted

Each line is the work of a test in virtual machines that has passed. This page is made from their results by
`script/matrix`; a test holds it against the lines that the tests announce. The boot menus at its end have been read, without
a virtual machine; an instance boots by replace, pivot or swap what kexec declines.
"""
declared = []


def shows(*rows):
    """A decorator: what the test shows, as (part of the page, case, how it goes)."""
    def wrap(test):
        own = [[*row, test.__qualname__] for row in rows]
        declared.extend(own)

        @functools.wraps(test)
        def run(self):
            test(self)
            self.passed = True
            for row in own:
                note(row)
        return run
    return wrap


def note(row):
    path = os.environ.get("EC2SPOTTER_MATRIX")
    if path:
        with open(path, "a", encoding="utf-8") as notes:
            notes.write(json.dumps(row) + "\n")


def menus():
    for name, case in menu_corpus.CASES.items():
        kernel = f"kexec: `vmlinuz-{case.version}`" if case.version else f"kexec declines: {case.unsure}"
        yield ["a boot menu: what kexec starts", name, kernel, "MenuTest.test_menus"]


def page(rows):
    text = HEAD
    rows = [*rows, *menus()]
    for part in sorted({row[0] for row in rows}):
        text += f"\n## {part}\n\n| case | how | test |\n|---|---|---|\n"
        own = sorted(row[1:] for row in rows if row[0] == part)
        text += "".join(f"| {case} | {how} | `{test}` |\n" for case, how, test in own)
    return text


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(page([list(row) for row in {tuple(json.loads(line)) for line in file}]), end="")
