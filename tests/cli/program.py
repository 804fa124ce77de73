"""Runs the program against a simulator of its own."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
sys.path.insert(0, str(SOURCE / "tests/conformance"))
import server  # noqa: E402
from server import wait_until  # noqa: E402, F401

IMAGE = "ami-0aaaaaaaaaaaaaaa1"
VOLUME = "vol-0aaaaaaaaaaaaaaa1"
ADDRESS = "127.90.0.1"


class ProgramTest(unittest.TestCase):
    """A simulator, a folder of machine files, and the program with both."""

    sim_arguments = ()

    def setUp(self):
        self.server = server.Server(server.basic_seed(), self.sim_arguments)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.folder = pathlib.Path(self.server.folder)
        self.environment = self.server.environment() | {"HOME": str(self.folder)}
        self.client = self.server.client()
        self.addCleanup(self.client.close)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def write_machine(self, **changes):
        """web.toml; a value of None leaves the key out."""
        values = {"volume": "web-root", "image": IMAGE, "types": ["t3.small", "t3.medium"]}
        values |= changes
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()
                 if value is not None]
        return self.write("web.toml", "\n".join(lines) + "\n")

    def command(self, *words, program=None):
        return [program or server.BINARY, "--machines", str(self.folder), *map(str, words)]

    def start(self, *words, **more):
        return subprocess.Popen(self.command(*words), env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **more)

    def run_program(self, *words, environment=None, before=(), program=None):
        return subprocess.run([*before, *self.command(*words, program=program)],
                              env=self.environment | (environment or {}), text=True, timeout=120,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def succeeds(self, *words, **more):
        done = self.run_program(*words, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def fails(self, code, *words, says=(), **more):
        """The program ends with `code`; its last words hold each of `says`."""
        done = self.run_program(*words, **more)
        self.assertEqual(done.returncode, code, f"{done.stdout}\n{done.stderr}")
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, done.stderr)
        return done

    def bodies(self):
        """The living instances that belong to the machine."""
        found = self.client.describe_instances(Filters=[
            {"Name": "tag:ec2spotter:machine", "Values": ["web"]},
            {"Name": "instance-state-name",
             "Values": ["pending", "running", "stopping", "stopped"]}])
        return [instance for reservation in found["Reservations"]
                for instance in reservation["Instances"]]

    def calls(self):
        """The actions of the simulator's journal that change something."""
        return [call["action"] for call in self.server.control("calls")
                if not call["action"].startswith(("Describe", "Get"))]
