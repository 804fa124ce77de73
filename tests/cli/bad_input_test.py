"""Whatever the user or the account gets wrong: one clear message, the right exit code, nothing
half-done."""

import unittest

from program import ADDRESS, IMAGE, VOLUME, ProgramTest


class VolumeTest(ProgramTest):
    def tearDown(self):
        self.assertEqual(self.bodies(), [])

    def test_no_volume_of_that_name(self):
        self.write_machine(volume="wbe-root")
        self.fails(1, "launch", self.folder / "web.toml",
                   says=["there is no root volume", "wbe-root", "check its name and the region"])
        self.assertEqual(self.calls(), [])

    def test_two_volumes_of_that_name(self):
        other = self.client.create_volume(
            AvailabilityZone="us-east-1a", Size=1,
            TagSpecifications=[{"ResourceType": "volume",
                                "Tags": [{"Key": "Name", "Value": "web-root"}]}])["VolumeId"]
        self.fails(2, "launch", self.write_machine(),
                   says=["2 volumes may be the root volume", VOLUME, other, "name the right one by its id"])

    def test_volume_in_use_elsewhere(self):
        instance = self.client.run_instances(
            ImageId=IMAGE, InstanceType="t3.small", MinCount=1, MaxCount=1,
            Placement={"AvailabilityZone": "us-east-1a"})["Instances"][0]["InstanceId"]
        self.client.get_waiter("instance_running").wait(InstanceIds=[instance],
                                                        WaiterConfig={"Delay": 1})
        self.client.attach_volume(VolumeId=VOLUME, InstanceId=instance, Device="/dev/sdf")
        before = self.calls()
        self.fails(3, "launch", self.write_machine(),
                   says=[f"{VOLUME} is attached to {instance}",
                         "which is not an instance of this machine; detach it there first"])
        self.assertEqual(self.calls(), before)

    def test_volume_in_another_zone_than_asked(self):
        self.fails(2, "launch", self.write_machine(zone="us-east-1b"),
                   says=f"{VOLUME} is in us-east-1a, not in us-east-1b; correct the zone")
        self.assertEqual(self.calls(), [])

    def test_volume_of_another_owner(self):
        self.client.create_tags(Resources=[VOLUME],
                                Tags=[{"Key": "ec2spotter:machine", "Value": "db"},
                                      {"Key": "ec2spotter:owner", "Value": "others"}])
        before = self.calls()
        self.fails(3, "launch", self.write_machine(), says="the root of machine 'db' of owner 'others'")
        self.assertEqual(self.calls(), before)

    def test_address_that_is_not_there(self):
        self.fails(1, "launch", self.write_machine(elastic_ip="127.90.0.99"),
                   says="there is no Elastic IP 127.90.0.99 in this region; allocate it")


class FileTest(ProgramTest):
    def test_unknown_key(self):
        path = self.write("web.toml", 'volume = "web-root"\nimagee = "ami-1"\n')
        self.fails(2, "launch", path, says=f"{path}:2: unknown key 'imagee'; did you mean 'image'?")

    def requirements(self, inside):
        return self.write("web.toml", f'volume = "web-root"\nimage = "{IMAGE}"\n'
                                      f"requirements = {{ {inside} }}\n")

    def test_numbers_that_are_none(self):
        path = self.write_machine()
        for number in ("0x10", "010x", "+5", " 5", "5 ", "1e1", "nan", "0", "-1", "1441", "",
                       "99999999999999999999"):
            self.fails(2, "launch", "--timeout", number, path,
                       says=f"{number} is not a whole number from 1 to 1440")
        for price in ("nan", "inf", "0x1", "1e2", "-1"):
            self.fails(2, "launch", self.write_machine(max_price=price),
                       says="max_price must be US dollars an hour above 0.001")
        self.assertEqual(self.bodies(), [])

    def test_requirements_with_an_unknown_key(self):
        path = self.requirements('vcpus = "2", memory = "4"')
        self.fails(2, "launch", path, says=f"{path}:3: requirements has the unknown key 'memory'; "
                                           "did you mean 'memory_gib'?")

    def test_requirements_that_no_type_meets(self):
        path = self.requirements('vcpus = "96-", memory_gib = "0-"')
        self.fails(2, "launch", path, says=["no instance type in us-east-1a has 96- vCPUs",
                                            "widen its requirements"])
        self.assertEqual(self.bodies(), [])

    def test_unknown_key_of_a_classic_file(self):
        path = self.write("web.conf", "ec2spotter_volume_nam=web-root\n")
        self.fails(2, "launch", path, says=[":1: unknown key 'ec2spotter_volume_nam'",
                                            "did you mean 'ec2spotter_volume_name'?"])

    def test_classic_file_is_never_run(self):
        path = self.write("web.conf", f"ec2spotter_volume_name=$(touch {self.folder}/ran)\n")
        self.fails(2, "launch", path, says="the file is read, not run by a shell")
        self.assertFalse((self.folder / "ran").exists())

    def test_missing_file(self):
        self.fails(1, "launch", self.folder / "gone.toml", says="gone.toml cannot be read")

    def test_an_image_that_does_not_exist(self):
        self.fails(1, "launch", self.write_machine(image="ami-0bbbbbbbbbbbbbbb1"),
                   says=["RunInstances", "InvalidAMIID.NotFound"])
        self.assertEqual(self.bodies(), [])

    def test_unknown_machine(self):
        self.fails(1, "status", "nobody", says=["no machine is named 'nobody'", "ec2spotter list"])


