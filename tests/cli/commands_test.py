"""What the commands print and do, and that they can be cut off anywhere."""

import json
import pathlib
import signal
import time
import unittest

from program import ADDRESS, IMAGE, VOLUME, ProgramTest, server, wait_until

REPORT_FIELDS = {"name", "owner", "goal", "reason", "detail", "volume", "zone", "instance",
                 "instance_state", "instance_type", "market", "address", "private_address",
                 "boot_stage", "boot_result", "fleet", "engine", "engine_why",
                 "data_volumes", "findings"}


class CommandsTest(ProgramTest):
    def launch(self):
        return self.succeeds("launch", "--no-wait", self.write_machine(elastic_ip=ADDRESS))

    def test_status_shows_data_volumes(self):
        data = self.client.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        file = self.write_machine()
        with file.open("a", encoding="utf-8") as text:
            text.write(f'[[data_volumes]]\nvolume = "{data}"\ndevice = "/dev/sdg"\n')
        self.succeeds("launch", "--no-wait", file)
        shown, = json.loads(self.succeeds("status", "web", "--output", "json").stdout)["data_volumes"]
        self.assertEqual((shown["volume"], shown["device"], shown["trouble"]),
                         (data, "/dev/sdg", ""))
        self.assertIn(f"data     {data} as /dev/sdg", self.succeeds("status", "web").stdout)
        self.succeeds("pause", "web")
        self.client.delete_volume(VolumeId=data)
        shown, = json.loads(self.succeeds("status", "web", "--output", "json").stdout)["data_volumes"]
        self.assertIn("there is no data volume", shown["trouble"])

    def adopt_volume(self):
        self.client.create_tags(Resources=[VOLUME], Tags=[
            {"Key": "ec2spotter:" + key, "Value": value} for key, value in
            {"machine": "web", "owner": "default", "role": "root", "state": "current",
             "goal": "up", "volume": VOLUME}.items()])

    def test_launch_without_waiting_leaves_one_tagged_body(self):
        done = self.launch()
        self.assertIn("waiting_for_", done.stdout)
        self.assertIn("launching_instance: t3.small spot us-east-1a", done.stderr)
        body, = self.bodies()
        tags = {tag["Key"]: tag["Value"] for tag in body["Tags"]}
        self.assertEqual(tags["ec2spotter:owner"], "default")
        self.assertEqual(tags["ec2spotter:role"], "instance")
        self.assertEqual(tags["ec2spotter:instance-of"], VOLUME)
        self.assertEqual(tags["Name"], "web")
        self.assertEqual(body["InstanceLifecycle"], "spot")
        self.assertEqual(body["MetadataOptions"]["HttpTokens"], "required")
        self.launch()
        self.assertEqual(len(self.bodies()), 1)

    def test_instances_get_the_users_tags_and_profile(self):
        iam = self.server.client("iam")
        self.addCleanup(iam.close)
        iam.create_role(RoleName="web", AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
                 "Action": "sts:AssumeRole"}]}))
        iam.create_instance_profile(InstanceProfileName="web")
        iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
        file = self.write_machine(instance_profile="web")
        with file.open("a", encoding="utf-8") as text:
            text.write('[tags]\nteam = "shop"\n')
        self.succeeds("launch", "--no-wait", file)
        body, = self.bodies()
        self.assertTrue(body["IamInstanceProfile"]["Arn"].endswith("/web"))
        self.assertIn({"Key": "team", "Value": "shop"}, body["Tags"])
        self.assertIn({"Key": "Name", "Value": "web"}, body["Tags"])

    def test_json_has_stable_names(self):
        self.launch()
        status = json.loads(self.succeeds("--output", "json", "status", "web").stdout)
        self.assertEqual(set(status), REPORT_FIELDS)
        self.assertEqual(status["volume"], VOLUME)
        self.assertEqual((status["engine"], status["engine_why"]), ("kexec", "the first of auto"))
        explained = json.loads(self.succeeds("--output", "json", "explain", "web").stdout)
        self.assertEqual(set(explained), REPORT_FIELDS | {"next", "candidates", "zones"})
        row, = json.loads(self.succeeds("--output", "json", "list").stdout)
        self.assertEqual(set(row), {"name", "goal", "volume", "zone", "volume_state", "instance",
                                    "instance_state", "instance_type", "address"})
        self.assertEqual(row["name"], "web")

    def test_guest_files_are_remembered_on_the_volume(self):
        self.write_machine()
        self.fails(1, "guest-files", "web", says="launch it first")
        self.launch()
        self.assertIn("at the first boot", self.succeeds("guest-files", "web").stdout)
        for option, word in (("--remove", "remove"), ("--install", "install")):
            self.succeeds("guest-files", option, "web")
            shown = json.loads(self.succeeds("--output", "json", "guest-files", "web").stdout)
            self.assertEqual(shown, {"machine": "web", "volume": VOLUME, "guest_files": word})
        self.assertIn("at each boot", self.succeeds("guest-files", "web").stdout)

    def test_guest_files_are_not_remembered_on_a_retired_root(self):
        self.succeeds("launch", "--no-wait", self.write_machine())
        volume, = self.client.describe_volumes(VolumeIds=[VOLUME])["Volumes"]
        tags = [tag for tag in volume["Tags"] if not tag["Key"].endswith((":state", ":volume"))]
        retired = [self.client.create_volume(
            AvailabilityZone=volume["AvailabilityZone"], Size=1, TagSpecifications=[{
                "ResourceType": "volume",
                "Tags": [*tags, {"Key": "ec2spotter:state", "Value": "retired"}]}])["VolumeId"]
            for _ in range(6)]
        self.succeeds("guest-files", "--install", "web")
        for other in self.client.describe_volumes(VolumeIds=retired)["Volumes"]:
            self.assertNotIn("ec2spotter:guest-files", [tag["Key"] for tag in other["Tags"]])
        shown = json.loads(self.succeeds("--output", "json", "guest-files", "web").stdout)
        self.assertEqual((shown["volume"], shown["guest_files"]), (VOLUME, "install"))

    def test_status_without_a_console(self):
        self.launch()
        self.server.control("fault", {"kind": "error_before", "action": "GetConsoleOutput",
                                      "count": 0})
        self.assertIn("machine  web\n", self.succeeds("status", "web").stdout)

    def test_explain_names_the_pools_it_considered(self):
        self.write_machine()
        text = self.succeeds("explain", "web").stdout
        self.assertIn("adopting_volume", text)
        self.adopt_volume()
        text = self.succeeds("explain", "web").stdout
        self.assertIn("pool t3.small spot us-east-1a: taken, first open pool", text)
        self.assertIn("pool t3.medium spot us-east-1a: a later choice", text)

    def test_explain_names_the_pools_that_meet_requirements(self):
        self.write_machine(types=None, **{"requirements.vcpus": "2", "requirements.memory_gib": "4",
                                          "requirements.exclude": ["c6i.*"]})
        self.adopt_volume()
        text = self.succeeds("explain", "web").stdout
        self.assertRegex(text, r"pool t3.medium spot us-east-1a: taken, cheapest at 0\.\d+ USD/h")
        self.assertIn("pool c7i.large spot us-east-1a: a later choice", text)
        self.assertNotIn("c6i.large", text)
        self.assertNotIn("t3.small", text)

    def test_a_machine_is_known_by_its_tags_where_its_file_is_not(self):
        self.launch()
        (self.folder / "web.toml").unlink()
        self.assertIn(VOLUME, self.succeeds("status", "web").stdout)
        self.fails(2, "resume", "web", says="has no file here")
        self.succeeds("pause", "web")
        self.assertEqual(self.bodies(), [])

    def test_pause_frees_the_body_and_keeps_the_volume(self):
        self.launch()
        self.assertIn("paused", self.succeeds("pause", "web").stdout)
        self.assertEqual(self.bodies(), [])
        volume, = self.client.describe_volumes(VolumeIds=[VOLUME])["Volumes"]
        self.assertEqual(volume["State"], "available")
        self.succeeds("resume", "--no-wait", "web")
        self.assertEqual(len(self.bodies()), 1)

    def launch_another(self, body, **more):
        """An instance with the tags of `body`, and more."""
        tags = {tag["Key"]: tag["Value"] for tag in body["Tags"]}
        tags |= {"ec2spotter:" + key.replace("_", "-"): value for key, value in more.items()}
        time.sleep(1.1)  # EC2 tells the time of a launch by the second
        return self.client.run_instances(
            ImageId=IMAGE, InstanceType="t3.small", MinCount=1, MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": [
                {"Key": key, "Value": value} for key, value in tags.items()]}])["Instances"][0]

    def ssh(self, *words):
        """What ssh is called with."""
        program = self.write("bin/ssh", "#!/bin/sh\necho \"$@\"\n")
        program.chmod(0o700)
        path = {"PATH": f"{program.parent}:{self.environment['PATH']}"}
        return self.succeeds("ssh", *words, environment=path).stdout

    def test_recycle_gives_the_machine_another_instance(self):
        self.launch()
        former, = self.bodies()
        self.succeeds("recycle", "web", "--no-wait")
        body, = self.bodies()
        self.assertNotEqual(body["InstanceId"], former["InstanceId"])

    def test_wait_looks_until_the_goal_is_reached_and_does_nothing(self):
        self.launch()
        waiting = self.start("wait", "web", "--until", "paused")
        self.succeeds("pause", "web")
        before = self.calls()
        told, errors = waiting.communicate(timeout=30)
        self.assertEqual((waiting.returncode, self.calls()), (0, before), errors)
        self.assertIn("paused", told)
        self.succeeds("wait", "web", "--until", "paused")
        self.succeeds("resume", "web", "--no-wait")
        self.fails(1, "wait", "web", "--until", "paused", "--timeout", "0",
                   says="machine 'web' is not paused yet")

    def test_ssh_takes_the_elastic_ip_only_where_it_is_the_instances(self):
        self.launch()
        body, = self.bodies()
        self.assertEqual(self.ssh("web"), f"root@{body['PublicIpAddress']}\n")
        address, = self.client.describe_addresses()["Addresses"]
        self.client.associate_address(AllocationId=address["AllocationId"],
                                      InstanceId=self.launch_another(body)["InstanceId"])
        self.assertEqual(self.ssh("web"), f"root@{body['PublicIpAddress']}\n")
        self.client.associate_address(AllocationId=address["AllocationId"],
                                      InstanceId=body["InstanceId"], AllowReassociation=True)
        self.assertEqual(self.ssh("web"), f"root@{ADDRESS}\n")

    def test_a_name_means_the_instance_that_holds_the_root_while_its_successor_waits(self):
        self.succeeds("launch", "--no-wait", self.write_machine())
        body, = self.bodies()
        self.client.attach_volume(VolumeId=VOLUME, InstanceId=body["InstanceId"],
                                  Device="/dev/sdf")
        successor = self.launch_another(body, takes_over=body["InstanceId"])
        self.assertEqual(self.ssh("web", "uptime"), f"root@{body['PublicIpAddress']} uptime\n")
        self.succeeds("console", "web")
        asked = [call["parameters"]["InstanceId"] for call in self.server.control("calls")
                 if call["action"] == "GetConsoleOutput"]
        self.assertEqual(asked[-1], body["InstanceId"])
        for command in (("status", "web"), ("list",)):
            said = self.succeeds(*command).stdout
            self.assertIn(body["InstanceId"], said)
            self.assertNotIn(successor["InstanceId"], said)

    def test_while_nothing_holds_the_root_a_name_means_the_instance_that_is_to_get_it(self):
        self.succeeds("launch", "--no-wait", self.write_machine())
        body, = self.bodies()
        ids = sorted([body["InstanceId"], self.launch_another(body)["InstanceId"]])
        for lost, following in (ids, reversed(ids)):
            self.client.create_tags(Resources=[lost],
                                    Tags=[{"Key": "ec2spotter:root", "Value": "up"}])
            for command in (("status", "web"), ("list",)):
                shown = json.loads(self.succeeds("--output", "json", *command).stdout)
                shown = shown[0] if isinstance(shown, list) else shown
                self.assertEqual(shown["instance"], following, command)
            self.client.delete_tags(Resources=[lost], Tags=[{"Key": "ec2spotter:root"}])

    def test_results_go_to_stdout_and_progress_to_stderr(self):
        done = self.succeeds("--quiet", "launch", "--no-wait", self.write_machine())
        self.assertEqual(done.stderr, "")
        self.assertTrue(done.stdout.startswith("machine  web\n"), done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_the_originals_names_work(self):
        conf = self.write("web.conf", f"""
            ec2spotter_volume_name=web-root
            ec2spotter_launch_zone=us-east-1a
            ec2spotter_instance_type=t3.small
            ec2spotter_bid_price=0.05
            ec2spotter_preboot_image_id={IMAGE}
            """)
        folder = pathlib.Path(server.BINARY).parent
        self.succeeds("launch", "--no-wait", conf)
        body, = self.bodies()
        self.assertEqual(body["InstanceType"], "t3.small")
        done = self.run_program("--no-wait", conf, program=folder / "ec2spotter-launch")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.bodies()), 1)
        done = self.run_program(program=folder / "ec2spotter-setup")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(VOLUME, done.stdout)
        self.assertIn("123456789012", done.stdout)

    def test_help_names_every_command(self):
        text = self.succeeds("--help").stdout
        for name in ("launch", "list", "status", "doctor", "explain", "pause", "resume", "drill",
                     "console", "ssh", "setup", "sim"):
            self.assertRegex(text, rf"(?m)^  {name} ")


