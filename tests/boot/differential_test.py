"""Generated inputs: links on a volume against the kernel's own way through them."""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

from support.stages import SHELLS, SOURCE

SEED = int(os.environ.get("EC2SPOTTER_SEED") or 1)
ROUNDS = 300
# What paths mean to a process whose root is that folder.
INSIDE = """
import json, os, sys
os.chroot(sys.argv[1])
print(json.dumps([os.path.realpath(path) for path in json.load(sys.stdin)]))
"""


class DifferentialTest(unittest.TestCase):
    def lines(self, shell, files, loop, lines, **variables):
        """What a loop in the shell makes of lines, each read as `$line`."""
        script = "".join(f'. "{SOURCE}/boot/program/{file}"\n' for file in files)
        script += f"while IFS= read -r line; do {loop}; done"
        done = subprocess.run([*shell, "-c", script], input="".join(f"{line}\n" for line in lines),
                              env=os.environ | variables, cwd="/", text=True, check=True,
                              capture_output=True)
        return done.stdout.split("\n")[:-1]

    def test_links_lead_where_the_volumes_own_system_would_go(self):
        chance = random.Random(SEED)
        names = ["a", "b", "c"]
        with tempfile.TemporaryDirectory(prefix="ec2spotter-links-") as folder:
            paths = []
            for number in range(ROUNDS // 10):
                root = pathlib.Path(folder, str(number))
                self.plant(root, chance, names)
                inside = ["/" + "/".join(chance.choice([*names, "..", "."]) for _ in range(
                    chance.randint(1, 5))) for _ in range(10)]
                found = json.loads(subprocess.run(
                    ["unshare", "-Ur", sys.executable, "-I", "-c", INSIDE, root],
                    input=json.dumps(inside), text=True, check=True, capture_output=True).stdout)
                paths += [(root, path, to) for path, to in zip(inside, found)]
            for shell in SHELLS:
                made = self.lines(shell, ["volume.sh"],
                                  'root=${line%% *}; in_root "${line#* }"',
                                  [f"{root} {path}" for root, path, _ in paths])
                for (root, path, to), got in zip(paths, made, strict=True):
                    self.assertEqual(got, f"{root}{'' if to == '/' else to}", (SEED, path))

    @staticmethod
    def plant(root, chance, names):
        """Folders and links, of which none leads to itself: each to a name that comes before."""
        root.mkdir()
        for depth in range(3):
            for parent in [path for path in (root, *root.rglob("*"))
                           if path.is_dir() and not path.is_symlink()
                           and len(path.relative_to(root).parts) == depth]:
                for index, name in enumerate(names):
                    if index and chance.random() < 0.4:
                        up = "../" * chance.randint(0, 4)
                        to = chance.choice(["/", up]) + chance.choice(["a", "a/a", "a/x", "."])
                        (parent / name).symlink_to(to)
                    else:
                        (parent / name).mkdir()


if __name__ == "__main__":
    unittest.main()