class CredentialsTest(ProgramTest):
    def keys(self, key="test", secret="test", token=None):
        lines = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
        if token:
            lines += f"aws_session_token = {token}\n"
        path = self.write(".aws/credentials", lines)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            self.environment.pop(name, None)
        self.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(path)
        return path

    def test_none_at_all(self):
        self.keys().unlink()
        self.fails(4, "list", says=["no AWS credentials found", "run aws configure"])

    def test_wrong_secret(self):
        self.keys(secret="tset")
        self.fails(4, "list", says=["AWS does not accept the credentials from profile 'default'",
                                    "check the access key, its secret"])

    def test_unknown_key(self):
        self.keys(key="AKIAUNKNOWN")
        self.fails(4, "list", says="AWS does not accept the credentials from profile 'default'")

    def test_expired_token(self):
        role = self.server.client("sts").assume_role(
            RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="session", DurationSeconds=900)
        issued = role["Credentials"]
        self.keys(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
        self.succeeds("list")
        self.server.control("clock", {"advance_seconds": 1000})
        self.fails(4, "list", says=["have expired", "put new keys into that profile"])

    def test_world_readable_file_is_warned_of(self):
        path = self.keys()
        path.chmod(0o644)
        done = self.succeeds("list")
        self.assertIn(f"every user of this machine can read {path}; run chmod 600 on it",
                      done.stderr)
        self.assertNotIn("secret", done.stderr)

    def test_unreadable_file(self):
        path = self.keys()
        path.unlink()
        path.mkdir()
        self.fails(1, "list", says=[f"cannot read {path}", "it is a folder; name a file"])

    def test_a_clock_that_is_20_minutes_off_is_repaired(self):
        for offset in ("+20m", "-20m"):
            done = self.succeeds("list", before=["faketime", "-f", offset])
            self.assertIn("clock is more than four minutes off AWS's", done.stderr)

    def test_no_region(self):
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            self.environment.pop(name)
        self.fails(2, "list", says=["no AWS region is set", "give --region"])

    def test_nobody_at_the_endpoint(self):
        self.fails(1, "--endpoint-url", "http://127.0.0.1:9", "list", says="127.0.0.1")


class CapacityTest(ProgramTest):
    def test_no_capacity_in_any_pool(self):
        for kind in ("t3.small", "t3.medium"):
            self.server.control("capacity", {"instance_type": kind, "zone": "us-east-1a",
                                             "available": 0})
        self.fails(5, "launch", self.write_machine(elastic_ip=ADDRESS),
                   says=["t3.small spot us-east-1a: ", "t3.medium spot us-east-1a: ",
                         "InsufficientInstanceCapacity"])
        self.assertEqual(self.bodies(), [])

    def test_a_price_below_the_market(self):
        self.fails(5, "launch", self.write_machine(max_price="0.0011"), says="SpotMaxPriceTooLow")


class UsageTest(ProgramTest):
    def test_wrong_words(self):
        self.fails(2)
        self.fails(2, "dance")
        self.fails(2, "launch")
        self.fails(2, "--output", "yaml", "list")
        self.fails(2, "sim", "--listen", "nowhere", says="must be HOST:PORT")
        self.fails(3, "sim", "--listen", "0.0.0.0:0", says="--allow-public")
        self.fails(2, "sim", "--listen", "127.0.0.1:0", "--vm", says="give one with --state")


if __name__ == "__main__":
    unittest.main()
