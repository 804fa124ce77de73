"""`setup-role` and `launch --unattended`: what they make, what they say, what they refuse."""

import json
import unittest

from program import ADDRESS, VOLUME, ProgramTest, wait_until

ROLE = "ec2spotter-default-web"
ENDPOINT = "http://172.31.0.1:80"


class UnattendedTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.iam = self.server.client("iam")
        self.addCleanup(self.iam.close)
        self.file = self.write_machine(elastic_ip=ADDRESS, guest_endpoint=ENDPOINT)

    def fleets(self):
        return [fleet for fleet in self.client.describe_fleets()["Fleets"]
                if fleet["FleetState"] == "active"]

    def test_setup_role_prints_what_it_makes_and_takes_it_away(self):
        self.assertIn("ec2:AttachVolume", self.succeeds("setup-role", "--dry-run", self.file).stdout)
        with self.assertRaises(self.iam.exceptions.NoSuchEntityException):
            self.iam.get_role(RoleName=ROLE)

        for _ in range(2):
            said = self.succeeds("setup-role", self.file).stdout
        policy = self.iam.get_role_policy(RoleName=ROLE, PolicyName="ec2spotter")["PolicyDocument"]
        self.assertIn(json.dumps(policy["Statement"][0]["Sid"]), said)
        for statement in policy["Statement"]:
            if statement["Resource"] == "*":
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    self.assertTrue(action.startswith("ec2:Describe"), action)
                continue
            self.assertEqual(
                statement["Condition"]["StringEquals"]["aws:ResourceTag/ec2spotter:machine"], "web")
        profile = self.iam.get_instance_profile(InstanceProfileName=ROLE)["InstanceProfile"]
        self.assertEqual(profile["Roles"][0]["RoleName"], ROLE)

        for _ in range(2):
            self.succeeds("setup-role", "--remove", self.file)
        with self.assertRaises(self.iam.exceptions.NoSuchEntityException):
            self.iam.get_role(RoleName=ROLE)

    def test_no_role_confines_a_replacement_of_root_disks(self):
        file = self.write_machine(engine="replace")
        self.fails(2, "setup-role", file, says=["IAM has no condition", "use another engine"])
        self.fails(2, "launch", "--unattended", file, says=["IAM has no condition"])

    def test_a_role_of_somebody_else_is_left_alone(self):
        self.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument="{}")
        self.fails(3, "setup-role", self.file, says=["rule S4", "instance_profile"])
        self.fails(3, "setup-role", "--remove", self.file, says="rule S4")
        self.iam.get_role(RoleName=ROLE)

    def test_launch_leaves_a_fleet_behind_and_pause_takes_it_away(self):
        self.succeeds("setup-role", self.file)
        self.succeeds("launch", "--unattended", "--no-wait", self.file)
        fleet, = self.fleets()
        tags = {tag["Key"]: tag["Value"] for tag in fleet["Tags"]}
        self.assertEqual((tags["ec2spotter:machine"], tags["ec2spotter:role"]), ("web", "fleet"))
        self.succeeds("launch", "--unattended", "--no-wait", self.file)
        self.assertEqual(len(self.fleets()), 1)

        text = self.succeeds("status", "web").stdout
        self.assertIn(f"{fleet['FleetId']} launches its instances", text)
        report = json.loads(self.succeeds("--output", "json", "status", "web").stdout)
        self.assertEqual(report["fleet"], fleet["FleetId"])
        self.fails(3, "setup-role", "--remove", self.file, says=[fleet["FleetId"], "`pause web`"])

        self.succeeds("pause", "web")
        self.assertEqual((self.fleets(), self.bodies()), ([], []))
        self.assertEqual(self.client.describe_launch_templates()["LaunchTemplates"], [])
        # The volume's tag remembers how the machine is kept up.
        self.succeeds("resume", "--no-wait", "web")
        self.assertEqual(len(self.fleets()), 1)
        self.assertIn("reason", self.succeeds("launch", "--supervised", "--no-wait", self.file).stdout)
        self.assertEqual(self.fleets(), [])

    def test_without_its_profile_nothing_is_made(self):
        self.fails(1, "launch", "--unattended", self.file,
                   says=[f"there is no instance profile {ROLE}", "setup-role"])
        self.iam.create_instance_profile(InstanceProfileName=ROLE)
        self.fails(2, "launch", "--unattended", self.file, says=["has no role", "setup-role"])
        self.assertEqual(self.fleets(), [])

    def test_bodies_must_be_told_whom_to_ask_where_it_is_not_the_public_address(self):
        self.fails(2, "launch", "--unattended", self.write_machine(),
                   says=[self.server.endpoint, "guest_endpoint"])

    def test_reap_finds_a_fleet_whose_machine_is_gone(self):
        self.succeeds("setup-role", self.file)
        self.succeeds("launch", "--unattended", "--no-wait", self.file)
        fleet, = self.fleets()
        self.assertIn("no fleet", self.succeeds("reap", "--yes").stdout)
        wait_until("its instance", self.bodies)
        self.client.delete_volume(VolumeId=VOLUME)
        named = self.succeeds("reap").stdout
        self.assertIn(f"{fleet['FleetId']} of machine 'web': its machine has no root volume", named)
        self.assertEqual(len(self.fleets()), 1)
        self.succeeds("reap", "--yes")
        self.assertEqual((self.fleets(), self.bodies()), ([], []))

    def test_one_market(self):
        path = self.write_machine(markets=["spot", "on-demand"], guest_endpoint=ENDPOINT)
        self.fails(2, "launch", "--unattended", path, says="one market")

    def test_a_supervised_body_is_in_the_way(self):
        self.succeeds("launch", "--no-wait", self.file)
        self.succeeds("setup-role", self.file)
        body, = self.bodies()
        self.fails(3, "launch", "--unattended", self.file,
                   says=["instance_in_the_way", body["InstanceId"], "`pause`"])
        self.assertEqual(self.fleets(), [])
        volume, = self.client.describe_volumes(VolumeIds=[VOLUME])["Volumes"]
        self.assertNotIn("ec2spotter:unattended", [tag["Key"] for tag in volume["Tags"]])


if __name__ == "__main__":
    unittest.main()
