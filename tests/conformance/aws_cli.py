"""The AWS CLI, in this process where Python can import it (a process costs a second a call)."""

import contextlib
import importlib
import io
import json
import os
import subprocess
from unittest import mock

try:
    from awscli import clidriver
except ImportError:
    clidriver = None


def part_of_botocore(name):
    """The module of the botocore that the CLI works with; version 2 may carry a copy."""
    own = clidriver is not None and not hasattr(clidriver, "botocore")
    return importlib.import_module(f"{'awscli.' if own else ''}botocore.{name}")


def read_files_once(loaders):
    """A driver serves one command, but what all of them read from disk stays the same."""
    read = loaders.JSONFileLoader.load_file
    kept = {}

    def load_file(loader, file_path, *rest):
        if file_path not in kept:
            kept[file_path] = read(loader, file_path, *rest)
        return kept[file_path]

    return mock.patch.object(loaders.JSONFileLoader, "load_file", load_file)


class AwsCli:
    """Runs `aws ...` against one endpoint; results are what it prints, as JSON."""

    def __init__(self, environment):
        self._environment = environment | {"AWS_DEFAULT_OUTPUT": "json"}
        if "AWS_DATA_PATH" in os.environ:  # set by importing version 1
            self._environment["AWS_DATA_PATH"] = os.environ["AWS_DATA_PATH"]
        self._files = read_files_once(part_of_botocore("loaders"))

    def run(self, *words):
        """The exit status, stdout and stderr."""
        # Version 2.9 of Debian 12 does not know AWS_ENDPOINT_URL yet.
        words = ["--endpoint-url", self._environment["AWS_ENDPOINT_URL"], *map(str, words)]
        if clidriver is None:
            done = subprocess.run(["aws", *words], env=self._environment, capture_output=True,
                                  text=True, timeout=120, check=False)
            return done.returncode, done.stdout, done.stderr
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.dict(os.environ, self._environment, clear=True), self._files, \
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = clidriver.create_clidriver().main(words)
            except SystemExit as end:
                status = end.code
        return status, out.getvalue(), err.getvalue()

    def __call__(self, *words):
        status, out, err = self.run(*words)
        if status != 0:
            raise AssertionError(f"aws {' '.join(map(str, words))}: {status}\n{err}")
        return json.loads(out) if out.strip() else {}
