"""A machine of ours in virtual machines: its disks, the program that launches it, and its guest."""

import json
import os
import pathlib
import random
import re
import signal
import subprocess
import tempfile
import unittest

import cloud
import networks
import server

VOLUME = "vol-0bbbbbbbbbbbbbbb1"
DATA_VOLUME, DATA_LABEL = "vol-0ccccccccccccccc1", "ec2data"
SERIAL = VOLUME.replace("-", "")
ADDRESS = f"127.{random.randint(91, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}"
MIB = 1 << 20
PREBOOT_ROOT_MIB = 206  # where script/images puts the partition
USER_ROOT_MIB, USER_ROOT_SIZE_MIB = 5, 2040
NETWORK_FILE = "/etc/systemd/network/ethernet.network"


def copy_disk(source, target):
    subprocess.run(["cp", "--sparse=always", source, target], check=True)
    return target


def read_from(disk, offset_mib, request):
    """What debugfs answers of the ext4 file system at that offset of a disk image, as bytes."""
    return subprocess.run(["debugfs", "-R", request, f"{disk}?offset={offset_mib * MIB}"],
                          check=True, capture_output=True).stdout


def write_into(disk, offset_mib, files):
    """Writes {path: (text or bytes, mode)} into the ext4 file system at that offset of a disk
    image."""
    commands = []
    for number, (path, (content, mode)) in enumerate(files.items()):
        local = pathlib.Path(f"{disk}.{number}")
        local.write_bytes(content if isinstance(content, bytes) else content.encode())
        commands += [f"rm {path}", f"write {local} {path}", f"sif {path} mode 0{mode:o}",
                     f"sif {path} uid 0", f"sif {path} gid 0"]
    script = pathlib.Path(f"{disk}.debugfs")
    script.write_text("\n".join(commands) + "\n", encoding="utf-8")
    subprocess.run(["debugfs", "-w", "-f", script, f"{disk}?offset={offset_mib * MIB}"],
                   check=True, capture_output=True)


def give_boot_code(disk):
    """What a boot loader for a BIOS leaves in the first sector, without which `auto` knows that no
    firmware starts the disk. The local EC2's machines do not run it."""
    with open(disk, "r+b") as file:
        file.write(b"\xeb\x63" + bytes(range(1, 255)))


class Disks:
    """The images that tests start from, made anew in a folder from the cached ones. `system` is the
    image of the user's disk."""

    def __init__(self, folder, architecture="amd64", system="user"):
        self.images = cloud.images(architecture, "preboot", system)
        self.folder = pathlib.Path(folder)
        self._system = system

    def user(self):
        return self.images / f"{self._system}.raw"

    def preboot(self):
        return self.images / "preboot.raw"

    def _settle(self, disk, root_mib, network="Type=ether"):
        """Makes what cloud-init makes at a first boot, and turns it off: its own run is about half
        of an emulated boot. `network` says which interface the settings are for."""
        key = self.folder / "ssh_host_ed25519_key"
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        public = key.with_suffix(".pub").read_text(encoding="utf-8")
        write_into(disk, root_mib, {
            "/etc/cloud/cloud-init.disabled": ("", 0o100644),
            NETWORK_FILE: (f"[Match]\n{network}\n[Network]\nDHCP=ipv4\n", 0o100644),
            f"/etc/ssh/{key.name}": (key.read_text(encoding="utf-8"), 0o100600),
            f"/etc/ssh/{key.name}.pub": (public, 0o100644)})
        give_boot_code(disk)
        return disk

    def settled(self, network="Type=ether"):
        """The user's disk, set up."""
        return self._settle(copy_disk(self.user(), self.folder / "settled.raw"), USER_ROOT_MIB,
                            network)

    def bare(self, network="Type=ether"):
        """The user's root, set up, as a file system on the whole disk."""
        target = self.folder / "bare.raw"
        subprocess.run(["dd", f"if={self.settled(network)}", f"of={target}", "bs=1M", "conv=sparse",
                        f"skip={USER_ROOT_MIB}", f"count={USER_ROOT_SIZE_MIB}", "status=none"],
                       check=True)
        return target

    def clone(self):
        """A volume made from the preboot image, on which somebody has settled."""
        target = copy_disk(self.preboot(), self.folder / "clone.raw")
        key = (self.images / "key.pub").read_text(encoding="utf-8")
        write_into(target, PREBOOT_ROOT_MIB, {
            "/root/.profile": ("", 0o100600),
            "/etc/hostname": ("clone\n", 0o100644),
            "/etc/ssh/sshd_config.d/root.conf":
                ("AuthorizedKeysFile /etc/ssh/root_keys\nPermitRootLogin prohibit-password\n",
                 0o100644),
            "/etc/ssh/root_keys": (key, 0o100644)})
        return self._settle(target, PREBOOT_ROOT_MIB)

    def preboot_without_kexec(self):
        target = copy_disk(self.preboot(), self.folder / "nokexec.raw")
        write_into(target, PREBOOT_ROOT_MIB, {
            "/etc/sysctl.d/99-nokexec.conf": ("kernel.kexec_load_disabled = 1\n", 0o100644)})
        return target

    def data(self):
        """A file system, but no system."""
        target = self.folder / "data.raw"
        target.touch()
        subprocess.run(["truncate", "-s", "64M", target], check=True)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-L", DATA_LABEL, target], check=True)
        return target


