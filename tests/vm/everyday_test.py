"""An ordinary instance becomes a machine, and the machine an ordinary instance again."""

import unittest

import cloud
from cloud import say
from machine import DATA_LABEL, DATA_VOLUME, MachineTest, copy_disk, give_boot_code
from matrix import shows

OURS = ("ls -d /etc/cloud/cloud.cfg.d/*ec2spotter* /etc/systemd/system/*ec2spotter*"
        " /etc/ec2spotter/* /var/lib/cloud/scripts/per-boot/*ec2spotter* 2>/dev/null || true")


class EverydayTest(MachineTest):
    @shows(("Identity", "an ordinary instance with a data volume that is imported and ejected",
            "host keys, machine id, host name, users, Elastic IP and data are kept; nothing of ours "
            "is left, and a restart changes nothing"),
           ("Roots", "an ordinary instance's own root, imported", "kexec"),
           ("Roots", "a machine's root that becomes an ordinary instance's, by `eject`", "replace"))
    def test_in_and_out(self):
        disk = copy_disk(self.disks.user(), f"{self.folder}/own.raw")
        give_boot_code(disk)  # without it, replace and swap would be known to be in vain
        machine = self.power_on(disk, data=self.disks.data())
        ordinary = self.launch_ordinary()
        facts = machine.facts()
        say("an ordinary instance is up")

        self.succeeds("import", ordinary, "--name", "shop", "--image", cloud.IMAGE, "--yes")
        self.assertEqual(machine.state(ordinary), "stopped")
        file = f"{machine.folder}/shop.toml"
        with open(file, "a", encoding="utf-8") as text:
            text.write('[tags]\nteam = "shop"\n')
        self.give_port(file)
        self.succeeds("launch", "--timeout", "14", file)
        self.check_same(facts)
        self.assertNotEqual(machine.holder(), ordinary)
        self.assertIn("/etc/ec2spotter/adopted", machine.run(OURS, user="root"))
        say("it is a machine")

        self.succeeds("eject", "--timeout", "14", "shop", "--yes")
        self.check_same(facts)
        self.check_ordinary()
        before = machine.boot_id()
        machine.ec2.reboot_instances(InstanceIds=[machine.holder()])
        machine.wait_for_another_boot(before)
        self.check_same(facts)

    def launch_ordinary(self):
        """An instance from an image of the user's own system, with the data volume and the address."""
        machine = self.machine
        image = machine.ec2.register_image(
            Name="own", Architecture="x86_64", RootDeviceName="/dev/xvda", BlockDeviceMappings=[
                {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-0bbbbbbbbbbbbbbb1"}}])
        launched = machine.ec2.run_instances(
            ImageId=image["ImageId"], InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName="me",
            UserData="#cloud-config\nlocale: false\n",  # the image has none to set
            Placement={"AvailabilityZone": "us-east-1a"})["Instances"][0]
        ordinary = launched["InstanceId"]
        machine.wait_for_state(ordinary, "running")
        machine.ec2.attach_volume(VolumeId=DATA_VOLUME, InstanceId=ordinary, Device="/dev/sdh")
        machine.ec2.associate_address(AllocationId=cloud.ALLOCATION, InstanceId=ordinary)
        machine.wait_for_ssh("root")
        machine.wait_for_end_of_cloud_init()
        machine.run(f"mkdir /data && echo LABEL={DATA_LABEL} /data ext4 defaults,nofail 0 2 "
                    ">>/etc/fstab && mount /data && echo kept >/data/file && useradd worker && sync",
                    user="root")
        found = machine.ec2.describe_instances(InstanceIds=[ordinary])
        disks = found["Reservations"][0]["Instances"][0]["BlockDeviceMappings"]
        machine.root, = [disk["Ebs"]["VolumeId"] for disk in disks
                         if disk["DeviceName"] == "/dev/xvda"]
        return ordinary

    def give_port(self, file):
        """The local EC2's machines answer there instead of at port 22."""
        with open(file, encoding="utf-8") as text:
            lines = text.read()
        with open(file, "w", encoding="utf-8") as text:
            text.write(f"ssh_port = {self.machine.ssh_port}\n{lines}")

    def check_same(self, facts):
        machine = self.machine
        machine.wait_for_ssh("root")
        self.assertEqual(machine.disk_of("/"), machine.root.replace("-", ""))
        self.assertEqual(machine.run("cat /data/file", user="root"), "kept\n")
        machine.wait_for_end_of_cloud_init()
        self.assertEqual(machine.facts(), facts)

    def check_ordinary(self):
        machine = self.machine
        instance = machine.ec2.describe_instances(
            InstanceIds=[machine.holder()])["Reservations"][0]["Instances"][0]
        self.assertNotIn("InstanceLifecycle", instance)
        root, = [disk for disk in instance["BlockDeviceMappings"]
                 if disk["DeviceName"] == instance["RootDeviceName"]]
        self.assertEqual(root["Ebs"]["VolumeId"], machine.root)
        self.assertEqual({tag["Key"]: tag["Value"] for tag in instance["Tags"]},
                         {"Name": "shop", "team": "shop"})
        self.assertEqual(machine.volume().get("Tags", []), [])
        self.assertEqual(machine.run(OURS, user="root"), "", "check_same has awaited cloud-init's end")


if __name__ == "__main__":
    unittest.main()
