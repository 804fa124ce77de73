"""The traps that have bitten every program of this kind, each in real virtual machines."""

import hashlib
import time
import unittest

import cloud
import networks
from cloud import say
from machine import NETWORK_FILE, SERIAL, USER_ROOT_MIB, MachineTest, write_into
from matrix import shows
from roots import UUID


class TrapsTest(MachineTest):
    system = "kinds"

    def launch(self):
        begun = time.monotonic()
        body = self.machine.launch()
        say(f"up on {body} after {time.monotonic() - begun:.1f} s")
        return body

    def add_disk(self, body, device):
        """A further blank disk, attached before the root volume is."""
        ec2 = self.machine.ec2
        volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        ec2.attach_volume(VolumeId=volume, InstanceId=body, Device=device)
        return volume.replace("-", "")

    @shows(("Roots", "ext4 on the whole disk, found among other disks", "kexec"),
           ("Identity", "netplan pinned to another MAC address, `fix_network = true`",
            "made the instance's"),
           ("Losses", "the host loses power, the file system in use", "back on the volume"))
    def test_bare_file_system_among_other_disks_with_foreign_network_through_a_power_loss(self):
        disk = self.disks.bare()
        write_into(disk, 0, {NETWORK_FILE: ("", 0o100644),
                             networks.NETPLAN_FILE: (networks.NETPLAN, 0o100600)})
        machine = self.power_on(disk, fix_network=True)
        # The root must be found among disks that came first, so it is attached last.
        first = machine.program("launch", "--no-wait", f"{machine.folder}/web.toml")
        self.assertEqual(first.returncode, 0, first.stderr)
        body = machine.ec2.describe_instances(Filters=[
            {"Name": "tag:ec2spotter:machine", "Values": ["web"]}])[
                "Reservations"][0]["Instances"][0]["InstanceId"]
        machine.wait_for_state(body, "running", 60)
        others = {self.add_disk(body, device) for device in ("/dev/sdg", "/dev/sdh")}
        self.assertEqual(self.launch(), body)
        self.assertEqual(machine.disk_of("/"), SERIAL)
        self.assertLessEqual(others, set(machine.serials()))
        self.check_cured(networks.NETPLAN_FILE)
        self.succeeds("doctor", "web")
        before = machine.facts()

        machine.run("echo kept >/root/synced && sync /root/synced;"
                    " (while :; do date >>/root/unsynced; done) >/dev/null 2>&1 &", user="root")
        machine.crash()
        machine.wait_for_ssh("root")
        self.assertEqual(machine.run("cat /root/synced", user="root"), "kept\n")
        self.assertEqual(machine.disk_of("/"), SERIAL)
        self.assertEqual(machine.facts(), before)
        say("back on the volume after a power loss with the file system in use")

    @shows(("Roots", "cloned from the preboot image: ext4 on partition 1, /boot apart, all by label, "
            "as Ubuntu has it; initrds packed with lz4", "kexec"),
           ("Losses", "a reboot from inside", "entered again"))
    def test_volume_cloned_from_the_preboot_image(self):
        machine = self.power_on(self.disks.clone(), engine="kexec", guest_helper=False)
        self.launch()
        self.assertEqual(machine.run("ls /etc/ec2spotter", user="root").split(),
                         ["adopted", "last-up", "root-up"])
        for point in ("/", "/boot"):
            self.assertEqual(machine.disk_of(point), SERIAL, point)
        self.assertEqual(machine.run("hostname", user="root"), "clone\n")
        before, boot = machine.facts(), machine.boot_id()

        machine.ssh("systemctl reboot", user="root")
        machine.wait_for_another_boot(boot)
        say("back on the volume after a reboot from inside")
        for point in ("/", "/boot"):
            self.assertEqual(machine.disk_of(point), SERIAL, point)
        self.assertEqual(machine.facts(), before)

    @shows(("Roots", "cloned from the preboot image, with `engine = \"pivot\"`", "pivot"))
    def test_pivot_tells_a_clone_from_the_preboot_disk(self):
        machine = self.power_on(self.disks.clone(), engine="pivot")
        self.assertIn("engine=pivot", machine.console(self.launch()))
        for point in ("/", "/boot"):
            self.assertEqual(machine.disk_of(point), SERIAL, point)
        self.assertNotEqual(machine.disk_of("/old-root"), SERIAL)
        machine.run("umount /old-root", user="root")

    @shows(("Roots", "cloned from the preboot image, which refuses kexec",
            "replace, on the next instance"))
    def test_kexec_refused_takes_replace_on_the_next_instance_even_with_a_clone(self):
        machine = self.power_on(self.disks.clone(), self.disks.preboot_without_kexec(),
                                types=["t3.small", "t3.medium"])
        self.launch()
        self.check_declined("kexec_refused")
        self.assertEqual(machine.remembered_engine(), ("replace", "kexec_refused"))
        self.check_own_disk("/dev/nvme0n1p1")
        self.assertEqual(machine.run("hostname", user="root"), "clone\n")
        self.assertEqual(machine.disk_of("/boot"), SERIAL)

    @shows(("Roots", "a file system without a system", "left untouched, with a reason"))
    def test_volume_without_a_system_is_untouched_and_the_body_stays_reachable(self):
        machine = self.power_on(self.disks.data())
        digest = self.digest()
        done = machine.program("launch", "--timeout", "14", f"{machine.folder}/web.toml")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("stage check failed", done.stderr)
        self.assertIn("no_system", done.stderr)

        for command in ("status", "explain"):
            shown = machine.program(command, "web").stdout
            self.assertIn("boot_failed", shown)
            self.assertIn("stage check failed", shown)
            self.assertIn("no_system", shown)
        machine.ec2.associate_address(AllocationId=cloud.ALLOCATION, InstanceId=machine.holder())
        machine.wait_for_ssh("debian")
        machine.crash()
        self.assertEqual(self.digest(), digest)

    @shows(("Roots", "an fstab that names a partition by its device, with `engine = \"kexec\"`",
            "declined: `device_names`"))
    def test_an_fstab_that_names_disks_by_device_is_declined(self):
        disk = self.disks.settled()
        write_into(disk, USER_ROOT_MIB, {"/etc/fstab": (
            f"UUID={UUID} / ext4 defaults 0 1\n/dev/nvme0n1p3 /srv ext4 defaults 0 2\n", 0o100644)})
        machine = self.power_on(disk, engine="kexec")
        done = machine.program("launch", "--timeout", "14", f"{machine.folder}/web.toml")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("device_names", done.stderr)
        self.assertIn("/dev/nvme0n1p3", machine.program("status", "web").stdout)

    def digest(self):
        with open(self.machine.disk_file(), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    unittest.main()