class Machine(cloud.Cloud):
    """The machine "web": its volume holds `volume`, its bodies start from `preboot`. `keys` are those of
    its file, but for `product_code`, which volume and image then have, and `data`, what its data
    volume holds."""

    def __init__(self, volume, preboot, architecture="amd64", **keys):
        super().__init__(architecture=architecture)
        self.address = ADDRESS
        product_code = keys.pop("product_code", None)
        self._data = keys.pop("data", None)
        self.keys = {"engine": "auto", "types": ["t3.small"]} | keys
        self.root = VOLUME  # after a move, another one
        self._watch = None
        self._seed |= {
            "snapshots": [
                {"snapshot_id": "snap-0aaaaaaaaaaaaaaa1", "size_gib": 2, "file": str(preboot)},
                {"snapshot_id": "snap-0bbbbbbbbbbbbbbb1", "size_gib": 3, "file": str(volume)}],
            "volumes": [{"volume_id": VOLUME, "zone": "us-east-1a", "size_gib": 3,
                         "snapshot_id": "snap-0bbbbbbbbbbbbbbb1"}],
            "addresses": [{"allocation_id": cloud.ALLOCATION, "public_ip": ADDRESS}]}
        if self._data:
            self._seed["snapshots"].append(
                {"snapshot_id": "snap-0ccccccccccccccc1", "size_gib": 1, "file": str(self._data)})
            self._seed["volumes"].append(
                {"volume_id": DATA_VOLUME, "zone": "us-east-1a", "size_gib": 1,
                 "snapshot_id": "snap-0ccccccccccccccc1"})
        if product_code:
            for each in (*self._seed["images"], *self._seed["volumes"]):
                each["product_code"] = product_code

    def __enter__(self):
        super().__enter__()
        lines = [f'volume = "{VOLUME}"', f'image = "{cloud.IMAGE}"', 'key_name = "me"',
                 f'elastic_ip = "{ADDRESS}"', f"ssh_port = {self.ssh_port}"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in self.keys.items()]
        if self._data:
            lines += ["[[data_volumes]]", f'volume = "{DATA_VOLUME}"', 'device = "/dev/sdg"']
        path = pathlib.Path(self.folder, "web.toml")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self

    def program(self, *words):
        """The finished run of one of our commands."""
        return subprocess.run(
            [server.BINARY, "--machines", self.folder, *words], env=self.environment(), text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=900, check=False)

    def launch(self):
        """Up on a body; its id."""
        done = self.program("launch", "--timeout", "14", f"{self.folder}/web.toml")
        if done.returncode != 0:
            raise AssertionError(f"launch: {done.returncode}: {done.stdout}\n{done.stderr}")
        return self.holder()

    def start_watch(self):
        """Keeps it up until stop_watch; what it says goes to watch.log."""
        with open(f"{self.folder}/watch.log", "w", encoding="utf-8") as log:
            self._watch = subprocess.Popen(
                [server.BINARY, "watch", f"{self.folder}/web.toml", "--state",
                 f"{self.folder}/watching"],
                env=self.environment(), stdin=subprocess.DEVNULL, stderr=log)

    def stop_watch(self):
        if self._watch is not None:
            self._watch.send_signal(signal.SIGTERM)
            self._watch.wait(60)
        self._watch = None

    def wait_for_body_after(self, former):
        """The body that the volume's system answers on, when it is another one."""
        cloud.wait_until("another body in service", lambda: (
            self.holder() not in (None, former) and self.ssh("true", "root").returncode == 0),
            2 * cloud.BOOT_SECONDS_MOST)
        return self.holder()

    def cut_power(self, body):
        """The emulator of the body dies as it stands. Ids alone do not tell it from another's:
        every simulator with the same seed counts them alike."""
        console = f"{self.folder}/state/consoles/{body}.log".encode()
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if command.startswith(b"qemu") and console in command:
                os.kill(int(process.name), signal.SIGKILL)
                return
        raise AssertionError(f"no emulator runs {body}")

    def holder(self):
        attachments = self.volume()["Attachments"]
        return attachments[0]["InstanceId"] if attachments else None

    def volume(self):
        return self.ec2.describe_volumes(VolumeIds=[self.root])["Volumes"][0]

    def remembered_engine(self):
        """What the volume's tags say of the engine, and why."""
        tags = {tag["Key"]: tag["Value"] for tag in self.volume()["Tags"]}
        return tags.get("ec2spotter:engine"), tags.get("ec2spotter:engine-because")

    def whole_console(self, body="*"):
        """All that this instance has printed, else all of them."""
        files = pathlib.Path(self.folder, "state/consoles").glob(f"{body}.log")
        return "".join(file.read_text(encoding="utf-8", errors="replace") for file in files)

    def refuse_to_replace_roots(self):
        """As a region does that does not know how."""
        self.control("fault", {
            "kind": "refuse", "action": "CreateReplaceRootVolumeTask", "count": 0,
            "code": "UnsupportedOperation", "message": "This operation is not supported."})

    def disk_file(self):
        return pathlib.Path(self.folder, f"state/volumes/{self.root}.raw")

    def disk_of(self, point):
        """The serial of the disk that holds a mount point of the guest."""
        return self.run(
            f"lsblk -snro TYPE,NAME $(findmnt -rvno SOURCE {point}) | sed -n 's/^disk //p' |"
            " while read -r disk; do cat /sys/block/$disk/device/serial; done",
            user="root").strip()

    def serials(self):
        """Of every disk that the guest sees."""
        return self.run("cat /sys/block/nvme*/device/serial", user="root").split()

    def facts(self):
        """What must not change from body to body."""
        return self.run("cat /etc/machine-id; hostname; sha256sum </etc/passwd;"
                        " cat /etc/ssh/ssh_host_*_key.pub | sha256sum", user="root")

    def wait_for_end_of_cloud_init(self):
        """What it makes of a new instance id, it has made by then. On a busy host it needs minutes."""
        cloud.wait_until(
            "the end of cloud-init",
            lambda: "status: done" in self.ssh("cloud-init status", user="root").stdout,
            cloud.BOOT_SECONDS_MOST)

    def boot_id(self):
        return self.ssh("cat /proc/sys/kernel/random/boot_id", user="root").stdout.strip()

    def wait_for_another_boot(self, before):
        cloud.wait_until("another boot of the volume's system",
                         lambda: self.boot_id() not in ("", before), cloud.BOOT_SECONDS_MOST)


