"""What script/demo and script/images tell of what they do; other programs stand in for the tools that
take minutes."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
NOISE = "cryptsetup: ERROR: Couldn't resolve device"


class ScriptTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "tmp").mkdir()
        self.environment = os.environ | {"TMPDIR": str(self.folder / "tmp"),
                                         "XDG_CACHE_HOME": str(self.folder / "cache"),
                                         "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}

    def tool(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)

    def run_script(self, path, *words):
        return subprocess.run([path, *words], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)


class DemoTest(ScriptTest):
    """The demo itself ends at once, as it starts no program; vm.demo_* see it whole."""

    def setUp(self):
        super().setUp()
        (self.folder / "script").mkdir()
        shutil.copy(SOURCE / "script/demo", self.folder / "script/demo")
        self.tool("bin/cmake", 'case $* in --build*) echo "ninja: no work to do.";; esac')
        self.tool("script/bootstrap", "")
        self.tool("script/images", f"echo {self.folder}")
        self.tool("build/release/ec2spotter", "exit 1")
        (self.folder / "key.pub").touch()
        self.environment.pop("EC2SPOTTER", None)

    def demo(self):
        done = self.run_script(self.folder / "script/demo")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("No such file", done.stderr)
        return done.stderr

    def phases(self, text):
        return dict(re.findall(r"^demo: (\S.*?) \(.* min the first time; log: .*\) \.\.\. (.*)$", text,
                               re.MULTILINE))

    def test_nothing_to_do_is_one_short_line_each(self):
        said = self.demo()
        self.assertEqual(self.phases(said), {each: "nothing to do" for each in (
            "packages", "program", "disk images")})
        self.assertIn("about 3 min, less with KVM", said)

    def test_what_is_done_has_its_time_and_no_foreign_words(self):
        self.tool("script/bootstrap", "echo bootstrap: installing g++ >&2; sleep 1")
        self.tool("bin/cmake", 'case $* in --build*) echo "[12/40] Building CXX object"; sleep 1;; esac')
        self.tool("script/images", f"""
            [ -e {self.folder}/done ] ||
              {{ echo images: user.raw: fetching >&2; echo "{NOISE}" >&2; sleep 1; }}
            touch {self.folder}/done; echo {self.folder}""")
        said = self.demo()
        for phase, time in self.phases(said).items():
            self.assertRegex(time, r"^[1-9] s$", phase)
        self.assertEqual(len(self.phases(said)), 3)
        self.assertNotIn(NOISE, said)

    def test_a_failure_names_its_log(self):
        for name, phase in (("script/bootstrap", "packages"), ("bin/cmake", "program"),
                            ("script/images", "disk images")):
            with self.subTest(phase=phase):
                self.setUp()
                self.tool(name, f"echo {NOISE} >&2; echo the reason >&2; exit 1".replace("'", ""))
                said = self.demo()
                self.assertEqual(self.phases(said)[phase], "failed")
                self.assertIn("the reason", said)
                log = pathlib.Path(re.search(rf"demo: {phase} .*log: (\S+)\)", said)[1])
                self.assertIn("the reason", log.read_text(encoding="utf-8"))


class ImagesTest(ScriptTest):
    TREE = """
        for target; do case $target in *.tar) break;; esac; done
        tree=$(mktemp -d); mkdir $tree/boot; echo kernel >$tree/boot/vmlinuz
        tar -cf "$target" -C $tree ."""

    def setUp(self):
        super().setUp()
        self.tool("bin/mmdebstrap", f'echo "{NOISE}" >&2; echo mm >>{self.folder}/ran; {self.TREE}')
        self.tool("bin/fakeroot", 'exec "$@"')

    def images(self, *words):
        return self.run_script(SOURCE / "script/images", *words)

    def built(self):
        ran = self.folder / "ran"
        return len(ran.read_text(encoding="utf-8").split()) if ran.exists() else 0

    def test_builds_what_is_asked_for_once_and_keeps_the_tools_words_in_a_log(self):
        done = self.images()
        self.assertEqual(done.returncode, 0, done.stderr)
        folder = pathlib.Path(done.stdout.strip())
        self.assertEqual(sorted(each.name for each in folder.iterdir()),
                         ["key", "key.pub", "preboot.raw", "user.raw"])
        self.assertNotIn("ERROR", done.stderr)
        for line in done.stderr.splitlines():
            self.assertTrue(line.startswith("images: "), line)
        self.assertRegex(done.stderr, r"images: user.raw: built in \d+ s\n")
        self.assertIn(NOISE, (folder.parent / "amd64-user.log").read_text(encoding="utf-8"))

        again = self.images("amd64", "user")
        self.assertEqual((again.stdout, again.stderr), (done.stdout, ""))
        more = self.images("amd64", "preboot", "kinds")
        self.assertEqual(more.stdout, done.stdout)
        self.assertTrue((folder / "kinds.raw").exists())
        self.assertEqual(self.built(), 3)

    def test_a_failure_names_its_log_and_leaves_nothing_half_done(self):
        self.tool("bin/mmdebstrap", f'echo "{NOISE}" >&2; echo no network >&2; exit 25')
        done = self.images()
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        log = re.search(r"images: preboot.raw could not be built, .* (/\S+\.log)\n$", done.stderr)[1]
        self.assertIn("no network", pathlib.Path(log).read_text(encoding="utf-8"))
        self.assertIn("no network", done.stderr)
        self.assertEqual(list(self.folder.glob("cache/*/*/*/*.raw")), [])
        self.assertEqual(list(self.folder.glob("cache/*/*/.build-*")), [])

    def test_images_that_there_are_not(self):
        for words in (["amd64", "other"], ["arm64", "kinds"], ["sparc"]):
            done = self.images(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("use ", done.stderr)


if __name__ == "__main__":
    unittest.main()
