"""`doctor`: what keeps a machine from coming back is named, and what is said to be done cures it."""

import json
import unittest

from program import IMAGE, ProgramTest, wait_until

DENIED = "You are not authorized to perform this operation."


class DoctorTest(ProgramTest):
    sim_arguments = ("--guests",)

    def look(self, code, *words, **more):
        """What `doctor` finds, by the word of the check; it ends with `code`."""
        done = self.run_program("--output", "json", "doctor", *words, **more)
        self.assertEqual(done.returncode, code, f"{done.stdout}\n{done.stderr}")
        found = {}
        for check in json.loads(done.stdout)["checks"]:
            self.assertIn(check["severity"], ("ok", "warning", "problem"))
            self.assertEqual(check["severity"] == "ok", check["cure"] == "", check)
            found.setdefault(check["check"], []).append(check)
        return found

    def only(self, found, check, severity):
        one, = found[check]
        self.assertEqual(one["severity"], severity, one)
        return one

    def worst(self, found):
        return {name for name, checks in found.items()
                if any(check["severity"] == "problem" for check in checks)}

    def test_a_machine_that_is_up(self):
        """One launch for all that needs an instance: its guest boots in real time."""
        self.succeeds("launch", self.write_machine(probe=False, on_unhealthy="restart",
                                                   snapshot_every="1d"))
        self.check_well()
        self.check_dry_runs()
        self.check_missing_right()
        self.check_room_for_a_hand_over()
        self.check_watch()

    def check_well(self):
        found = self.look(0, "web")
        self.assertEqual(set(found), {
            "credentials", "clock", "region", "service_role", "types", "hardware", "quota",
            "subnet", "rights", "encryption", "engine", "console", "watch", "plan"})
        not_ok = [name for name, checks in found.items()
                  for check in checks if check["severity"] != "ok"]
        self.assertEqual(not_ok, ["watch"])
        text = self.succeeds("doctor", "web").stdout
        self.assertIn("ok       credentials    account 123456789012 as arn:aws:iam::", text)
        self.assertIn("do: ec2spotter watch FOLDER", text)

    def check_dry_runs(self):
        body, = self.bodies()
        before = len(self.server.control("calls"))
        rights = self.only(self.look(0, "web"), "rights", "ok")
        for action in ("CreateTags", "CreateSnapshot", "ModifyInstanceAttribute", "DetachVolume",
                       "TerminateInstances", "CreateReplaceRootVolumeTask", "StartInstances",
                       "RebootInstances"):
            self.assertIn(action, rights["because"])
        changing = [call for call in self.server.control("calls")[before:]
                    if not call["action"].startswith(("Describe", "Get"))]
        self.assertTrue(changing)
        for call in changing:
            self.assertEqual(call["parameters"]["DryRun"], "true", call)
        after, = self.bodies()
        self.assertEqual((after["InstanceId"], after["State"]["Name"]),
                         (body["InstanceId"], "running"))

    def check_missing_right(self):
        for action in ("TerminateInstances", "CreateReplaceRootVolumeTask"):
            self.server.control("fault", {"kind": "refuse", "action": action, "count": 0,
                                          "code": "UnauthorizedOperation", "message": DENIED})
        found = self.look(1, "web")
        self.assertEqual(self.worst(found), {"rights"})
        cures = {each["cure"] for each in found["rights"]}
        self.assertEqual(cures, {"", "allow ec2:TerminateInstances",
                                 "allow ec2:CreateReplaceRootVolumeTask"})
        self.server.control("fault", {"kind": "clear"})
        self.only(self.look(0, "web"), "rights", "ok")

    def check_room_for_a_hand_over(self):
        self.server.control("quota", {"name": "spot_vcpus", "value": 2})
        quota = self.only(self.look(0, "web"), "quota", "warning")
        self.assertIn("cannot be handed over", quota["because"])
        self.server.control("quota", {"name": "spot_vcpus", "value": 4})
        self.only(self.look(0, "web"), "quota", "ok")

    def check_watch(self):
        state = self.folder / "state"
        self.only(self.look(0, "web", "--state", state), "watch", "warning")
        watch = self.start("watch", "--state", state, self.folder / "web.toml")
        self.addCleanup(watch.communicate)
        self.addCleanup(watch.terminate)
        wait_until("a watch that holds its folder", lambda: self.look(
            0, "web", "--state", state)["watch"][0]["severity"] == "ok")

    def test_the_account_alone(self):
        found = self.look(0)
        self.assertEqual(set(found), {"credentials", "clock", "region", "service_role"})
        self.assertIn("create-service-linked-role", self.only(found, "service_role", "warning")["cure"])
        iam = self.server.client("iam")
        self.addCleanup(iam.close)
        iam.create_service_linked_role(AWSServiceName="spot.amazonaws.com")
        self.only(self.look(0), "service_role", "ok")

    def test_no_credentials(self):
        self.write_machine()
        environment = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
                       "AWS_EC2_METADATA_DISABLED": "true"}
        found = self.look(4, "web", environment=environment)
        self.assertIn("aws sts get-caller-identity", self.only(found, "credentials", "problem")["cure"])
        environment = {"AWS_SECRET_ACCESS_KEY": "wrong"}
        self.only(self.look(4, "web", environment=environment), "credentials", "problem")

    def test_before_the_first_launch(self):
        self.write_machine()
        found = self.look(0, "web")
        self.assertNotIn("console", found)
        self.only(found, "subnet", "ok")

    def test_a_quota_without_room(self):
        self.write_machine()
        self.server.control("quota", {"name": "spot_vcpus", "value": 1})
        quota = self.only(self.look(1, "web"), "quota", "problem")
        self.assertIn(" needs 2", quota["because"])
        self.assertIn("--quota-code L-34B43A08 --desired-value 2", quota["cure"])
        self.server.control("quota", {"name": "spot_vcpus", "value": 2})
        self.only(self.look(0, "web"), "quota", "ok")

    def test_types_of_another_architecture(self):
        self.write_machine(types=["t4g.small"])
        hardware = self.only(self.look(1, "web"), "hardware", "problem")
        self.assertIn("t4g.small has arm64, and the image is for x86_64", hardware["because"])
        self.write_machine(types=["t3.small", "t4g.small"])
        found = self.look(1, "web")
        self.assertEqual([each["severity"] for each in found["hardware"]], ["warning", "ok"])
        self.write_machine(types=["t3.small"])
        self.only(self.look(0, "web"), "hardware", "ok")

    def test_types_that_the_zone_does_not_offer(self):
        self.write_machine(types=["t99.large"])
        self.assertIn("us-east-1a does not offer t99.large",
                      self.only(self.look(1, "web"), "types", "problem")["because"])
        self.write_machine(types=["t3.small"])
        self.look(0, "web")

    def test_a_subnet_of_another_zone(self):
        subnets = {each["AvailabilityZone"]: each["SubnetId"]
                   for each in self.client.describe_subnets()["Subnets"]}
        self.write_machine(subnet=subnets["us-east-1b"])
        self.assertIn("is in us-east-1b, not in us-east-1a",
                      self.only(self.look(1, "web"), "subnet", "problem")["because"])
        self.write_machine(subnet=subnets["us-east-1a"])
        self.look(0, "web")

    def test_an_image_that_is_gone(self):
        self.write_machine(image="ami-0dead0000000dead0")
        self.assertIn("ami-0dead0000000dead0 cannot be had",
                      self.only(self.look(1, "web"), "image", "problem")["because"])
        self.write_machine(image=IMAGE)
        self.look(0, "web")

    def test_a_look_that_is_refused_hides_nothing_else(self):
        self.write_machine(types=["t4g.small"])
        self.server.control("fault", {"kind": "refuse", "action": "GetEbsEncryptionByDefault",
                                      "count": 0, "code": "UnauthorizedOperation", "message": DENIED})
        found = self.look(1, "web")
        self.assertIn(DENIED, self.only(found, "encryption", "warning")["because"])
        self.assertEqual(self.worst(found), {"hardware", "pool"})

    def test_an_account_that_encrypts_and_a_root_that_is_not_encrypted(self):
        self.client.enable_ebs_encryption_by_default()
        self.write_machine(engine="replace")
        self.assertIn('"swap"', self.only(self.look(1, "web"), "encryption", "problem")["cure"])
        self.write_machine(engine="swap")
        self.only(self.look(0, "web"), "encryption", "ok")

    def test_a_clock_that_is_off(self):
        self.server.control("clock", {"advance_seconds": 600})
        clock = self.only(self.look(0), "clock", "warning")
        self.assertRegex(clock["because"], "(599|600|601) seconds behind AWS's")


if __name__ == "__main__":
    unittest.main(verbosity=2)
