"""Plays steps 1 to 6 of the original's page, word for word, from a fresh clone of this checkout
against the local EC2. It runs in name spaces of its own: /root is another one there, and the
network has no other host."""

import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
ALONE = "EC2SPOTTER_TEST_ALONE"
NAME = "my unique name"


def go_alone():
    """Starts this test again where it cannot touch the host's /root and port 22."""
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    os.environ[ALONE] = subprocess.run(["ccache", "-k", "cache_dir"], text=True, check=True,
                                       capture_output=True).stdout.strip()
    os.execvp("unshare", ["unshare", *as_root, "--mount", "--net", "--pid", "--fork",
                          "--kill-child", "--mount-proc", sys.executable, "-B", *sys.argv])


def bring_loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up = struct.pack("16sh", b"lo", 0x1 | 0x40)  # IFF_UP, IFF_RUNNING
        fcntl.ioctl(any_socket, 0x8914, up)  # SIOCSIFFLAGS


def git(*words, folder):
    subprocess.run(["git", "-c", "user.name=test", "-c", "user.email=test@localhost", *words],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)


def copy_into(folder, paths):
    for path in paths:
        if (SOURCE / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / path, folder / path)
        else:
            (folder / path).unlink(missing_ok=True)


def make_origin(folder):
    """A repository with this checkout as it stands, changes that are not committed included."""
    if (SOURCE / ".git").exists():
        git("clone", "--quiet", str(SOURCE), str(folder), folder=SOURCE)
        changed = subprocess.run(
            ["git", "ls-files", "-z", "--modified", "--others", "--exclude-standard"], cwd=SOURCE,
            check=True, capture_output=True, text=True).stdout.split("\0")
        copy_into(folder, filter(None, changed))
    else:
        print("this checkout has no .git: its files are cloned as one commit", file=sys.stderr)
        shutil.copytree(SOURCE, folder, ignore=lambda path, names: [
            name for name in names if pathlib.Path(path) == SOURCE and name in ("build", ".cache")])
        git("init", "--quiet", folder=folder)
    git("add", "--all", folder=folder)
    git("commit", "--quiet", "--allow-empty", "-m", "as it stands", folder=folder)


def answer_as_ssh():
    """A server at every address, as the instances of the local EC2 have loopback addresses."""
    listener = socket.create_server(("0.0.0.0", 22))

    def serve():
        while True:
            connection, _ = listener.accept()
            connection.sendall(b"SSH-2.0-test\r\n")
            connection.close()
    threading.Thread(target=serve, daemon=True).start()


class PageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-page-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # A checkout may belong to another user than root.
        (self.folder / ".gitconfig").write_text("[safe]\n\tdirectory = *\n")
        os.environ["HOME"] = str(self.folder)
        make_origin(self.folder / "origin")
        self.server = server.Server(server.basic_seed() | {"parameters": {
            "/aws/service/debian/release/12/latest/amd64": "ami-0aaaaaaaaaaaaaaa1"}},
            arguments=["--guests"])
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.client = self.server.client()
        self.addCleanup(self.client.close)
        self.make_root()

    def make_root(self):
        """A process whose /root is empty memory. The compiler's cache of the host, which may lie in
        the real one, is at /mnt there, and in no folder that a test tidies up."""
        mounts = f"mount --bind '{os.environ[ALONE]}' /mnt; mount -t tmpfs tmpfs /root"
        self.keeper = subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", f"{mounts}; echo ready; exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.keeper.communicate)
        self.assertEqual(self.keeper.stdout.readline(), "ready\n")

    def root_shell(self, line, code=0):
        """A line in root's login shell; nothing of AWS is configured but where it is."""
        # The compiler's cache tells languages apart.
        kept = {name: value for name, value in os.environ.items()
                if name in ("PATH", "LANG") or name.startswith("LC_")}
        environment = kept | {"HOME": "/root", "CCACHE_DIR": "/mnt",
                              "AWS_ENDPOINT_URL": self.server.endpoint}
        done = subprocess.run(["nsenter", "--mount", "--target", str(self.keeper.pid),
                               "sh", "-ec", "cd /root; " + line], env=environment, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, code, f"{line}\n{done.stdout}\n{done.stderr}")
        return done

    def body(self):
        found = self.client.describe_instances(Filters=[
            {"Name": "tag:ec2spotter:owner", "Values": ["default"]},
            {"Name": "instance-state-name", "Values": ["pending", "running"]}])
        instance, = [each for reservation in found["Reservations"]
                     for each in reservation["Instances"]]
        return instance

    def test_steps_1_to_6(self):
        arguments = os.environ["EC2SPOTTER_CMAKE_ARGUMENTS"]
        # 1) Get the scripts onto your workstation and install the prerequisites.
        self.root_shell(f"git clone {self.folder}/origin ec2-spotter")
        early = self.root_shell("cd ec2-spotter; ./ec2spotter-launch example.conf", code=1)
        self.assertIn("ec2spotter-setup first", early.stderr)
        self.root_shell(f"cd ec2-spotter; ./ec2spotter-setup {arguments}")
        # It may be run again, from anywhere.
        self.root_shell(f"ec2-spotter/ec2spotter-setup {arguments}")
        self.assertEqual(self.root_shell("cd ec2-spotter; git status --porcelain").stdout, "")
        # 2) Create /root/.aws.creds.
        self.root_shell("printf 'AWSAccessKeyId=test\\nAWSSecretKey=test\\n' >/root/.aws.creds;"
                        "chmod 600 /root/.aws.creds")
        # 3) Create a bootable volume and give it a unique name.
        volume = self.client.create_volume(AvailabilityZone="us-east-1a", Size=8)["VolumeId"]
        self.client.create_tags(Resources=[volume], Tags=[{"Key": "Name", "Value": NAME}])
        # 4) Change the volume's name in example.conf.
        wrong = self.root_shell("cd ec2-spotter; ./ec2spotter-launch example.conf", code=1)
        self.assertIn("there is no root volume named 'my-root-volume'", wrong.stderr)
        self.root_shell("cd ec2-spotter; sed -i example.conf -e"
                        f" 's/^ec2spotter_volume_name=.*/ec2spotter_volume_name=\"{NAME}\"/'")
        # 5) Launch the spot instance.
        answer_as_ssh()
        done = self.root_shell("cd ec2-spotter; ./ec2spotter-launch example.conf")
        self.assertIn("reason   up\n", done.stdout)
        # 6) The workstation may go: the machine stays as it is, and may be looked at again.
        body = self.body()
        self.assertEqual(body["InstanceLifecycle"], "spot")
        self.assertIn(volume, [disk["Ebs"]["VolumeId"] for disk in body["BlockDeviceMappings"]])
        self.root_shell("cd ec2-spotter; ./ec2spotter-launch example.conf;"
                        "./ec2spotter status example; ./ec2spotter --region us-east-1 setup")
        self.assertEqual(self.body()["InstanceId"], body["InstanceId"])
        self.assertEqual(self.server.control("violations"), [])


if __name__ == "__main__":
    if ALONE not in os.environ:
        go_alone()
    bring_loopback_up()
    sys.path.insert(0, str(SOURCE / "tests/conformance"))
    import server
    unittest.main()
