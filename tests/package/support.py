"""Makes the Debian package of the built program."""

import functools
import os
import pathlib
import subprocess

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
BUILD = pathlib.Path(os.environ["EC2SPOTTER"]).parent


def run(*words, seconds=120, **more):
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, timeout=seconds,
                          capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


@functools.cache
def package():
    return SOURCE / run(SOURCE / "script/package", BUILD).strip()
