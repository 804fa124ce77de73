"""`change-type`, `grow-disk` and `terminate`: what they change, print and refuse."""

import json
import os
import pty
import stat
import subprocess
import unittest

from program import ADDRESS, IMAGE, VOLUME, ProgramTest

HEAD = f"""# The machine that everybody uses: types = ["none"]
volume = "web-root"   # é
image = "{IMAGE}"
probe = false
elastic_ip = "{ADDRESS}"
"""
TYPES = 'types = ["t3.small", # cheap\n  "t3.medium"]'
TAIL = "\n\n[tags]\ntypes = \"many\"\n"


class LifecycleTest(ProgramTest):
    sim_arguments = ("--guests",)

    def setUp(self):
        super().setUp()
        self.file = self.write("web.toml", HEAD + TYPES + TAIL)

    def launch(self, *more):
        self.succeeds("launch", self.file, *more)
        return self.bodies()[0]

    def text(self):
        return self.file.read_text(encoding="utf-8")

    def printed(self, *words):
        return json.loads(self.succeeds("--output", "json", *words).stdout)

    def volume(self, volume_id=VOLUME):
        return self.client.describe_volumes(VolumeIds=[volume_id])["Volumes"][0]

    def at_terminal(self, answer, *words):
        """The exit code of the program at a terminal where a person types `answer`."""
        terminal, side = pty.openpty()
        self.addCleanup(os.close, terminal)
        with subprocess.Popen(self.command(*words), env=self.environment, stdin=side, stdout=side,
                              stderr=side) as program:
            os.close(side)
            os.write(terminal, f"{answer}\n".encode())
            return program.wait(60)


class ChangeTypeTest(LifecycleTest):
    def test_the_file_changes_and_the_next_instance_waits_before_the_present_one_ends(self):
        former = self.launch()
        self.file.chmod(0o640)
        told = self.printed("change-type", "web", "m5.large,c5.large")
        body, = self.bodies()
        self.assertEqual(self.text(), HEAD + 'types = ["m5.large", "c5.large"]' + TAIL)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)
        self.assertEqual((told["way"], told["instance"]), ("hand-over", former["InstanceId"]))
        self.assertEqual(told["former_types"], ["t3.small", "t3.medium"])
        self.assertEqual(told["status"]["instance"], body["InstanceId"])
        self.assertEqual((told["status"]["reason"], told["status"]["instance_type"]),
                         ("up", "m5.large"))
        # Again: nothing is left to do.
        self.assertEqual(self.printed("change-type", "web", "m5.large,c5.large")["way"], "none")
        self.assertEqual(self.bodies()[0]["InstanceId"], body["InstanceId"])

    def test_a_dry_run_and_a_later_change_leave_the_instance(self):
        former = self.launch("--no-wait")
        told = self.succeeds("change-type", "web", "m5.large", "--dry-run").stdout
        for part in ("web.toml: types m5.large, before: t3.small, t3.medium",
                     former["InstanceId"], "would be replaced, by a hand-over"):
            self.assertIn(part, told)
        self.assertEqual(self.text(), HEAD + TYPES + TAIL)
        told = self.succeeds("change-type", "web", "m5.large", "--later").stdout
        self.assertIn("stays; the next instance has one of these types", told)
        self.assertEqual(self.text(), HEAD + 'types = ["m5.large"]' + TAIL)
        self.assertEqual(self.bodies()[0]["InstanceId"], former["InstanceId"])

    def test_what_does_not_fit_changes_nothing(self):
        former = self.launch("--no-wait")
        for types, says in (("m5.largee", ["does not offer", "did you mean 'm5.large'?"]),
                            ("t4g.small", ["EC2 would not launch", "t4g.small"]),
                            ("m5.large,", ["'' is not an instance type"]),
                            ("M5.LARGE", ["is not an instance type such as"])):
            self.fails(2, "change-type", "web", types, says=says)
        self.write("web.toml", HEAD + "requirements = { vcpus = 2, memory_gib = 4 }" + TAIL)
        self.fails(2, "change-type", "web", "m5.large", says="has requirements")
        self.file.unlink()
        self.fails(2, "change-type", "web", "m5.large", says="has no file here")
        self.assertEqual(self.bodies()[0]["InstanceId"], former["InstanceId"])

    def test_without_capacity_the_machine_goes_on(self):
        former = self.launch()
        self.server.control("capacity", {"instance_type": "m5.large", "zone": "us-east-1a",
                                         "available": 0})
        self.fails(5, "change-type", "web", "m5.large",
                   says=["no instance of m5.large", "goes on as t3.small"])
        self.assertEqual(self.bodies()[0]["InstanceId"], former["InstanceId"])
        self.assertIn("m5.large", self.text())

    def test_one_that_must_end_first_asks(self):
        self.file.write_text(HEAD + TYPES + '\nprivate_ip = "keep"\n' + TAIL, encoding="utf-8")
        former = self.launch()
        self.fails(3, "change-type", "web", "m5.large", says=["before the next one is launched", "--yes"])
        self.assertIn(TYPES, self.text())
        told = self.printed("change-type", "web", "m5.large", "--yes")
        self.assertEqual((told["way"], told["status"]["instance_type"]), ("restart", "m5.large"))
        self.assertEqual(told["status"]["private_address"], former["PrivateIpAddress"])

    def test_a_paused_machine_stays_so_and_a_classic_file_has_one_type(self):
        self.file.unlink()
        classic = self.write("web.conf", "ec2spotter_volume_name=web-root\n"
                             f"ec2spotter_preboot_image_id={IMAGE}\n"
                             "ec2spotter_instance_type=t3.small # small\n")
        self.succeeds("launch", "--no-wait", classic)
        self.succeeds("pause", "web")
        self.fails(2, "change-type", "web", "m5.large,c5.large", says="names one instance type")
        self.assertIn("no instance runs", self.succeeds("change-type", "web", "m5.large").stdout)
        self.assertTrue(classic.read_text(encoding="utf-8").endswith(
            "\nec2spotter_instance_type=m5.large # small\n"))
        self.assertEqual(self.bodies(), [])


