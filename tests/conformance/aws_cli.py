"""The AWS CLI, in this process where Python can import it (a process costs a second a call)."""

import contextlib
import importlib
import io
import json
import os
import subprocess
from unittest import mock

try:
    from awscli.clidriver import create_clidriver
except ImportError:
    create_clidriver = None


def parsers():
    """The botocore that reads the replies: version 2 of the CLI carries its own copy."""
    for name in ("awscli.botocore.parsers", "botocore.parsers"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise ImportError("no botocore")


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
        self._files = read_files_once(importlib.import_module(
            parsers().__name__.replace(".parsers", ".loaders")))

    def run(self, *words):
        """The exit status, stdout and stderr."""
        words = [str(word) for word in words]
        if create_clidriver is None:
            done = subprocess.run(["aws", *words], env=self._environment, capture_output=True,
                                  text=True, timeout=120, check=False)
            return done.returncode, done.stdout, done.stderr
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.dict(os.environ, self._environment, clear=True), self._files, \
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = create_clidriver().main(words)
            except SystemExit as end:
                status = end.code
        return status, out.getvalue(), err.getvalue()

    def __call__(self, *words):
        status, out, err = self.run(*words)
        if status != 0:
            raise AssertionError(f"aws {' '.join(map(str, words))}: {status}\n{err}")
        return json.loads(out) if out.strip() else {}
