"""A simulator with virtual machines, and what tests do with their guests."""

import os
import pathlib
import signal
import socket
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
sys.path.insert(0, str(SOURCE / "tests/conformance"))
import server  # noqa: E402

IMAGE = "ami-0aaaaaaaaaaaaaaa1"
ADDRESS = "127.90.0.1"
ALLOCATION = "eipalloc-0aaaaaaaaaaaaaaa1"
DATA_VOLUME = "vol-0aaaaaaaaaaaaaaa1"
BOOT_SECONDS_MOST = 420  # an emulated guest on a host that is busy with others


def wait_until(what, condition, seconds=30):
    """As for any server, but seldom: each look takes from the processor that emulates the guest."""
    return server.wait_until(what, condition, seconds, pause=0.25)


def say(text):
    """A line for a person who watches the test."""
    print(f"  {text}", file=sys.stderr, flush=True)


def images(architecture="amd64", *names):
    """The folder of disk images; those of these names, else the usual ones, are built when they are
    missing. The architecture is in Debian's words."""
    built = subprocess.run([SOURCE / "script/images", architecture, *names], check=True,
                           stdout=subprocess.PIPE, text=True)
    return pathlib.Path(built.stdout.split()[-1])


def free_port(address):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Cloud(server.Server):
    """One image (of file `image`), a blank data volume, an address, the images' key pair."""

    def __init__(self, image="preboot.raw", architecture="amd64"):
        self.images = images(architecture)
        self.address = ADDRESS
        self.ssh_port = free_port(self.address)
        public_key = (self.images / "key.pub").read_text(encoding="utf-8").strip()
        seed = server.basic_seed() | {
            "snapshots": [{"snapshot_id": "snap-0aaaaaaaaaaaaaaa1", "size_gib": 4,
                           "file": str(self.images / image)}],
            "volumes": [{"volume_id": DATA_VOLUME, "zone": "us-east-1a", "size_gib": 1}],
            "key_pairs": [{"key_name": "me", "public_key": public_key}]}
        if architecture == "arm64":
            seed["images"][0]["architecture"] = "arm64"
        super().__init__(seed, ["--vm", "--ssh-port", str(self.ssh_port)])
        self.ec2 = None

    def __enter__(self):
        super().__enter__()
        self.ec2 = self.client()
        return self

    def __exit__(self, *_):
        self.ec2.close()
        super().__exit__()

    def crash(self):
        """The host loses power: the simulator and with it every machine is killed; then it is
        started again on the same state."""
        self.ec2.close()
        self.restart(signal.SIGKILL)
        self.ec2 = self.client()

    def run_instance(self, user_data="", **more):
        reply = self.ec2.run_instances(
            ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, KeyName="me",
            UserData=user_data, Placement={"AvailabilityZone": "us-east-1a"}, **more)
        return reply["Instances"][0]["InstanceId"]

    def state(self, instance):
        found = self.ec2.describe_instances(InstanceIds=[instance])
        return found["Reservations"][0]["Instances"][0]["State"]["Name"]

    def wait_for_state(self, instance, state, seconds=BOOT_SECONDS_MOST):
        wait_until(f"{instance} {state}", lambda: self.state(instance) == state, seconds)

    def console(self, instance):
        return self.ec2.get_console_output(InstanceId=instance).get("Output", "")

    def wait_for_console(self, instance, text, seconds=BOOT_SECONDS_MOST):
        wait_until(f"'{text}' on the console of {instance}",
                   lambda: text in self.console(instance), seconds)

    def ssh_command(self, user):
        """The words that log in to the guest that holds the address; what to run there follows."""
        return ["ssh", "-i", self.images / "key", "-p", str(self.ssh_port), "-o", "BatchMode=yes",
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
                "ConnectTimeout=20", "-o", "LogLevel=ERROR", f"{user}@{self.address}"]

    def ssh(self, command, user="debian"):
        """Runs a command in the guest that holds the address; its result, whatever it is."""
        return subprocess.run(
            [*self.ssh_command(user), command],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
            timeout=180, check=False)

    def run(self, command, user="debian"):
        """The output of a command in the guest that must succeed."""
        done = self.ssh(command, user)
        if done.returncode != 0:
            raise AssertionError(f"in the guest: {command}: {done.returncode}: "
                                 f"{done.stdout}{done.stderr}")
        return done.stdout

    def wait_for_ssh(self, user="debian", seconds=BOOT_SECONDS_MOST):
        wait_until("ssh", lambda: self.ssh("true", user).returncode == 0, seconds)

    def explain_failure(self):
        """What a person needs to see why a test failed."""
        for log in sorted(pathlib.Path(self.folder).glob("state/consoles/*.log")):
            print(f"==== {log.name}", log.read_text(encoding="utf-8", errors="replace")[-6000:],
                  sep="\n", file=sys.stderr)
        text = pathlib.Path(self.folder, "log").read_text(encoding="utf-8", errors="replace")
        watch = pathlib.Path(self.folder, "watch.log")
        if watch.exists():
            print("==== the watch", watch.read_text(encoding="utf-8")[-4000:], sep="\n",
                  file=sys.stderr)
        print("==== the simulator's own log", text[-4000:], sep="\n", file=sys.stderr)
        for reservation in self.ec2.describe_instances()["Reservations"]:
            for instance in reservation["Instances"]:
                reason = instance.get("StateReason", {}).get("Message", "")
                print("====", instance["InstanceId"], instance["State"]["Name"], reason,
                      file=sys.stderr)
