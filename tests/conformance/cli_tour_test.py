"""The AWS CLI walks through every action of the simulator; each raw reply is validated."""

import json
import unittest

from aws_cli import AwsCli, clidriver, part_of_botocore
from server import Server, basic_seed
from validate import Recorder

IMAGE = "ami-0aaaaaaaaaaaaaaa1"
VOLUME = "vol-0aaaaaaaaaaaaaaa1"
ADDRESS = "eipalloc-0aaaaaaaaaaaaaaa1"
ZONE = "us-east-1a"


class CliTourTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(basic_seed()).__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.cli = AwsCli(cls.server.environment())
        cls.recorder = Recorder(part_of_botocore("parsers")).__enter__()
        cls.addClassCleanup(cls.recorder.__exit__, None, None, None)

    @classmethod
    def tearDownClass(cls):
        """An action that no command has carried out successfully is a failure."""
        calls = cls.server.control("calls")
        done = {call["action"] for call in calls if not call["error"]}
        missing = set(cls.server.control("actions")) - done
        if missing:
            raise AssertionError(f"no command of the tour calls {sorted(missing)}")
        if cls.recorder.problems:
            raise AssertionError("\n".join(cls.recorder.problems))
        if clidriver is not None and not cls.recorder.operations:
            raise AssertionError("no reply was validated")

    def ec2(self, *words):
        return self.cli("ec2", *words)

    def refused(self, code, *words):
        status, _, err = self.cli.run(*words)
        self.assertNotEqual(status, 0)
        self.assertIn(f"({code})", err)

    def run_one(self, *words):
        made = self.ec2("run-instances", "--image-id", IMAGE, "--instance-type", "t3.small",
                        "--placement", f"AvailabilityZone={ZONE}", *words)
        made = made["Instances"][0]["InstanceId"]
        self.ec2("wait", "instance-running", "--instance-ids", made)
        return made

    def test_instances(self):
        one = self.run_one("--key-name", "me", "--tag-specifications",
                           "ResourceType=instance,Tags=[{Key=Name,Value=one}]")
        found = self.ec2("describe-instances", "--filters", "Name=tag:Name,Values=one")
        self.assertEqual(found["Reservations"][0]["Instances"][0]["InstanceId"], one)
        self.refused("DryRunOperation", "ec2", "run-instances", "--image-id", IMAGE,
                     "--instance-type", "t3.small", "--dry-run")
        self.ec2("describe-instances", "--max-items", "1", "--page-size", "5")
        self.ec2("describe-instance-status", "--include-all-instances")
        self.ec2("modify-instance-attribute", "--instance-id", one, "--block-device-mappings",
                 "DeviceName=/dev/xvda,Ebs={DeleteOnTermination=false}")
        self.ec2("describe-instance-attribute", "--instance-id", one, "--attribute",
                 "blockDeviceMapping")
        self.ec2("reboot-instances", "--instance-ids", one)
        self.ec2("get-console-output", "--instance-id", one, "--latest")
        self.ec2("stop-instances", "--instance-ids", one)
        self.ec2("wait", "instance-stopped", "--instance-ids", one)
        self.ec2("start-instances", "--instance-ids", one)
        self.ec2("terminate-instances", "--instance-ids", one)
        self.ec2("wait", "instance-terminated", "--instance-ids", one)
        self.ec2("describe-instance-types", "--instance-types", "t3.small")
        self.ec2("describe-instance-type-offerings", "--location-type", "availability-zone",
                 "--filters", "Name=instance-type,Values=t3.*")

    def test_volumes_snapshots_tags(self):
        instance = self.run_one()
        volume = self.ec2("create-volume", "--availability-zone", ZONE, "--size", 8,
                          "--volume-type", "gp3", "--tag-specifications",
                          "ResourceType=volume,Tags=[{Key=Name,Value=data}]")["VolumeId"]
        self.ec2("wait", "volume-available", "--volume-ids", volume)
        self.ec2("attach-volume", "--volume-id", volume, "--instance-id", instance, "--device",
                 "/dev/sdf")
        self.ec2("wait", "volume-in-use", "--volume-ids", volume)
        self.refused("VolumeInUse", "ec2", "attach-volume", "--volume-id", volume,
                     "--instance-id", instance, "--device", "/dev/sdg")
        both = self.ec2("create-snapshots", "--instance-specification", f"InstanceId={instance}")
        self.assertEqual(len(both["Snapshots"]), 2)
        self.ec2("detach-volume", "--volume-id", volume)
        self.ec2("wait", "volume-available", "--volume-ids", volume)
        self.ec2("modify-volume", "--volume-id", volume, "--size", 9)
        self.ec2("describe-volumes-modifications", "--volume-ids", volume)
        snapshot = self.ec2("create-snapshot", "--volume-id", volume)["SnapshotId"]
        self.ec2("wait", "snapshot-completed", "--snapshot-ids", snapshot)
        self.ec2("copy-snapshot", "--region", "us-west-2", "--source-region", "us-east-1",
                 "--source-snapshot-id", snapshot)
        self.ec2("describe-snapshots", "--owner-ids", "self")
        self.ec2("create-tags", "--resources", snapshot, "--tags", "Key=a,Value=1")
        tags = self.ec2("describe-tags", "--filters", f"Name=resource-id,Values={snapshot}")
        self.assertEqual(tags["Tags"][0]["Value"], "1")
        self.ec2("delete-tags", "--resources", snapshot, "--tags", "Key=a")
        self.ec2("describe-volumes", "--volume-ids", volume)
        self.ec2("delete-snapshot", "--snapshot-id", snapshot)
        self.ec2("delete-volume", "--volume-id", volume)
        self.ec2("wait", "volume-deleted", "--volume-ids", volume)

    def test_replaced_roots(self):
        instance = self.run_one()
        made = self.ec2("create-replace-root-volume-task", "--instance-id", instance,
                        "--image-id", IMAGE, "--delete-replaced-root-volume",
                        "--tag-specifications",
                        "ResourceType=replace-root-volume-task,Tags=[{Key=a,Value=1}]")
        task = made["ReplaceRootVolumeTask"]["ReplaceRootVolumeTaskId"]
        found = self.ec2("describe-replace-root-volume-tasks", "--filters",
                         f"Name=instance-id,Values={instance}")["ReplaceRootVolumeTasks"]
        self.assertEqual([each["ReplaceRootVolumeTaskId"] for each in found], [task])
        self.assertEqual(found[0]["TaskState"], "succeeded")
        self.refused("IncorrectState", "ec2", "create-replace-root-volume-task", "--instance-id",
                     self.detached(), "--delete-replaced-root-volume")

    def detached(self):
        """An instance that a failed task has left without a root."""
        instance = self.run_one()
        self.server.control("fault", {"kind": "task_fails_detached", "instance_id": instance})
        self.ec2("create-replace-root-volume-task", "--instance-id", instance)
        return instance

    def test_spot(self):
        self.run_one("--instance-market-options", "MarketType=spot")
        request = self.ec2("request-spot-instances", "--instance-count", 1,
                           "--launch-specification",
                           json.dumps({"ImageId": IMAGE, "InstanceType": "t3.small"}))
        request = request["SpotInstanceRequests"][0]["SpotInstanceRequestId"]
        self.ec2("wait", "spot-instance-request-fulfilled", "--spot-instance-request-ids", request)
        self.ec2("describe-spot-instance-requests", "--spot-instance-request-ids", request)
        self.ec2("cancel-spot-instance-requests", "--spot-instance-request-ids", request)
        self.ec2("describe-spot-price-history", "--instance-types", "t3.small",
                 "--product-descriptions", "Linux/UNIX", "--max-items", 2)
        self.ec2("get-spot-placement-scores", "--target-capacity", 1, "--instance-types",
                 "t3.small", "m5.large", "c5.large", "--single-availability-zone")

    def test_templates_and_fleets(self):
        self.ec2("create-launch-template", "--launch-template-name", "web",
                 "--launch-template-data",
                 json.dumps({"ImageId": IMAGE, "InstanceType": "t3.small"}))
        self.ec2("create-launch-template-version", "--launch-template-name", "web",
                 "--source-version", "1", "--launch-template-data",
                 json.dumps({"InstanceType": "t3.medium"}))
        self.ec2("describe-launch-templates", "--launch-template-names", "web")
        self.ec2("describe-launch-template-versions", "--launch-template-name", "web")
        config = json.dumps([{"LaunchTemplateSpecification": {
            "LaunchTemplateName": "web", "Version": "$Latest"},
            "Overrides": [{"InstanceType": "t3.small", "AvailabilityZone": ZONE}]}])
        fleet = ("create-fleet", "--launch-template-configs", config,
                 "--target-capacity-specification",
                 "TotalTargetCapacity=1,DefaultTargetCapacityType=spot")
        instant = self.ec2(*fleet, "--type", "instant")
        self.assertEqual(len(instant["Instances"]), 1)
        kept = self.ec2(*fleet, "--type", "maintain")["FleetId"]
        self.ec2("describe-fleets", "--fleet-ids", kept)
        self.ec2("describe-fleet-instances", "--fleet-id", kept)
        self.ec2("delete-fleets", "--fleet-ids", kept, "--terminate-instances")
        self.ec2("delete-launch-template-versions", "--launch-template-name", "web", "--versions",
                 "2")
        self.ec2("delete-launch-template", "--launch-template-name", "web")

    def test_addresses_and_images(self):
        instance = self.run_one()
        found = self.ec2("describe-addresses", "--allocation-ids", ADDRESS)["Addresses"]
        self.assertEqual(found[0]["PublicIp"], "127.90.0.1")
        address = self.ec2("allocate-address", "--domain", "vpc")["AllocationId"]
        association = self.ec2("associate-address", "--allocation-id", address, "--instance-id",
                               instance)["AssociationId"]
        self.ec2("disassociate-address", "--association-id", association)
        self.ec2("release-address", "--allocation-id", address)
        made = self.ec2("create-image", "--instance-id", instance, "--name", "made",
                        "--no-reboot")["ImageId"]
        self.ec2("wait", "image-available", "--image-ids", made)
        registered = self.ec2(
            "register-image", "--name", "registered", "--architecture", "x86_64",
            "--root-device-name", "/dev/xvda", "--virtualization-type", "hvm", "--ena-support",
            "--block-device-mappings",
            "DeviceName=/dev/xvda,Ebs={SnapshotId=snap-0aaaaaaaaaaaaaaa1}")["ImageId"]
        self.ec2("describe-images", "--image-ids", registered, "--owners", "self")
        self.ec2("deregister-image", "--image-id", registered)

    def test_network(self):
        vpc = self.ec2("describe-vpcs")["Vpcs"][0]["VpcId"]
        subnet = self.ec2("describe-subnets", "--filters",
                          f"Name=availability-zone,Values={ZONE}")["Subnets"][0]["SubnetId"]
        group = self.ec2("create-security-group", "--group-name", "g", "--description", "d",
                         "--vpc-id", vpc)["GroupId"]
        rule = ("--group-id", group, "--protocol", "tcp", "--port", 22, "--cidr", "10.0.0.0/8")
        self.ec2("authorize-security-group-ingress", *rule)
        self.ec2("authorize-security-group-egress", *rule)
        self.ec2("describe-security-groups", "--group-ids", group)
        interface = self.ec2("create-network-interface", "--subnet-id", subnet, "--groups", group)
        interface = interface["NetworkInterface"]["NetworkInterfaceId"]
        self.ec2("wait", "network-interface-available", "--network-interface-ids", interface)
        instance = self.run_one()
        attachment = self.ec2("attach-network-interface", "--network-interface-id", interface,
                              "--instance-id", instance, "--device-index", 1)["AttachmentId"]
        self.ec2("modify-network-interface-attribute", "--network-interface-id", interface,
                 "--attachment", f"AttachmentId={attachment},DeleteOnTermination=false")
        self.ec2("describe-network-interfaces", "--network-interface-ids", interface)
        self.ec2("detach-network-interface", "--attachment-id", attachment)
        self.ec2("delete-network-interface", "--network-interface-id", interface)
        self.ec2("delete-security-group", "--group-id", group)

    def test_encryption_by_default(self):
        self.assertFalse(self.ec2("get-ebs-encryption-by-default")["EbsEncryptionByDefault"])
        self.assertTrue(self.ec2("enable-ebs-encryption-by-default")["EbsEncryptionByDefault"])
        made = self.ec2("create-volume", "--availability-zone", ZONE, "--size", "1")
        self.assertTrue(made["Encrypted"])
        self.assertFalse(self.ec2("disable-ebs-encryption-by-default")["EbsEncryptionByDefault"])

    def test_keys_and_places(self):
        made = self.ec2("create-key-pair", "--key-name", "made", "--key-type", "ed25519")
        self.assertIn("PRIVATE KEY", made["KeyMaterial"])
        self.ec2("import-key-pair", "--key-name", "mine", "--public-key-material",
                 "c3NoLWVkMjU1MTkgQUFBQSBtZQ==")
        self.ec2("wait", "key-pair-exists", "--key-names", "made", "mine")
        self.ec2("describe-key-pairs", "--key-names", "mine", "--include-public-key")
        self.ec2("delete-key-pair", "--key-name", "made")
        self.assertIn("eu-west-1", [r["RegionName"]
                                    for r in self.ec2("describe-regions")["Regions"]])
        self.ec2("describe-availability-zones")

    def test_other_services(self):
        self.assertTrue(self.cli("sts", "get-caller-identity")["Account"].isdigit())
        role = self.cli("sts", "assume-role", "--role-arn", "arn:aws:iam::123456789012:role/r",
                        "--role-session-name", "session")
        self.assertTrue(role["Credentials"]["AccessKeyId"].startswith("ASIA"))
        image = self.cli("ssm", "get-parameter", "--name",
                         "/aws/service/debian/release/12/latest/amd64")["Parameter"]["Value"]
        self.assertEqual(image, IMAGE)
        quota = self.cli("service-quotas", "get-service-quota", "--service-code", "ec2",
                         "--quota-code", "L-34B43A08")["Quota"]
        self.assertEqual((quota["QuotaCode"], quota["Value"]), ("L-34B43A08", 640.0))
        self.refused("NoSuchResourceException", "service-quotas", "get-service-quota",
                     "--service-code", "ec2", "--quota-code", "L-00000000")
        role = self.cli("iam", "create-service-linked-role", "--aws-service-name",
                        "ec2fleet.amazonaws.com")["Role"]
        self.assertEqual(role["RoleName"], "AWSServiceRoleForEC2Fleet")
        self.refused("InvalidInput", "iam", "create-service-linked-role", "--aws-service-name",
                     "nothing.amazonaws.com")


if __name__ == "__main__":
    unittest.main()
