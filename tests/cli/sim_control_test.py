"""The subcommands of `sim` that steer a running simulator."""

import json
import unittest
import urllib.error

import botocore.exceptions

from program import IMAGE, ProgramTest


class SimControlTest(ProgramTest):
    def read(self, name):
        return json.loads(self.succeeds("sim", name).stdout)

    def test_quota_is_what_the_account_may_still_start(self):
        self.succeeds("sim", "quota", "on_demand_vcpus", 1)
        with self.assertRaises(botocore.exceptions.ClientError) as refused:
            self.client.run_instances(ImageId=IMAGE, InstanceType="t3.small", MinCount=1, MaxCount=1)
        self.assertEqual(refused.exception.response["Error"]["Code"], "VcpuLimitExceeded")

    def test_an_unknown_quota_is_refused_with_the_known_ones(self):
        self.fails(2, "sim", "quota", "shoes", 1, says="spot_vcpus, on_demand_vcpus, addresses or ")

    def test_limits_switch_the_request_rates(self):
        for value in (True, False):
            self.succeeds("sim", "limits", "--enabled", str(value).lower())
            self.assertIs(self.read("state")["state"]["settings"]["limits"], value)

    def test_limits_must_be_told_which_way(self):
        self.fails(2, "sim", "limits", says="--enabled is required")

    def test_actions_are_those_that_the_simulator_answers(self):
        actions = self.read("actions")
        self.assertIn("RunInstances", actions)
        self.assertEqual(actions, self.server.control("actions"))

    def test_what_ails_an_instance_is_shown_by_its_status(self):
        instance = self.client.run_instances(ImageId=IMAGE, InstanceType="t3.small", MinCount=1,
                                             MaxCount=1)["Instances"][0]["InstanceId"]
        self.succeeds("sim", "status", instance, "system", "impaired")
        self.succeeds("sim", "hang", instance)
        self.succeeds("sim", "event", instance, "instance-retirement", "--seconds", 3600)
        shown = self.client.describe_instance_status(InstanceIds=[instance])
        status = shown["InstanceStatuses"][0]
        self.assertEqual("impaired", status["SystemStatus"]["Status"])
        self.assertIn("ImpairedSince", status["SystemStatus"]["Details"][0])
        self.assertEqual("impaired", status["InstanceStatus"]["Status"])
        self.assertEqual("ok", status["AttachedEbsStatus"]["Status"])
        self.assertEqual("instance-retirement", status["Events"][0]["Code"])
        self.fails(2, "sim", "status", instance, "disk", "ok", says="system, instance or ebs")

    def test_what_becomes_of_replaced_roots_is_chosen(self):
        instance = self.client.run_instances(ImageId=IMAGE, InstanceType="t3.small", MinCount=1,
                                             MaxCount=1)["Instances"][0]["InstanceId"]
        self.succeeds("sim", "replacement", "--delete-on-termination", "false")
        self.succeeds("sim", "fault", "task_fails", "--instance", instance)
        states = [self.replace_root(instance) for _ in range(2)]
        self.assertEqual(states, ["failed", "succeeded"])
        shown = self.client.describe_instances(InstanceIds=[instance])
        root = shown["Reservations"][0]["Instances"][0]["BlockDeviceMappings"][0]["Ebs"]
        self.assertFalse(root["DeleteOnTermination"])
        self.fails(2, "sim", "fault", "task_fails", "--action", "RunInstances", says="alone")

    def replace_root(self, instance):
        made = self.client.create_replace_root_volume_task(InstanceId=instance)
        task = made["ReplaceRootVolumeTask"]["ReplaceRootVolumeTaskId"]
        return self.client.describe_replace_root_volume_tasks(
            ReplaceRootVolumeTaskIds=[task])["ReplaceRootVolumeTasks"][0]["TaskState"]

    def test_resources_are_those_of_one_kind(self):
        volumes = json.loads(self.succeeds("sim", "resources", "volume").stdout)
        self.assertEqual(["vol-0aaaaaaaaaaaaaaa1"], list(volumes))

    def test_violations_are_none_in_a_sound_world(self):
        self.assertEqual(self.read("violations"), [])

    def test_the_endpoint_is_found_in_the_order_of_all_commands(self):
        nobody = "http://127.0.0.1:9"
        config = self.write("config", f"[profile local]\nendpoint_url = {self.server.endpoint}\n")
        for environment in (
                {"AWS_ENDPOINT_URL_EC2": self.server.endpoint, "AWS_ENDPOINT_URL": nobody},
                {"AWS_ENDPOINT_URL": "", "AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "local"}):
            for command in (["list"], ["sim", "violations"]):
                with self.subTest(environment=environment, command=command):
                    self.succeeds(*command, environment=environment)
        environment = {"AWS_ENDPOINT_URL_EC2": nobody}
        self.fails(1, "sim", "violations", environment=environment, says=f"answers at {nobody};")
        self.succeeds("--endpoint-url", self.server.endpoint, "sim", "violations",
                      environment=environment)
        self.fails(2, "sim", "violations", environment={"AWS_ENDPOINT_URL": "localhost:4599"},
                   says="the endpoint of AWS_ENDPOINT_URL is not an http or https address")

    def test_every_control_call_has_a_subcommand(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.server.control("shoes", {})
        with refused.exception as reply:
            names = reply.read().decode().partition("known: ")[2].split()
        self.assertIn("capacity", names)
        text = self.succeeds("sim", "--help").stdout
        for name in names:
            self.assertRegex(text, rf"(?m)^  {name} ")


if __name__ == "__main__":
    unittest.main()