class CutOffTest(ProgramTest):
    def test_interrupting_says_that_nothing_is_lost(self):
        self.write_machine()
        running = self.start("launch", self.folder / "web.toml")
        wait_until("a body", self.bodies)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130, said)
        self.assertIn("run the same command again to go on", said)
        self.succeeds("launch", "--no-wait", self.folder / "web.toml")
        self.assertEqual(len(self.bodies()), 1)

    def test_killed_after_any_call_the_next_run_goes_on(self):
        self.write_machine(elastic_ip=ADDRESS)
        for calls in range(0, 12, 2):
            seen = len(self.server.control("calls"))
            running = self.start("launch", self.folder / "web.toml")
            wait_until(f"{calls} calls", lambda: len(self.server.control("calls")) >= seen + calls)
            running.kill()
            running.communicate(timeout=60)
        self.succeeds("launch", "--no-wait", self.folder / "web.toml")
        self.assertEqual(len(self.bodies()), 1)

    def test_a_server_that_goes_away_in_mid_launch(self):
        self.write_machine()
        running = self.start("launch", "--timeout", "1", self.folder / "web.toml")
        wait_until("a body", self.bodies)
        self.server.restart(signal.SIGKILL)
        # The same simulator is back at the same address: the launch goes on by itself.
        wait_until("a call after the restart", lambda: self.server.control("calls"), 60)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
        self.succeeds("launch", "--no-wait", self.folder / "web.toml")
        self.assertEqual(len(self.bodies()), 1)

    def test_a_server_that_stays_away_is_told_with_the_address(self):
        self.write_machine()
        self.server.stop()
        self.fails(1, "status", "web", says="127.0.0.1")


if __name__ == "__main__":
    unittest.main()
