"""Our client against another EC2: moto's server, where a Python of this machine has it. It sends a
reply's elements in an order of its own, the request's id last."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import boto3

from server import BINARY, wait_until

SKIPPED = 77  # CTest's SKIP_RETURN_CODE
SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


def python_with_moto():
    """The first python3 of PATH that can serve moto, or None."""
    wanted = "from moto.server import ThreadedMotoServer as s; s.get_host_and_port"
    for folder in os.get_exec_path():
        python = shutil.which("python3", path=folder)
        if python and subprocess.run([python, "-c", wanted], capture_output=True,
                                     check=False).returncode == 0:
            return python
    return None


class MotoTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | {
            "HOME": folder.name, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
        moto = subprocess.Popen([python_with_moto(), "-c", SERVER], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                env=self.environment)
        self.addCleanup(moto.communicate)
        endpoint = moto.stdout.readline().strip()
        self.assertTrue(endpoint.startswith("http://"), endpoint)
        self.environment["AWS_ENDPOINT_URL"] = endpoint
        self.ec2 = boto3.client("ec2", region_name="us-east-1", endpoint_url=endpoint,
                                aws_access_key_id="test", aws_secret_access_key="test")
        self.addCleanup(self.ec2.close)
        self.volume = self.ec2.create_volume(
            AvailabilityZone="us-east-1a", Size=8, TagSpecifications=[
                {"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": "web-root"}]}]
        )["VolumeId"]
        image = self.ec2.describe_images(Owners=["amazon"], Filters=[
            {"Name": "architecture", "Values": ["x86_64"]}])["Images"][0]["ImageId"]
        self.values = {"volume": "web-root", "image": image, "types": ["t3.small"],
                       "probe": False}
        self.write_machine()

    def write_machine(self, **more):
        (self.folder / "web.toml").write_text(
            "".join(f"{key} = {json.dumps(value)}\n"
                    for key, value in (self.values | more).items()))

    def command(self, *words):
        return [BINARY, "--machines", str(self.folder), *words]

    def run_program(self, *words):
        return subprocess.run(self.command(*words), env=self.environment, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def bodies(self):
        found = self.ec2.describe_instances(Filters=[
            {"Name": "tag:ec2spotter:machine", "Values": ["web"]},
            {"Name": "instance-state-name", "Values": ["pending", "running"]}])
        return [instance["InstanceId"] for reservation in found["Reservations"]
                for instance in reservation["Instances"]]

    def test_a_launch_is_seen_and_shown(self):
        done = self.run_program("launch", str(self.folder / "web.toml"), "--no-wait")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        body, = self.bodies()
        shown = json.loads(self.run_program("--output", "json", "status", "web").stdout)
        self.assertIn(body, json.dumps(shown))
        tags = self.ec2.describe_volumes(VolumeIds=[self.volume])["Volumes"][0]["Tags"]
        self.assertIn({"Key": "ec2spotter:machine", "Value": "web"}, tags)

    def test_a_launch_is_on_the_network_interface_that_is_kept(self):
        self.write_machine(private_ip="keep")
        done = self.run_program("launch", str(self.folder / "web.toml"), "--no-wait")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        body, = self.bodies()
        found, = self.ec2.describe_network_interfaces(Filters=[
            {"Name": "attachment.instance-id", "Values": [body]}])["NetworkInterfaces"]
        self.assertIn({"Key": "ec2spotter:role", "Value": "interface"}, found["TagSet"])
        shown = json.loads(self.run_program("--output", "json", "status", "web").stdout)
        self.assertEqual(shown["private_address"], found["PrivateIpAddress"])

    def test_a_watch_sees_that_an_instance_has_ended(self):
        watch = subprocess.Popen(self.command("watch", "--state", str(self.folder / "state")),
                                 env=self.environment, text=True, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(watch.communicate)
        self.addCleanup(watch.kill)
        wait_until("an instance", lambda: len(self.bodies()) == 1, seconds=60)
        first = self.bodies()
        # The watch has read replies in which it lives.
        journal = self.folder / "state"
        wait_until("its turn", lambda: any("waiting_for_preboot" in path.read_text()
                                           for path in journal.rglob("*") if path.is_file()),
                   seconds=60)

        self.ec2.terminate_instances(InstanceIds=first)

        wait_until("its successor", lambda: self.bodies() not in ([], first), seconds=60)
        watch.send_signal(signal.SIGTERM)
        _, said = watch.communicate(timeout=60)
        self.assertEqual(watch.returncode, 0, said)


if __name__ == "__main__":
    if python_with_moto() is None:
        print("skipped: no python3 on PATH has moto's server (moto[server] 5 or newer)")
        sys.exit(SKIPPED)
    unittest.main()
