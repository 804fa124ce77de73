"""boto3 walks through every action of the simulator; each raw reply is validated."""

import unittest

import botocore.exceptions

from server import Server, basic_seed
from validate import Recorder

IMAGE = "ami-0aaaaaaaaaaaaaaa1"
VOLUME = "vol-0aaaaaaaaaaaaaaa1"
QUICK = {"Delay": 1, "MaxAttempts": 30}


def tags(kind, **pairs):
    return [{"ResourceType": kind, "Tags": [{"Key": k, "Value": v} for k, v in pairs.items()]}]


class TourTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Server(basic_seed()))
        self.recorder = self.enterContext(Recorder())
        self.ec2 = self.server.client()
        self.addCleanup(self.check_replies)

    def enterContext(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def check_replies(self):
        self.assertEqual(self.recorder.problems, [])

    def wait(self, name, **arguments):
        self.ec2.get_waiter(name).wait(WaiterConfig=QUICK, **arguments)

    def refused(self, code, call, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def run_one(self, **more):
        arguments = dict(ImageId=IMAGE, InstanceType="t3.small", MinCount=1, MaxCount=1,
                         Placement={"AvailabilityZone": "us-east-1a"})
        instance = self.ec2.run_instances(**(arguments | more))["Instances"][0]["InstanceId"]
        self.wait("instance_running", InstanceIds=[instance])
        return instance

    def test_instances(self):
        ec2 = self.ec2
        self.refused("DryRunOperation", ec2.run_instances, ImageId=IMAGE, MinCount=1, MaxCount=1,
                     InstanceType="t3.small", DryRun=True)
        self.refused("InvalidAMIID.NotFound", ec2.run_instances, ImageId="ami-0bbbbbbbbbbbbbbb1",
                     MinCount=1, MaxCount=1, InstanceType="t3.small")
        instance = self.run_one(KeyName="me", TagSpecifications=tags("instance", Name="one"))
        found = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["on*"]}])
        self.assertEqual(found["Reservations"][0]["Instances"][0]["InstanceId"], instance)
        self.wait("instance_status_ok", InstanceIds=[instance])
        ec2.modify_instance_attribute(
            InstanceId=instance,
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda",
                                  "Ebs": {"DeleteOnTermination": False}}])
        attribute = ec2.describe_instance_attribute(InstanceId=instance,
                                                    Attribute="blockDeviceMapping")
        self.assertFalse(attribute["BlockDeviceMappings"][0]["Ebs"]["DeleteOnTermination"])
        ec2.reboot_instances(InstanceIds=[instance])
        ec2.get_console_output(InstanceId=instance)
        ec2.stop_instances(InstanceIds=[instance])
        self.wait("instance_stopped", InstanceIds=[instance])
        ec2.start_instances(InstanceIds=[instance])
        self.wait("instance_running", InstanceIds=[instance])
        self.refused("InvalidInstanceID.NotFound", ec2.terminate_instances,
                     InstanceIds=[instance, "i-0bbbbbbbbbbbbbbb1"])
        ec2.terminate_instances(InstanceIds=[instance])
        self.wait("instance_terminated", InstanceIds=[instance])

    def test_client_tokens(self):
        first = self.run_one(ClientToken="a")
        self.assertEqual(self.run_one(ClientToken="a"), first)
        self.refused("IdempotentParameterMismatch", self.ec2.run_instances, ImageId=IMAGE,
                     InstanceType="t3.medium", MinCount=1, MaxCount=1, ClientToken="a",
                     Placement={"AvailabilityZone": "us-east-1a"})

    def test_paging(self):
        for _ in range(7):
            self.run_one()
        pages = list(self.ec2.get_paginator("describe_instances").paginate(
            PaginationConfig={"PageSize": 5}))
        self.assertEqual(len(pages), 2)
        self.assertEqual(sum(len(p["Reservations"]) for p in pages), 7)
        one = pages[0]["Reservations"][0]["Instances"][0]["InstanceId"]
        self.refused("InvalidParameterCombination", self.ec2.describe_instances,
                     InstanceIds=[one], MaxResults=5)

    def test_volumes_and_snapshots(self):
        ec2 = self.ec2
        instance, other = self.run_one(), self.run_one()
        volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8, VolumeType="gp3",
                                   TagSpecifications=tags("volume", Name="data"))["VolumeId"]
        self.wait("volume_available", VolumeIds=[volume])
        far = ec2.create_volume(AvailabilityZone="us-east-1b", Size=8)["VolumeId"]
        self.wait("volume_available", VolumeIds=[far])
        self.refused("InvalidVolume.ZoneMismatch", ec2.attach_volume, VolumeId=far,
                     InstanceId=instance, Device="/dev/sdf")
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
        self.wait("volume_in_use", VolumeIds=[volume])
        self.refused("VolumeInUse", ec2.attach_volume, VolumeId=volume, InstanceId=other,
                     Device="/dev/sdf")
        self.refused("VolumeInUse", ec2.delete_volume, VolumeId=volume)
        ec2.detach_volume(VolumeId=volume, InstanceId=instance)
        self.wait("volume_available", VolumeIds=[volume])
        ec2.modify_volume(VolumeId=volume, Size=9)
        ec2.describe_volumes_modifications(VolumeIds=[volume])
        snapshot = ec2.create_snapshot(VolumeId=volume, Description="d")["SnapshotId"]
        self.wait("snapshot_completed", SnapshotIds=[snapshot])
        copy = self.server.client(region="us-west-2").copy_snapshot(
            SourceRegion="us-east-1", SourceSnapshotId=snapshot)["SnapshotId"]
        self.server.client(region="us-west-2").get_waiter("snapshot_completed").wait(
            SnapshotIds=[copy], WaiterConfig=QUICK)
        ec2.describe_snapshots(OwnerIds=["self"])
        ec2.delete_snapshot(SnapshotId=snapshot)
        ec2.delete_volume(VolumeId=volume)
        self.wait("volume_deleted", VolumeIds=[volume])

    def test_tags(self):
        ec2 = self.ec2
        ec2.create_tags(Resources=[VOLUME], Tags=[{"Key": "a", "Value": "1"}])
        found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [VOLUME]}])["Tags"]
        self.assertEqual({t["Key"] for t in found}, {"Name", "a"})
        ec2.delete_tags(Resources=[VOLUME], Tags=[{"Key": "a"}])
        self.refused("InvalidID", ec2.create_tags, Resources=["shoe-1"],
                     Tags=[{"Key": "a", "Value": "1"}])

    def test_spot(self):
        ec2 = self.ec2
        instance = self.run_one(InstanceMarketOptions={"MarketType": "spot"})
        requests = ec2.describe_spot_instance_requests(
            Filters=[{"Name": "instance-id", "Values": [instance]}])["SpotInstanceRequests"]
        self.assertEqual(requests[0]["Status"]["Code"], "fulfilled")
        legacy = ec2.request_spot_instances(
            InstanceCount=1, LaunchSpecification={
                "ImageId": IMAGE, "InstanceType": "t3.small",
                "Placement": {"AvailabilityZone": "us-east-1a"}})["SpotInstanceRequests"][0]
        self.wait("spot_instance_request_fulfilled",
                  SpotInstanceRequestIds=[legacy["SpotInstanceRequestId"]])
        ec2.cancel_spot_instance_requests(
            SpotInstanceRequestIds=[legacy["SpotInstanceRequestId"]])
        ec2.describe_spot_price_history(InstanceTypes=["t3.small"],
                                        ProductDescriptions=["Linux/UNIX"])
        ec2.get_spot_placement_scores(TargetCapacity=1, SingleAvailabilityZone=True,
                                      InstanceTypes=["t3.small", "m5.large", "c5.large"])

    def test_spot_without_capacity(self):
        self.server.control("capacity", {"instance_type": "t3.small", "zone": "us-east-1a",
                                         "market": "spot", "available": 0})
        self.refused("InsufficientInstanceCapacity", self.ec2.run_instances, ImageId=IMAGE,
                     InstanceType="t3.small", MinCount=1, MaxCount=1,
                     Placement={"AvailabilityZone": "us-east-1a"},
                     InstanceMarketOptions={"MarketType": "spot"})

    def test_templates_and_fleets(self):
        ec2 = self.ec2
        ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData={
            "ImageId": IMAGE, "InstanceType": "t3.small"})
        ec2.create_launch_template_version(LaunchTemplateName="web", SourceVersion="1",
                                           LaunchTemplateData={"InstanceType": "t3.medium"})
        ec2.describe_launch_templates(LaunchTemplateNames=["web"])
        ec2.describe_launch_template_versions(LaunchTemplateName="web")
        configs = [{"LaunchTemplateSpecification": {"LaunchTemplateName": "web",
                                                    "Version": "$Latest"},
                    "Overrides": [{"InstanceType": "t3.small",
                                   "AvailabilityZone": "us-east-1a"}]}]
        capacity = {"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "spot"}
        instant = ec2.create_fleet(Type="instant", LaunchTemplateConfigs=configs,
                                   TargetCapacitySpecification=capacity)
        self.assertEqual(len(instant["Instances"][0]["InstanceIds"]), 1)
        kept = ec2.create_fleet(Type="maintain", LaunchTemplateConfigs=configs,
                                TargetCapacitySpecification=capacity)["FleetId"]
        ec2.describe_fleets(FleetIds=[kept])
        ec2.describe_fleet_instances(FleetId=kept)
        ec2.delete_fleets(FleetIds=[kept], TerminateInstances=True)
        ec2.delete_launch_template(LaunchTemplateName="web")

    def test_addresses(self):
        ec2 = self.ec2
        instance = self.run_one()
        address = ec2.allocate_address(Domain="vpc")
        association = ec2.associate_address(AllocationId=address["AllocationId"],
                                            InstanceId=instance)["AssociationId"]
        found = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"][0]
        self.assertEqual(found["InstanceId"], instance)
        ec2.disassociate_address(AssociationId=association)
        ec2.release_address(AllocationId=address["AllocationId"])

    def test_images(self):
        ec2 = self.ec2
        instance = self.run_one()
        made = ec2.create_image(InstanceId=instance, Name="made", NoReboot=True)["ImageId"]
        self.wait("image_available", ImageIds=[made])
        registered = ec2.register_image(
            Name="registered", Architecture="x86_64", RootDeviceName="/dev/xvda",
            VirtualizationType="hvm", BlockDeviceMappings=[
                {"DeviceName": "/dev/xvda",
                 "Ebs": {"SnapshotId": "snap-0aaaaaaaaaaaaaaa1"}}])["ImageId"]
        ec2.describe_images(ImageIds=[registered])
        ec2.deregister_image(ImageId=registered)

    def test_network(self):
        ec2 = self.ec2
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        subnets = ec2.describe_subnets()["Subnets"]
        subnet = next(s["SubnetId"] for s in subnets if s["AvailabilityZone"] == "us-east-1a")
        group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
        permission = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
                       "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permission)
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=permission)
        self.refused("InvalidPermission.Duplicate", ec2.authorize_security_group_ingress,
                     GroupId=group, IpPermissions=permission)
        self.wait("security_group_exists", GroupIds=[group])
        ec2.describe_security_groups(GroupIds=[group])
        interface = ec2.create_network_interface(SubnetId=subnet, Groups=[group])
        interface = interface["NetworkInterface"]["NetworkInterfaceId"]
        self.wait("network_interface_available", NetworkInterfaceIds=[interface])
        instance = self.run_one()
        attachment = ec2.attach_network_interface(
            NetworkInterfaceId=interface, InstanceId=instance, DeviceIndex=1)["AttachmentId"]
        ec2.modify_network_interface_attribute(
            NetworkInterfaceId=interface,
            Attachment={"AttachmentId": attachment, "DeleteOnTermination": False})
        ec2.detach_network_interface(AttachmentId=attachment)
        self.wait("network_interface_available", NetworkInterfaceIds=[interface])
        ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])
        ec2.delete_network_interface(NetworkInterfaceId=interface)

    def test_keys(self):
        ec2 = self.ec2
        self.assertIn("PRIVATE KEY", ec2.create_key_pair(KeyName="made")["KeyMaterial"])
        ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=b"ssh-ed25519 AAAA me")
        self.wait("key_pair_exists", KeyNames=["made", "mine"])
        ec2.delete_key_pair(KeyName="made")
        self.refused("InvalidKeyPair.NotFound", ec2.describe_key_pairs, KeyNames=["made"])

    def test_regions_and_types(self):
        ec2 = self.ec2
        self.assertIn("us-west-2", [r["RegionName"] for r in ec2.describe_regions()["Regions"]])
        ec2.describe_availability_zones()
        types = ec2.get_paginator("describe_instance_types").paginate(
            PaginationConfig={"PageSize": 5})
        self.assertIn("t3.small", [t["InstanceType"] for p in types for t in p["InstanceTypes"]])
        ec2.describe_instance_type_offerings(LocationType="availability-zone")

    def test_other_services(self):
        sts = self.server.client("sts")
        self.assertTrue(sts.get_caller_identity()["Account"].isdigit())
        role = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/r",
                               RoleSessionName="s")["Credentials"]
        assumed = self.server.client(key=role["AccessKeyId"], secret=role["SecretAccessKey"],
                                     token=role["SessionToken"])
        assumed.describe_volumes()
        ssm = self.server.client("ssm")
        name = "/aws/service/debian/release/12/latest/amd64"
        self.assertTrue(ssm.get_parameter(Name=name)["Parameter"]["Value"].startswith("ami-"))

    def test_credentials(self):
        self.refused("AuthFailure", self.server.client(key="nobody").describe_volumes)
        self.refused("SignatureDoesNotMatch",
                     self.server.client(secret="wrong").describe_volumes)


if __name__ == "__main__":
    unittest.main()