class MachineTest(unittest.TestCase):
    """A test of one machine; when it fails, the consoles and logs are told."""
    architecture = "amd64"  # of its disks, in Debian's words
    system = "user"  # the image of its disk: script/images

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-disks-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.disks = Disks(self.folder, self.architecture, self.system)
        self.machine = None
        self.passed = False  # set by @shows
        self.addCleanup(self.power_off)

    def power_on(self, volume, preboot=None, **keys):
        self.machine = Machine(volume, preboot or self.disks.preboot(), self.architecture,
                               **keys).__enter__()
        return self.machine

    def power_off(self):
        if self.machine is None:
            return
        try:
            self.machine.stop_watch()
            if not self.passed:
                self.machine.explain_failure()
            self.assertEqual(self.machine.control("violations"), [])
        finally:
            self.machine.__exit__()

    def succeeds(self, *words):
        done = self.machine.program(*words)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        return done.stdout

    def check_cured(self, file):
        """The settings are this body's now, and what was there before is kept."""
        own = self.machine.run("cat /sys/class/net/[ew]*/address", user="root").strip()
        self.assertIn(own, self.machine.run(f"cat {file}", user="root"))
        self.assertIn(networks.FOREIGN, self.machine.run(
            f"cat /etc/ec2spotter/network-before{file}", user="root"))

    def check_root(self, file_system, partition):
        self.assertEqual(self.machine.disk_of("/"), SERIAL)
        self.assertEqual(
            self.machine.run(
                "findmnt -rno FSTYPE /; device=$(readlink -f $(findmnt -rvno SOURCE /));"
                " cat /sys/class/block/${device##*/}/partition", user="root").split(),
            [file_system, partition])

    def launch_by_replace(self, volume, reason):
        """Up by auto, which has tried kexec on one instance and remembers why that cannot be."""
        machine = self.power_on(volume, types=["t3.small", "t3.medium", "t3.large"])
        machine.launch()
        self.check_declined(reason)
        self.assertEqual(machine.remembered_engine(), ("replace", reason))
        return machine

    def check_own_disk(self, root):
        """The volume, mounted from `root`, is the instance's root disk and its only one, it stays when
        the instance ends, and nothing of the image is left."""
        machine = self.machine
        self.assertEqual(machine.serials(), [SERIAL])
        self.assertEqual(machine.run("findmnt -no SOURCE /", user="root"), f"{root}\n")
        [attachment] = machine.volume()["Attachments"]
        found = machine.ec2.describe_instances(InstanceIds=[attachment["InstanceId"]])
        instance = found["Reservations"][0]["Instances"][0]
        self.assertEqual(attachment["Device"], instance["RootDeviceName"])
        self.assertFalse(attachment["DeleteOnTermination"])
        [address] = machine.ec2.describe_addresses()["Addresses"]
        self.assertEqual(address["InstanceId"], attachment["InstanceId"])
        # Those of former instances go with them, which may take a moment.
        cloud.wait_until("no other disk", lambda: [
            each["VolumeId"] for each in machine.ec2.describe_volumes()["Volumes"]] == [VOLUME], 60)

    def check_declined(self, *reasons):
        """Of all instances so far, so many tried to enter the root, and said why they could not."""
        self.assertEqual(
            re.findall(r"ec2spotter: \w+ fail reason=(\w+)", self.machine.whole_console()), [*reasons])
