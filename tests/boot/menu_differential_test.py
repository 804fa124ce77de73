"""The reader of boot menus against GRUB itself, over many generated menus: it says what GRUB starts,
or that it is not sure."""

import os
import pathlib
import random
import subprocess
import tempfile
import unittest

from support import grub_oracle

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
READER = SOURCE / "boot/program/menu.py"
MENUS = int(os.environ.get("EC2SPOTTER_MENUS", "120"))
SEED = int(os.environ.get("EC2SPOTTER_SEED", "14"))
VERSIONS = ["5.10.0-1", "6.1.0-9-amd64", "6.1.0-41-amd64", "3.10.0-1160.el7.x86_64"]
HEADER = """if [ -s $prefix/grubenv ]; then
  set have_grubenv=true
  load_env
fi
"""


class Menu:
    """A menu with what real ones are made of, in places that real ones seldom have them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0
        self.ids, self.lines = [], []
        self.environment = {"saved_entry": "", "flag": self.random.choice(["", "1", "0"])}

    def one(self, *choices):
        return self.random.choice(choices)

    def condition(self):
        value = self.one("${flag}", "$flag", "x$flag", "${feature_menuentry_id}", "$unset", "1", "$flag$flag")
        return self.one(f'[ "{value}" = {self.one("1", "y", "x1", "0")} ]', f'[ x"{value}" = x{self.one("1", "y")} ]',
                        f'[ "{value}" ]', f'[ -z "{value}" ]', f'[ -n "{value}" -a "$flag" != 1 ]',
                        f'[ "{value}" = 1 -o -n "$flag" ]', f'test "{value}"',
                        "[ -f /boot/vmlinuz-5.10.0-1 ]", "[ -e $prefix/none.cfg ]", "[ -d /boot/grub ]",
                        "true", "false", '[ "$?" = 0 ]', '[ $? = 1 ]', f'[ ! -s $prefix/{self.one("grubenv", "none")} ]',
                        f"search --no-floppy --fs-uuid --set=other {grub_oracle.UUID}")

    def words(self):
        """Options of a kernel, in several ways to write them."""
        made = []
        for _ in range(self.random.randrange(5)):
            self.count += 1
            word = f"w{self.count}={self.one('a', 'b,c', '1.2', 'x:y', '/dev/x')}"
            made.append(self.one(word, f'"{word}"', f"'{word}'", f"{word[:2]}\"{word[2:]}\"", f'{word}$flag',
                                 f'"{word} ${{flag}}"', "$unset", '"$unset"', "${many}", f"{word}\\\n  ", '""',
                                 f"{word}'$flag'", f'{word}"\\$x"' if self.count % 3 == 0 else word, f"{word}#x"))
        return " ".join(made)

    def entry(self, depth=0):
        self.count += 1
        version = self.one(*VERSIONS)
        name, title = f"id-{self.count}", self.one(f"A system, {self.count}", f"A > B {self.count}", str(self.count))
        self.ids += [(name, title)]
        tab = "\t" * depth
        head = f"menuentry '{title}' {self.one('', '--class x --class os ')}" + self.one(
            f"$menuentry_id_option '{name}' ", f"--id {name} ", "")
        initrd = f"/boot/initrd.img-{version}"
        lines = [self.one("load_video", "insmod gzio", f"echo 'Loading {version} ...'", "set gfxpayload=keep")]
        lines += [self.one(f"search --no-floppy --fs-uuid --set=root {grub_oracle.UUID}", "set root='hd0,gpt1'",
                           f"search --label --set=root --hint hd0,gpt1 {grub_oracle.LABEL}", "set other=1")]
        start = [f"linux{self.one('', '16', 'efi')} {self.one('', '($root)', '(hd0,gpt1)')}/boot/vmlinuz-{version}"
                 f" root=UUID=1 {self.words()}",
                 f"initrd{self.one('', '16', 'efi')} {self.one('', '/boot/early.img ')}{initrd} $unset"]
        if self.random.random() < 0.3:
            other = [f"linux /boot/vmlinuz-{version} root=UUID=1 other", f"initrd {initrd}"]
            lines += [f"if {self.condition()}; then", *start, "else", *other, "fi"]
        else:
            lines += start
        if self.random.random() < 0.2:
            return [f"{tab}{head}{{ {'; '.join(lines[:2])}", *lines[2:], tab + "}"]
        return [f"{tab}{head}{{", *[f"{tab}\t{line}" for line in lines], f"{tab}}}"]

    def entries(self, depth=0):
        lines = []
        for _ in range(self.random.randrange(1, 4)):
            chance = self.random.random()
            if chance < 0.2 and depth < 2:
                self.count += 1
                name, title = f"sub-{self.count}", f"More {self.count}"
                self.ids += [(name, title)]
                lines += [f"submenu '{title}' --id {name} {{", *self.entries(depth + 1), "}"]
            elif chance < 0.35:
                lines += [f"if {self.condition()} ; then", *self.entry(depth),
                          *self.one([], ["else", *self.entry(depth)]), "fi"]
            else:
                lines += self.entry(depth)
        return lines

    def default(self):
        """What may be said of the entry to start."""
        name, title = self.random.choice(self.ids)
        inner, inner_title = self.random.choice(self.ids)
        value = self.one("0", "1", "2", "99", name, title.replace(">", ">>") if self.count % 5 == 0 else title, f"1>{inner}", "1>1", f"{name}>{inner}",
                         f"{name}>{self.one('0', '1')}", "", "none", f"{title}>{inner_title}", "2 3")
        if self.random.random() < 0.5:
            self.environment["saved_entry"] = value
            value = "${saved_entry}"
        return [f'if [ "${{next_entry}}" ] ; then', '  set default="${next_entry}"', "else",
                f'  set default="{value}"', "fi"]

    def text(self):
        body = self.entries()
        parts = [self.one(HEADER, HEADER, "load_env\n"), "\n".join(self.default()),
                 self.one('if [ x"${feature_menuentry_id}" = xy ]; then\n  menuentry_id_option="--id"\nelse\n'
                          '  menuentry_id_option=""\nfi', "export menuentry_id_option"),
                 self.one("function load_video { insmod vga; true; }", "function load_video {\n  if [ x$flag = x1 ]; then\n"
                          "    insmod vbe\n  else\n    insmod vga\n  fi\n}"),
                 f'set many="{self.one("one two", "one", " lead", "trail ")}"', "# a comment with ' and {",
                 "set flag=${flag}", "terminal_output console", "\n".join(body)]
        return "\n".join(parts) + "\n"

    def write(self, tree):
        folder = pathlib.Path(tree, "boot/grub")
        folder.mkdir(parents=True)
        (folder / "grub.cfg").write_text(self.text(), encoding="utf-8")
        block = "# GRUB Environment Block\n" + "".join(
            f"{key}={value}\n" for key, value in self.environment.items() if value)
        (folder / "grubenv").write_text(block.ljust(1024, "#"), encoding="utf-8")
        for version in VERSIONS:
            (folder.parent / f"vmlinuz-{version}").touch()
            (folder.parent / f"initrd.img-{version}").touch()
        (folder.parent / "early.img").touch()


def read_menu(tree):
    """(kernel, initrds, options) or why it is not sure."""
    parts = f"1\t{grub_oracle.UUID}\t{grub_oracle.LABEL}\t{tree}\t\n"
    done = subprocess.run(["python3", "-IS", READER], input=parts, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stdout.strip() or done.stderr
    kernel, initrds, root, options = done.stdout.split("\n")[:4]
    assert root == "UUID=1", done.stdout
    return kernel, initrds.split(), options.split(" ")[1:]


def expected(grub, tree):
    kernel, initrds, words = grub
    place = lambda path: str(tree) + path.rpartition(")")[2]
    options = [f'"{word}"' if " " in word else word for word in words if not word.startswith("root=")]
    return place(kernel), [place(path) for path in initrds], " ".join(options).split(" ") if options else []


class MenuDifferentialTest(unittest.TestCase):
    def test_generated_menus(self):
        unsure = {}
        for seed in range(SEED * 1000, SEED * 1000 + MENUS):
            with tempfile.TemporaryDirectory(prefix="ec2spotter-menu-") as folder:
                tree, work = pathlib.Path(folder, "tree"), pathlib.Path(folder, "work")
                work.mkdir()
                Menu(seed).write(tree)
                ours, grub = read_menu(tree), grub_oracle.ask_grub(work, tree)
                if isinstance(ours, str):
                    unsure[seed] = ours
                else:
                    text = (tree / "boot/grub/grub.cfg").read_text() + (tree / "boot/grub/grubenv").read_text()
                    self.assertIsNotNone(grub, f"seed {seed}: GRUB starts nothing\n{text}")
                    self.assertEqual(ours, expected(grub, tree), f"seed {seed}\n{text}")
        print(f"{len(unsure)} of {MENUS} are not sure: {sorted(set(unsure.values()))[:20]}")
        self.assertLess(len(unsure), MENUS * 0.4, unsure)


if __name__ == "__main__":
    unittest.main()