class GrowDiskTest(LifecycleTest):
    def test_the_root_grows_under_its_instance(self):
        former = self.launch("--no-wait")
        told = self.printed("grow-disk", "web", "16")
        self.assertEqual((told["former_size_gib"], told["size_gib"], told["volume"]), (8, 16, VOLUME))
        self.assertIn("growpart", " ".join(told["commands"]))
        self.assertEqual(self.volume()["Size"], 16)
        self.assertEqual(self.bodies()[0]["InstanceId"], former["InstanceId"])
        self.assertIn("has 16 GiB already", self.succeeds("grow-disk", "web", "16").stdout)
        self.assertEqual(self.calls().count("ModifyVolume"), 1)

    def test_a_data_volume_is_named_by_its_id_or_its_name(self):
        data = self.client.create_volume(
            AvailabilityZone="us-east-1a", Size=8, TagSpecifications=[
                {"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": "logs"}]}])["VolumeId"]
        with self.file.open("a", encoding="utf-8") as text:
            text.write('[[data_volumes]]\nvolume = "logs"\ndevice = "/dev/sdg"\n')
        self.launch("--no-wait")
        self.fails(1, "grow-disk", "web", "9", "--volume", "log", says=["named 'log'", data])
        self.assertIn("xfs_growfs", self.succeeds("grow-disk", "web", "9", "--volume", "logs").stdout)
        self.succeeds("grow-disk", "web", "10", "--volume", data)
        self.assertEqual((self.volume(data)["Size"], self.volume()["Size"]), (10, 8))

    def test_what_ec2_does_not_do_is_said(self):
        self.fails(1, "grow-disk", "web", "16", says="launch it first")
        self.launch("--no-wait")
        self.fails(2, "grow-disk", "web", "7", says="no volume smaller")
        self.fails(2, "grow-disk", "web", "65537", says="whole number")
        self.succeeds("move", "web", "--zone", "us-east-1b", "--no-wait")
        self.fails(1, "grow-disk", "web", "16", says=["under an order to move", "--cancel"])
        self.assertNotIn("ModifyVolume", self.calls())


class TerminateTest(LifecycleTest):
    def test_the_disk_stays_and_a_launch_brings_it_back(self):
        self.launch("--no-wait")
        snapshot = self.client.create_snapshot(VolumeId=VOLUME)["SnapshotId"]
        told = self.printed("terminate", "web")
        self.assertEqual(self.bodies(), [])
        self.assertEqual(told["volume_deleted"], False)
        self.assertEqual((told["root_volumes"], told["snapshots"]), ([VOLUME], [snapshot]))
        self.assertEqual(told["file"], str(self.file))
        address, = self.client.describe_addresses()["Addresses"]
        self.assertEqual(address.get("Tags", []), [])
        self.assertEqual(told["addresses"], [address["AllocationId"]])
        for part in (f"aws ec2 delete-snapshot --snapshot-id {snapshot}", f"Remove {self.file}"):
            self.assertIn(part, self.succeeds("terminate", "web").stdout)
        self.launch()
        self.assertEqual(self.volume()["State"], "in-use")

    def test_the_volume_is_deleted_only_with_the_machines_name_or_yes(self):
        self.launch("--no-wait")
        self.fails(3, "terminate", "web", "--delete-volume", says=[VOLUME, "8 GiB", "--yes"])
        self.assertEqual(self.at_terminal("wbe", "terminate", "web", "--delete-volume"), 3)
        self.assertEqual(len(self.bodies()), 1)
        self.assertEqual(self.at_terminal("web", "terminate", "web", "--delete-volume"), 0)
        self.assertEqual(self.client.describe_volumes(Filters=[
            {"Name": "tag:Name", "Values": ["web-root"]}])["Volumes"], [])
        self.assertEqual(self.server.control("violations"), [])
        self.fails(1, "terminate", "web", "--delete-volume", "--yes", says="no root volume")

    def test_a_machine_that_its_tags_alone_tell_of_ends_as_well(self):
        self.launch("--no-wait")
        self.file.unlink()
        told = self.printed("terminate", "web", "--delete-volume", "--yes")
        self.assertEqual((told["volume_deleted"], told["file"], told["root_volumes"]), (True, "", []))
        self.assertEqual(self.bodies(), [])

    def test_another_owners_machine_is_left_alone(self):
        self.launch("--no-wait")
        self.fails(1, "--owner", "somebody", "terminate", "web", "--delete-volume", "--yes")
        self.assertEqual(len(self.bodies()), 1)

    def test_a_root_that_moves_goes_on(self):
        self.launch("--no-wait")
        self.succeeds("move", "web", "--zone", "us-east-1b", "--no-wait")
        self.fails(1, "terminate", "web", says=["under an order to move", "--cancel"])
        self.assertEqual(len(self.bodies()), 1)


if __name__ == "__main__":
    unittest.main()
