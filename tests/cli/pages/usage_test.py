"""What the program says of command lines that are wrong, and in each --help."""

import subprocess
import unittest

import parent  # noqa: F401
import program  # noqa: F401: finds the module below
from help_text import commands_in, examples_in, sections
from server import BINARY


def run(*words):
    return subprocess.run([BINARY, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)


class UsageTest(unittest.TestCase):
    def refused(self, *words):
        done = run(*words)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("ec2spotter: "), done.stderr)
        return done.stderr

    def test_a_wrong_command_names_the_nearest(self):
        for wrong, right in {"lanch": "launch", "statsu": "status", "pauze": "pause",
                             "setup_role": "setup-role", "Launch": "launch"}.items():
            for words in ([wrong], [wrong, "web.toml"], ["--region", "eu-west-1", wrong, "web"]):
                said = self.refused(*words)
                self.assertIn(f"there is no command '{wrong}'; did you mean '{right}'?", said)
                self.assertIn("`ec2spotter --help`", said)

    def test_a_word_like_no_command_is_named_alone(self):
        said = self.refused("xyzzy")
        self.assertIn("there is no command 'xyzzy'; `ec2spotter --help`", said)
        self.assertNotIn("did you mean", said)

    def test_a_wrong_command_of_sim(self):
        for wrong, right in {"capacty": "capacity", "reclam": "reclaim",
                             "violation": "violations"}.items():
            said = self.refused("sim", wrong, "t3.small", "us-east-1a", "3")
            self.assertIn(f"there is no command '{wrong}'; did you mean '{right}'?", said)
            self.assertIn("`ec2spotter sim --help`", said)

    def test_a_wrong_option_names_the_nearest(self):
        for words, wrong, right in (
                (["launch", "--timout", "3", "web.toml"], "--timout", "--timeout"),
                (["launch", "web.toml", "--no-wiat"], "--no-wiat", "--no-wait"),
                (["list", "--regoin=eu-west-1"], "--regoin", "--region"),
                (["--outptu", "json", "list"], "--outptu", "--output"),
                (["--hlep"], "--hlep", "--help"),
                (["sim", "--sed", "x"], "--sed", "--seed"),
                (["sim", "reclaim", "--notise", "true", "i-1"], "--notise", "--notice")):
            said = self.refused(*words)
            self.assertIn(f"has no option '{wrong}'; did you mean '{right}'?", said)

    def test_what_is_missing_or_too_much(self):
        self.assertIn("no command is given; `ec2spotter --help`", self.refused())
        self.assertIn("FILE is required; `ec2spotter launch --help`", self.refused("launch"))
        self.assertIn("ec2spotter list does not know what to do with 'web'", self.refused("list", "web"))
        self.assertIn("'yaml' is not text or json", self.refused("--output", "yaml", "list"))
        self.assertIn("'1' is not text or json", self.refused("--output", "1", "list"))
        self.assertIn("is not a whole number from 1 to 1440",
                      self.refused("launch", "--timeout", "x", "web.toml"))

    def test_every_help_is_in_words(self):
        seen = []
        waiting = [[]]
        while waiting:
            words = waiting.pop()
            done = run(*words, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""), words)
            self.assertEqual(next(iter(sections(done.stdout))), "Examples", words)
            for example in examples_in(done.stdout):
                self.assertTrue(example.startswith(" ".join(["ec2spotter", *words])), example)
            seen.append(" ".join(words))
            waiting += [[*words, each] for each in commands_in(done.stdout)]
            for spew in ("->", "ENUM", "{", "OR ", "INT:INT", "value in"):
                self.assertNotIn(spew, done.stdout, words)
        self.assertGreater(len(seen), 30)
        self.assertIn("sim capacity", seen)
        self.assertIn("--output text|json", run("--help").stdout)


if __name__ == "__main__":
    unittest.main()
