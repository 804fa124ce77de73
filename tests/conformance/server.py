"""Starts a simulator of its own on a free port, for as long as a `with` lasts."""

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request

import boto3
import botocore.config

BINARY = os.environ["EC2SPOTTER"]


def wait_until(what, condition, seconds=30, pause=0.05):
    """The first true value of `condition`, which is looked at after each pause."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s: {what}")


class Server:
    def __init__(self, seed=None, arguments=(), keep_state=True):
        self._folder = tempfile.TemporaryDirectory(prefix="ec2spotter-test-")
        self.folder = self._folder.name
        self._seed = seed
        self._arguments = list(arguments)
        if keep_state:
            self._arguments += ["--state", f"{self.folder}/state"]
        self.endpoint = None

    def __enter__(self):
        if self._seed is not None:
            with open(f"{self.folder}/seed.json", "w", encoding="utf-8") as file:
                json.dump(self._seed, file)
            self._arguments += ["--seed", f"{self.folder}/seed.json"]
        self._start()
        return self

    def _start(self):
        # Another one after a restart is found where the first one was.
        address = self.endpoint.partition("//")[2] if self.endpoint else "127.0.0.1:0"
        command = [BINARY, "sim", "--listen", address]
        self._log = open(f"{self.folder}/log", "a+", encoding="utf-8")
        self._process = subprocess.Popen(command + self._arguments, stdout=subprocess.PIPE,
                                         stderr=self._log, text=True)
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            self._log.seek(0)
            raise RuntimeError(f"the simulator did not start: {line}{self._log.read()}")
        self.endpoint = line.split()[-1]

    @property
    def pid(self):
        return self._process.pid

    def stop(self, signal_number=signal.SIGTERM):
        """Ends the server, once."""
        if self._process.returncode is not None:
            return
        self._process.send_signal(signal_number)
        self._process.wait(timeout=60)
        self._process.stdout.close()
        self._log.close()

    def restart(self, signal_number):
        """Ends the server by the signal and starts another on the same state."""
        self.stop(signal_number)
        self._start()

    def __exit__(self, *_):
        self.stop()
        self._folder.cleanup()

    def client(self, service="ec2", region="us-east-1", key="test", secret="test", token=None):
        return boto3.client(
            service, region_name=region, endpoint_url=self.endpoint, aws_access_key_id=key,
            aws_secret_access_key=secret, aws_session_token=token,
            config=botocore.config.Config(retries={"max_attempts": 1}, connect_timeout=5,
                                          read_timeout=20))

    def environment(self):
        """What a command needs to find this server as the AWS CLI would."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_PAGER": ""}

    def control(self, name, body=None):
        """One control call; `body` None reads."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_sim/{name}", data=data,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as reply:
            text = reply.read().decode()
        return json.loads(text) if text else {}


def basic_seed():
    """An image to launch, a root volume, an address, a key pair."""
    return {
        "region": "us-east-1",
        "snapshots": [{"snapshot_id": "snap-0aaaaaaaaaaaaaaa1", "size_gib": 8}],
        "images": [{"image_id": "ami-0aaaaaaaaaaaaaaa1", "name": "stock",
                    "architecture": "x86_64", "root_device": "/dev/xvda",
                    "snapshot_id": "snap-0aaaaaaaaaaaaaaa1"}],
        "volumes": [{"volume_id": "vol-0aaaaaaaaaaaaaaa1", "zone": "us-east-1a", "size_gib": 8,
                     "tags": {"Name": "web-root"}}],
        "addresses": [{"allocation_id": "eipalloc-0aaaaaaaaaaaaaaa1",
                       "public_ip": "127.90.0.1"}],
        "key_pairs": [{"key_name": "me", "public_key": "ssh-ed25519 AAAA me"}],
    }
