"""`import`: an ordinary instance becomes a machine, and `launch` starts it on the same disk."""

import json
import unittest

from program import ADDRESS, IMAGE, VOLUME, ProgramTest, wait_until


class ImportTest(ProgramTest):
    def ordinary(self, name="shop", **more):
        """A running instance as a person would have launched it; its id."""
        tags = [{"Key": "team", "Value": "web"}] + ([{"Key": "Name", "Value": name}] if name else [])
        launched = self.client.run_instances(
            ImageId=IMAGE, InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName="me",
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}], **more)
        instance = launched["Instances"][0]["InstanceId"]
        self.client.get_waiter("instance_running").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 1})
        return instance

    def described(self, instance):
        found = self.client.describe_instances(InstanceIds=[instance])
        return found["Reservations"][0]["Instances"][0]

    def root_of(self, instance):
        return self.described(instance)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]

    def volume(self, volume):
        return self.client.describe_volumes(VolumeIds=[volume])["Volumes"][0]

    def test_a_dry_run_prints_the_plan_and_changes_nothing(self):
        instance = self.ordinary()
        root = self.root_of(instance)
        before = self.calls()
        shown = self.succeeds("import", instance, "--dry-run").stdout
        for text in ['name = "shop"', f'volume = "{root}"', 'types = ["t3.small"]', '"team" = "web"',
                     f"1. write {self.folder}/shop.toml",
                     f"2. keep {root} (/dev/xvda) when {instance} ends: DeleteOnTermination off",
                     f"4. stop {instance}", f"5. detach {root}"]:
            self.assertIn(text, shown)
        plan = json.loads(self.succeeds("--output", "json", "import", instance, "--dry-run").stdout)
        self.assertEqual(set(plan), {"name", "file", "file_exists", "machine_file", "volume",
                                     "steps", "left_behind"})
        self.assertEqual(plan["volume"], root)
        self.assertEqual(len(plan["steps"]), 4)
        self.assertFalse((self.folder / "shop.toml").exists())
        self.assertEqual([call for call in self.calls()[len(before):] if call != "RunInstances"], [],
                         "RunInstances is the dry run alone")

    def test_from_an_instance_to_a_machine_on_spot(self):
        instance = self.ordinary()
        root = self.root_of(instance)
        data = self.client.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        wait_until("the data volume", lambda: self.volume(data)["State"] == "available")
        self.client.attach_volume(VolumeId=data, InstanceId=instance, Device="/dev/sdh")
        self.client.associate_address(AllocationId="eipalloc-0aaaaaaaaaaaaaaa1", InstanceId=instance)
        self.fails(3, "import", instance, says=["will be stopped", "--yes"])
        self.assertEqual(self.described(instance)["State"]["Name"], "running")
        done = self.succeeds("import", instance, "--yes")
        self.assertIn("next: ec2spotter launch", done.stderr)
        self.assertEqual(self.described(instance)["State"]["Name"], "stopped")
        self.assertEqual(self.volume(root)["State"], "available")
        status = json.loads(self.succeeds("--output", "json", "status", "shop").stdout)
        self.assertEqual((status["goal"], status["volume"]), ("paused", root))
        self.succeeds("launch", "--no-wait", self.folder / "shop.toml")
        machine = self.client.describe_instances(Filters=[
            {"Name": "tag:ec2spotter:machine", "Values": ["shop"]}])
        body, = machine["Reservations"][0]["Instances"]
        self.assertEqual(body["InstanceLifecycle"], "spot")
        self.assertIn({"Key": "team", "Value": "web"}, body["Tags"])
        text = (self.folder / "shop.toml").read_text(encoding="utf-8")
        self.assertIn(f'elastic_ip = "{ADDRESS}"', text)
        self.assertIn(f'volume = "{data}"\ndevice = "/dev/sdh"', text)

    def test_a_second_run_keeps_the_file_and_can_end_the_instance(self):
        instance = self.ordinary()
        root = self.root_of(instance)
        self.succeeds("import", instance, "--yes")
        file = self.folder / "shop.toml"
        text = file.read_text(encoding="utf-8") + "# mine\n"
        file.write_text(text, encoding="utf-8")
        self.succeeds("import", instance)
        self.fails(3, "import", instance, "--terminate-source", says="will be terminated")
        self.succeeds("import", instance, "--terminate-source", "--yes")
        self.assertIn(self.described(instance)["State"]["Name"], {"shutting-down", "terminated"})
        self.assertEqual(self.volume(root)["State"], "available")
        self.assertEqual(file.read_text(encoding="utf-8"), text)

    def test_a_file_of_another_machine_is_not_written_over(self):
        instance = self.ordinary()
        self.write("shop.toml", f'volume = "web-root"\nimage = "{IMAGE}"\ntypes = ["t3.small"]\n')
        self.fails(3, "import", instance, "--yes", says=["shop.toml exists", "--name"])
        self.assertEqual(self.described(instance)["State"]["Name"], "running")
        self.succeeds("import", instance, "--yes", "--name", "other")
        self.assertIn('instance_name = "shop"',
                      (self.folder / "other.toml").read_text(encoding="utf-8"))

    def test_what_cannot_become_a_machine_is_refused_with_the_cure(self):
        self.fails(1, "import", "i-0123456789abcdef0", says=["i-0123456789abcdef0", "--region"])
        nameless = self.ordinary(name=None)
        self.fails(2, "import", nameless, "--dry-run", says=["no Name tag", "--name"])
        odd = self.ordinary(name="my shop")
        self.fails(2, "import", odd, "--dry-run", says=["'my shop'", "--name"])
        self.succeeds("launch", "--no-wait", self.write_machine())
        body, = self.bodies()
        self.fails(3, "import", body["InstanceId"], says="is an instance of machine 'web' already")
        self.fails(3, "import", nameless, "--name", "web", "--yes",
                   says=["rule S2", VOLUME, "--name"])
        self.assertEqual(self.described(nameless)["State"]["Name"], "running")

    def test_an_instance_that_ec2_would_not_launch_again_goes_on(self):
        instance = self.ordinary()
        self.fails(1, "import", instance, "--yes", "--image", "ami-0123456789abcdef0",
                   says=["EC2 would not launch the machine", "nothing was changed"])
        self.assertEqual(self.described(instance)["State"]["Name"], "running")
        self.assertFalse((self.folder / "shop.toml").exists())


if __name__ == "__main__":
    unittest.main()
