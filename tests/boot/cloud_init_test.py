"""Stage adopt and the volume's cloud-init: what that has done once for an instance is done for the
next one too. With cloud-init's own code where it is at hand (EC2SPOTTER_CLOUD_INIT: its folder of
modules)."""

import os
import subprocess
import sys
import unittest

from support.disks import SYSTEM, DiskTest, fill, texts, write

MODULES = os.environ.get("EC2SPOTTER_CLOUD_INIT", "/usr/lib/python3/dist-packages")
OLD, NEW = "i-0a", "i-0b"
DONE = ["config_runcmd", "config_scripts_per_instance", "config_package_update_upgrade_install",
        "consume_data", "config_ssh"]
# Says, for one instance, which of these would run, and runs them.
RUNNER = """
import sys
sys.path.insert(0, sys.argv[1])
from cloudinit import helpers, settings
class Source:
    def get_instance_id(self): return sys.argv[3]
paths = helpers.Paths({"cloud_dir": sys.argv[2] + "/var/lib/cloud", "run_dir": sys.argv[2] + "/run"},
                      ds=Source())
runners = helpers.Runners(paths)
for name, frequency in [(name, settings.PER_INSTANCE) for name in sys.argv[4:]] + [
        ("config_scripts_per_once", settings.PER_ONCE),
        ("config_scripts_per_boot", settings.PER_ALWAYS)]:
    if runners.run(name, lambda: None, [], freq=frequency)[0]: print(name)
"""


def tree(semaphores=tuple(DONE), instance=OLD):
    """As cloud-init leaves it."""
    cloud = "var/lib/cloud"
    return SYSTEM | {
        f"{cloud}/data/instance-id": f"{instance}\n",
        f"{cloud}/data/previous-instance-id": "NO_PREVIOUS\n",
        f"{cloud}/instance": ("->", f"/{cloud}/instances/{instance}"),
        f"{cloud}/instances/{instance}/user-data.txt": "its own",
        f"{cloud}/instances/{instance}/scripts/runcmd": "its own",
        f"{cloud}/sem/config_scripts_per_once.once": "1: 2\n",
        **{f"{cloud}/instances/{instance}/sem/{name}": "1: 2\n" for name in semaphores}}


class CloudInitTest(DiskTest):
    def adopted(self, files, instance=NEW, before=None, **parameters):
        for program in self.programs(**parameters):
            program.keep("instance", instance)
            file = self.make(program, "ext4", files)
            if before:
                self.change(file, before)
            self.attach(program, file)
            self.last(program, "check")
            program.said = self.last(program, "adopt")
            yield program
            self.detach(program)

    def instances(self, program):
        folder = program.root / "var/lib/cloud/instances"
        return {name: text for name, text in texts(folder).items() if not name.startswith(f"{OLD}/")}

    def test_a_new_instance_has_the_semaphores_of_the_last_one_and_nothing_else(self):
        for program in self.adopted(tree()):
            self.assertEqual(program.said, "adopt ok")
            self.assertEqual(self.instances(program),
                             {f"{NEW}/sem/{name}": "1: 2\n" for name in DONE})
            after = texts(program.root)
            self.assertEqual({name: after[name] for name in tree() if "lib/cloud" in name},
                             {name: text[1] if isinstance(text, tuple) else text
                              for name, text in tree().items() if "lib/cloud" in name})
            self.assertEqual(self.last(program, "adopt"), "adopt ok recorded=true")
            program.keep("instance", "i-0c")
            self.assertEqual(self.last(program, "adopt"), "adopt ok recorded=true")
            self.assertIn(f"i-0c/sem/{DONE[0]}", self.instances(program))

    def test_where_it_has_nothing_to_say_nothing_is_laid(self):
        drop_in = "etc/cloud/cloud.cfg.d/99-ec2spotter.cfg"
        adopted = {"etc/ec2spotter/adopted": "1\n"}
        for files, parameters in ((SYSTEM, {}), (tree(()), {}), (tree(instance=NEW), {}),
                                  (tree() | adopted, {}), (tree() | {drop_in: "x"}, {"adopt": "remove"}),
                                  (tree(), {"adopt": "false"}),
                                  (tree() | {f"var/lib/cloud/instances/{NEW}/sem/other": "1"}, {}),
                                  (tree() | {"var/lib/cloud/data/instance-id": "\n"}, {})):
            for program in self.adopted(files, **parameters):
                self.assertTrue(program.said.startswith("adopt ok"), program.said)
                before = {path: text for path, text in files.items() if "/instances/" in path}
                after = texts(program.root)
                self.assertEqual({path: text for path, text in after.items() if "/instances/" in path},
                                 before)

    def test_on_a_full_disk_there_are_all_or_none(self):
        drop_in = {"etc/cloud/cloud.cfg.d/99-ec2spotter.cfg": "x", "etc/ec2spotter/adopted": "1\n"}
        for program in self.adopted(tree() | drop_in, before=fill):
            self.assertIn("adopt ok undone=write", program.said)
            self.assertEqual(self.instances(program), {})

    @unittest.skipUnless(os.path.isdir(f"{MODULES}/cloudinit"), "cloud-init is not at hand")
    def test_by_its_own_code_a_new_instance_is_a_restart(self):
        def run(root, instance):
            return subprocess.run([sys.executable, "-c", RUNNER, MODULES, root, instance, *DONE],
                                  check=True, capture_output=True, text=True).stdout.split()

        def first_boot(root):
            write(root, {"var/lib/cloud/data/instance-id": f"{OLD}\n"})
            self.assertEqual(run(root, OLD),
                             [*DONE, "config_scripts_per_once", "config_scripts_per_boot"])

        for program in self.adopted(SYSTEM, before=first_boot):
            subprocess.run(["mount", "-o", "remount,rw", program.root], check=True)
            self.assertEqual(run(program.root, NEW), ["config_scripts_per_boot"])
            self.assertEqual(run(program.root, "i-0c"), [*DONE, "config_scripts_per_boot"])


if __name__ == "__main__":
    unittest.main()
