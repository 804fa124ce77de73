"""boto3 walks through every action of the simulator; each raw reply is validated."""

import datetime
import time
import unittest

import botocore.exceptions

from server import Server, basic_seed
from validate import Recorder

IMAGE = "ami-0aaaaaaaaaaaaaaa1"
VOLUME = "vol-0aaaaaaaaaaaaaaa1"
SNAPSHOT = "snap-0aaaaaaaaaaaaaaa1"
ZONE = "us-east-1a"
QUICK = {"Delay": 1, "MaxAttempts": 60}

TOURED = set()
ACTIONS = set()


def tearDownModule():
    """An action that the simulator has and no step of the tour calls is a failure."""
    missing = ACTIONS - TOURED
    if missing:
        raise AssertionError(f"no step of the tour calls {sorted(missing)}")


def tags(kind, **pairs):
    return [{"ResourceType": kind, "Tags": [{"Key": k, "Value": v} for k, v in pairs.items()]}]


class TourTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Server(basic_seed()))
        self.recorder = self.enterContext(Recorder())
        self.ec2 = self.server.client(key="person", secret="person")
        ACTIONS.update(self.server.control("actions"))
        self.addCleanup(self.check_replies)

    def enterContext(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def check_replies(self):
        TOURED.update(self.recorder.operations)
        self.assertEqual(self.recorder.problems, [])
        self.assertEqual(self.server.control("violations"), [])

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

    def test_attributes_of_an_instance(self):
        ec2 = self.ec2
        instance = self.run_one()
        for attribute in ("instanceType", "rootDeviceName", "userData", "disableApiTermination",
                          "instanceInitiatedShutdownBehavior", "sourceDestCheck", "ebsOptimized",
                          "groupSet", "blockDeviceMapping", "enaSupport", "productCodes"):
            ec2.describe_instance_attribute(InstanceId=instance, Attribute=attribute)
        ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
        self.refused("OperationNotPermitted", ec2.terminate_instances, InstanceIds=[instance])
        ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
        self.refused("IncorrectInstanceState", ec2.modify_instance_attribute,
                     InstanceId=instance, InstanceType={"Value": "t3.medium"})
        ec2.stop_instances(InstanceIds=[instance])
        self.wait("instance_stopped", InstanceIds=[instance])
        ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.medium"})
        ec2.modify_instance_attribute(InstanceId=instance, UserData={"Value": b"#!/bin/sh"})
        found = ec2.describe_instance_attribute(InstanceId=instance, Attribute="instanceType")
        self.assertEqual(found["InstanceType"]["Value"], "t3.medium")

    def test_volumes(self):
        ec2 = self.ec2
        instance, other = self.run_one(), self.run_one()
        self.refused("DryRunOperation", ec2.create_volume, AvailabilityZone=ZONE, Size=8,
                     DryRun=True)
        volume = ec2.create_volume(AvailabilityZone=ZONE, Size=8, VolumeType="gp3", Iops=4000,
                                   Throughput=200, ClientToken="v",
                                   TagSpecifications=tags("volume", Name="data"))["VolumeId"]
        again = ec2.create_volume(AvailabilityZone=ZONE, Size=8, VolumeType="gp3", Iops=4000,
                                  Throughput=200, ClientToken="v",
                                  TagSpecifications=tags("volume", Name="data"))["VolumeId"]
        self.assertEqual(volume, again)
        self.wait("volume_available", VolumeIds=[volume])
        far = ec2.create_volume(AvailabilityZone="us-east-1b", SnapshotId=SNAPSHOT)["VolumeId"]
        self.wait("volume_available", VolumeIds=[far])
        attach = dict(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
        self.refused("InvalidVolume.ZoneMismatch", ec2.attach_volume, **(attach | {"VolumeId": far}))
        self.refused("InvalidParameterValue", ec2.attach_volume,
                     **(attach | {"Device": "/dev/xvda"}))
        ec2.attach_volume(**attach)
        self.wait("volume_in_use", VolumeIds=[volume])
        self.refused("VolumeInUse", ec2.attach_volume, **(attach | {"InstanceId": other}))
        self.refused("VolumeInUse", ec2.delete_volume, VolumeId=volume)
        ec2.detach_volume(VolumeId=volume, InstanceId=instance)
        self.wait("volume_available", VolumeIds=[volume])
        self.refused("IncorrectState", ec2.detach_volume, VolumeId=volume)
        ec2.modify_volume(VolumeId=volume, Size=9)
        ec2.describe_volumes_modifications(VolumeIds=[volume])
        pages = ec2.get_paginator("describe_volumes").paginate(PaginationConfig={"PageSize": 5})
        self.assertIn(volume, [v["VolumeId"] for page in pages for v in page["Volumes"]])
        ec2.delete_volume(VolumeId=volume)
        self.wait("volume_deleted", VolumeIds=[volume])

    def replace_root(self, instance, volume, **more):
        """The task's id. VolumeId is younger than the models of the botocores that we meet."""
        def name_volume(params, **_):
            params["body"]["VolumeId"] = volume
        event = "before-call.ec2.CreateReplaceRootVolumeTask"
        self.ec2.meta.events.register(event, name_volume)
        try:
            task = self.ec2.create_replace_root_volume_task(InstanceId=instance, **more)
        finally:
            self.ec2.meta.events.unregister(event, name_volume)
        return task["ReplaceRootVolumeTask"]["ReplaceRootVolumeTaskId"]

    def root_of(self, instance):
        found = self.ec2.describe_instances(InstanceIds=[instance])
        return found["Reservations"][0]["Instances"][0]["BlockDeviceMappings"][0]["Ebs"]

    def tasks(self, **arguments):
        return self.ec2.describe_replace_root_volume_tasks(**arguments)["ReplaceRootVolumeTasks"]

    def test_the_root_is_replaced_by_a_volume(self):
        ec2 = self.ec2
        instance = self.run_one()
        old = self.root_of(instance)["VolumeId"]
        named = dict(ClientToken="r", DeleteReplacedRootVolume=False,
                     TagSpecifications=tags("replace-root-volume-task", a="1"))
        task = self.replace_root(instance, VOLUME, **named)
        self.assertEqual(self.replace_root(instance, VOLUME, **named), task)
        self.refused("IdempotentParameterMismatch", self.replace_root, instance=instance,
                     volume=old, **named)
        found, = self.tasks(ReplaceRootVolumeTaskIds=[task])
        self.assertEqual((found["TaskState"], found["InstanceId"]), ("succeeded", instance))
        self.assertEqual(found["Tags"], [{"Key": "a", "Value": "1"}])
        root = self.root_of(instance)
        self.assertEqual((root["VolumeId"], root["DeleteOnTermination"]), (VOLUME, True))
        ec2.modify_instance_attribute(
            InstanceId=instance,
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda",
                                  "Ebs": {"DeleteOnTermination": False}}])
        self.wait("volume_available", VolumeIds=[old])
        self.refused("VolumeInUse", self.replace_root, instance=instance, volume=VOLUME)
        ec2.terminate_instances(InstanceIds=[instance])
        self.wait("volume_available", VolumeIds=[VOLUME])
        self.refused("IncorrectInstanceState", self.replace_root, instance=instance,
                     volume=VOLUME)

    def test_the_root_is_replaced_by_a_new_one(self):
        ec2 = self.ec2
        instance = self.run_one()
        old = self.root_of(instance)["VolumeId"]
        self.refused("DryRunOperation", ec2.create_replace_root_volume_task, InstanceId=instance,
                     DryRun=True)
        ec2.create_replace_root_volume_task(InstanceId=instance, DeleteReplacedRootVolume=True)
        self.wait("volume_deleted", VolumeIds=[old])
        ec2.create_replace_root_volume_task(InstanceId=instance, ImageId=IMAGE)
        snapshot = ec2.create_snapshot(VolumeId=self.root_of(instance)["VolumeId"])["SnapshotId"]
        self.wait("snapshot_completed", SnapshotIds=[snapshot])
        ec2.create_replace_root_volume_task(InstanceId=instance, SnapshotId=snapshot)
        mine = [{"Name": "instance-id", "Values": [instance]}]
        pages = ec2.get_paginator("describe_replace_root_volume_tasks").paginate(
            Filters=mine, PaginationConfig={"PageSize": 2})
        self.assertEqual([len(page["ReplaceRootVolumeTasks"]) for page in pages], [2, 1])
        self.refused("InvalidParameterCombination", ec2.create_replace_root_volume_task,
                     InstanceId=instance, SnapshotId=snapshot, ImageId=IMAGE)
        self.refused("InvalidReplaceRootVolumeTaskId.NotFound", self.tasks,
                     ReplaceRootVolumeTaskIds=["replacevol-0bbbbbbbbbbbbbbb1"])

    def test_a_task_fails_when_the_rehearsal_says_so(self):
        instance = self.run_one()
        for kind, state in (("task_fails", "failed"), ("task_fails_detached", "failed-detached")):
            self.server.control("fault", {"kind": kind, "instance_id": instance})
            task = self.replace_root(instance, VOLUME)
            self.assertEqual(self.tasks(ReplaceRootVolumeTaskIds=[task])[0]["TaskState"], state)
            self.wait("volume_available", VolumeIds=[VOLUME])
        self.refused("IncorrectState", self.replace_root, instance=instance, volume=VOLUME)

    def test_snapshots(self):
        ec2, west = self.ec2, self.server.client(region="us-west-2")
        snapshot = ec2.create_snapshot(VolumeId=VOLUME, Description="d",
                                       TagSpecifications=tags("snapshot", a="1"))["SnapshotId"]
        self.wait("snapshot_completed", SnapshotIds=[snapshot])
        copy = west.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=snapshot)
        west.get_waiter("snapshot_completed").wait(SnapshotIds=[copy["SnapshotId"]],
                                                   WaiterConfig=QUICK)
        pages = ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"])
        self.assertEqual(sum(len(page["Snapshots"]) for page in pages), 2)
        self.assertEqual(ec2.describe_snapshots(OwnerIds=["amazon"])["Snapshots"], [])
        self.refused("InvalidSnapshot.InUse", ec2.delete_snapshot, SnapshotId=SNAPSHOT)
        ec2.delete_snapshot(SnapshotId=snapshot)
        self.refused("InvalidSnapshot.NotFound", ec2.describe_snapshots, SnapshotIds=[snapshot])

    def test_an_encrypted_snapshot_goes_to_another_region(self):
        """boto3 presigns the request for the region of the source by itself."""
        west = self.server.client(region="us-west-2")
        hidden = self.ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=SNAPSHOT,
                                        Encrypted=True)["SnapshotId"]
        self.wait("snapshot_completed", SnapshotIds=[hidden])
        copy = dict(SourceRegion="us-east-1", SourceSnapshotId=hidden)

        def end_of(**more):
            made = west.copy_snapshot(**copy, **more)["SnapshotId"]
            return west.describe_snapshots(SnapshotIds=[made])["Snapshots"][0]
        self.assertEqual(end_of()["State"], "completed")
        for url in ("https://example.com/", "shoe",
                    self.server.client(region="us-east-1", secret="wrong").generate_presigned_url(
                        "copy_snapshot", Params=copy | {"DestinationRegion": "us-west-2"},
                        HttpMethod="GET")):
            failed = end_of(PresignedUrl=url)
            self.assertEqual(failed["State"], "error")
            self.assertTrue(failed["StateMessage"])
        failed = end_of(Encrypted=True, KmsKeyId="alias/none")
        self.assertEqual(failed["StateMessage"], "Given key ID is not accessible")

    def test_an_initialization_rate(self):
        self.refused("InvalidParameterCombination", self.create_quickly, Size=8)
        volume = self.create_quickly(SnapshotId=SNAPSHOT)
        self.wait("volume_available", VolumeIds=[volume])
        self.server.control("quota", {"name": "initialization_mib_s", "value": 0})
        self.refused("ResourceLimitExceeded", self.create_quickly, SnapshotId=SNAPSHOT)

    def create_quickly(self, **more):
        """The parameter is younger than the oldest botocore that we meet."""
        def name_rate(params, **_):
            params["body"]["VolumeInitializationRate"] = "300"
        event = "before-call.ec2.CreateVolume"
        self.ec2.meta.events.register(event, name_rate)
        try:
            return self.ec2.create_volume(AvailabilityZone=ZONE, **more)["VolumeId"]
        finally:
            self.ec2.meta.events.unregister(event, name_rate)

    def test_a_set_of_snapshots(self):
        ec2 = self.ec2
        instance = self.run_one()
        ec2.attach_volume(VolumeId=VOLUME, InstanceId=instance, Device="/dev/sdf")
        self.wait("volume_in_use", VolumeIds=[VOLUME])
        of_it = {"InstanceId": instance}
        both = ec2.create_snapshots(InstanceSpecification=of_it, Description="both",
                                    CopyTagsFromSource="volume",
                                    TagSpecifications=tags("snapshot", a="1"))["Snapshots"]
        self.assertEqual([s["VolumeId"] for s in both],
                         [self.root_of(instance)["VolumeId"], VOLUME])
        self.assertEqual({t["Key"] for t in both[1]["Tags"]}, {"a", "Name"})
        self.wait("snapshot_completed", SnapshotIds=[s["SnapshotId"] for s in both])
        data = ec2.create_snapshots(InstanceSpecification=of_it | {"ExcludeBootVolume": True})
        self.assertEqual([s["VolumeId"] for s in data["Snapshots"]], [VOLUME])
        self.refused("InvalidParameterValue", ec2.create_snapshots,
                     InstanceSpecification=of_it | {"ExcludeBootVolume": True,
                                                    "ExcludeDataVolumeIds": [VOLUME]})

    def test_tags(self):
        ec2 = self.ec2
        ec2.create_tags(Resources=[VOLUME, IMAGE], Tags=[{"Key": "a", "Value": "1"}])
        mine = [{"Name": "resource-id", "Values": [VOLUME]}]
        pages = ec2.get_paginator("describe_tags").paginate(Filters=mine)
        self.assertEqual({t["Key"] for p in pages for t in p["Tags"]}, {"Name", "a"})
        ec2.delete_tags(Resources=[VOLUME], Tags=[{"Key": "a", "Value": "2"}])
        self.assertEqual(len(ec2.describe_tags(Filters=mine)["Tags"]), 2)
        ec2.delete_tags(Resources=[VOLUME], Tags=[{"Key": "a"}])
        self.assertEqual(len(ec2.describe_tags(Filters=mine)["Tags"]), 1)
        ec2.delete_tags(Resources=[VOLUME])
        self.assertEqual(ec2.describe_tags(Filters=mine)["Tags"], [])
        self.refused("InvalidID", ec2.create_tags, Resources=["shoe-1"],
                     Tags=[{"Key": "a", "Value": "1"}])

    def test_what_is_unknown_is_refused(self):
        ec2 = self.ec2
        self.refused("InvalidParameterValue", ec2.describe_volumes,
                     Filters=[{"Name": "shoe-size", "Values": ["9"]}])
        self.refused("InvalidAction", ec2.describe_trunk_interface_associations)
        self.refused("UnknownParameter", ec2.run_instances, ImageId=IMAGE, MinCount=1, MaxCount=1,
                     InstanceType="t3.small", KernelId="aki-1")
        self.refused("InvalidNextToken", ec2.describe_volumes, NextToken="shoe")
        self.refused("InvalidParameterValue", ec2.describe_volumes, MaxResults=1)

    def test_spot(self):
        ec2 = self.ec2
        instance = self.run_one(InstanceMarketOptions={"MarketType": "spot"})
        requests = ec2.describe_spot_instance_requests(
            Filters=[{"Name": "instance-id", "Values": [instance]}])["SpotInstanceRequests"]
        self.assertEqual(requests[0]["Status"]["Code"], "fulfilled")
        legacy = ec2.request_spot_instances(
            InstanceCount=1, Type="persistent", SpotPrice="0.05", LaunchSpecification={
                "ImageId": IMAGE, "InstanceType": "t3.small",
                "Placement": {"AvailabilityZone": ZONE}})["SpotInstanceRequests"][0]
        legacy = legacy["SpotInstanceRequestId"]
        self.wait("spot_instance_request_fulfilled", SpotInstanceRequestIds=[legacy])
        ec2.cancel_spot_instance_requests(SpotInstanceRequestIds=[legacy])
        pages = ec2.get_paginator("describe_spot_instance_requests").paginate()
        states = {r["SpotInstanceRequestId"]: r["State"] for p in pages
                  for r in p["SpotInstanceRequests"]}
        self.assertEqual(states[legacy], "cancelled")
        self.server.control("price", {"instance_type": "t3.small", "zone": ZONE,
                                      "price": "0.0123"})
        prices = ec2.get_paginator("describe_spot_price_history").paginate(
            InstanceTypes=["t3.small"], ProductDescriptions=["Linux/UNIX"], AvailabilityZone=ZONE,
            StartTime=datetime.datetime.now(datetime.timezone.utc)).build_full_result()
        self.assertEqual([float(p["SpotPrice"]) for p in prices["SpotPriceHistory"]][0], 0.0123)
        ec2.get_spot_placement_scores(TargetCapacity=1, SingleAvailabilityZone=True,
                                      InstanceTypes=["t3.small", "m5.large", "c5.large"])

    def test_spot_without_capacity(self):
        self.server.control("capacity", {"instance_type": "t3.small", "zone": ZONE,
                                         "market": "spot", "available": 0})
        self.refused("InsufficientInstanceCapacity", self.ec2.run_instances, ImageId=IMAGE,
                     InstanceType="t3.small", MinCount=1, MaxCount=1,
                     Placement={"AvailabilityZone": ZONE},
                     InstanceMarketOptions={"MarketType": "spot"})

    def test_templates(self):
        ec2 = self.ec2
        ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData={
            "ImageId": IMAGE, "InstanceType": "t3.small", "UserData": "IyEvYmluL3No",
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 9}}],
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
            "TagSpecifications": tags("instance", Name="web")})
        ec2.create_launch_template_version(LaunchTemplateName="web", SourceVersion="1",
                                           LaunchTemplateData={"InstanceType": "t3.medium"})
        subnet = ec2.describe_subnets(Filters=[{"Name": "availability-zone", "Values": [ZONE]}])
        group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        ec2.create_launch_template_version(LaunchTemplateName="web", LaunchTemplateData={
            "ImageId": IMAGE, "NetworkInterfaces": [
                {"DeviceIndex": 0, "SubnetId": subnet["Subnets"][0]["SubnetId"],
                 "Groups": [group]}]})
        ec2.describe_launch_templates(LaunchTemplateNames=["web"])
        versions = ec2.get_paginator("describe_launch_template_versions").paginate(
            LaunchTemplateName="web").build_full_result()["LaunchTemplateVersions"]
        self.assertEqual(versions[1]["LaunchTemplateData"]["InstanceType"], "t3.medium")
        self.assertEqual(versions[1]["LaunchTemplateData"]["ImageId"], IMAGE)
        self.assertEqual(versions[2]["LaunchTemplateData"]["NetworkInterfaces"][0]["Groups"],
                         [group])
        launched = ec2.run_instances(MinCount=1, MaxCount=1, InstanceType="t3.large",
                                     LaunchTemplate={"LaunchTemplateName": "web", "Version": "1"})
        launched = launched["Instances"][0]
        self.assertEqual(launched["InstanceType"], "t3.large")
        self.assertIn({"Key": "Name", "Value": "web"}, launched["Tags"])
        self.assertEqual(launched["MetadataOptions"]["HttpTokens"], "required")
        ec2.delete_launch_template_versions(LaunchTemplateName="web", Versions=["2", "1"])
        ec2.delete_launch_template(LaunchTemplateName="web")
        self.refused("InvalidLaunchTemplateName.NotFoundException", ec2.describe_launch_templates,
                     LaunchTemplateNames=["web"])

    def test_fleets(self):
        ec2 = self.ec2
        ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData={
            "ImageId": IMAGE, "InstanceType": "t3.small"})
        configs = [{"LaunchTemplateSpecification": {"LaunchTemplateName": "web",
                                                    "Version": "$Latest"},
                    "Overrides": [{"InstanceType": "t3.small", "AvailabilityZone": ZONE},
                                  {"InstanceType": "t3.medium", "AvailabilityZone": ZONE}]}]
        capacity = {"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "spot"}
        self.server.control("capacity", {"instance_type": "t3.small", "zone": ZONE,
                                         "market": "spot", "available": 0})
        instant = ec2.create_fleet(Type="instant", LaunchTemplateConfigs=configs,
                                   TargetCapacitySpecification=capacity)
        self.assertEqual(instant["Instances"][0]["InstanceType"], "t3.medium")
        self.assertEqual(instant["Errors"][0]["ErrorCode"], "InsufficientInstanceCapacity")
        kept = ec2.create_fleet(Type="maintain", LaunchTemplateConfigs=configs,
                                TargetCapacitySpecification=capacity,
                                SpotOptions={"AllocationStrategy": "price-capacity-optimized"})
        kept = kept["FleetId"]
        deadline = time.monotonic() + 30
        while not ec2.describe_fleet_instances(FleetId=kept)["ActiveInstances"]:
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(len(ec2.describe_fleets()["Fleets"]), 2)
        deleted = ec2.delete_fleets(FleetIds=[kept, instant["FleetId"], "fleet-1"],
                                    TerminateInstances=True)
        self.assertEqual(len(deleted["SuccessfulFleetDeletions"]), 2)
        self.assertEqual(len(deleted["UnsuccessfulFleetDeletions"]), 1)

    def test_addresses(self):
        ec2 = self.ec2
        instance = self.run_one()
        address = ec2.allocate_address(Domain="vpc")
        association = ec2.associate_address(AllocationId=address["AllocationId"],
                                            InstanceId=instance)["AssociationId"]
        found = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"][0]
        self.assertEqual(found["InstanceId"], instance)
        other = self.run_one()
        self.refused("Resource.AlreadyAssociated", ec2.associate_address, InstanceId=other,
                     AllocationId=address["AllocationId"], AllowReassociation=False)
        self.refused("InvalidIPAddress.InUse", ec2.release_address,
                     AllocationId=address["AllocationId"])
        ec2.disassociate_address(AssociationId=association)
        ec2.release_address(AllocationId=address["AllocationId"])
        for _ in range(4):
            ec2.allocate_address(Domain="vpc")
        self.refused("AddressLimitExceeded", ec2.allocate_address, Domain="vpc")

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
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}])
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
        self.refused("DependencyViolation", ec2.delete_security_group, GroupId=group)
        ec2.delete_network_interface(NetworkInterfaceId=interface)
        ec2.delete_security_group(GroupId=group)
        self.assertEqual(
            len(ec2.get_paginator("describe_network_interfaces").paginate().build_full_result()
                ["NetworkInterfaces"]), 1)

    def test_an_interface_that_is_kept(self):
        ec2 = self.ec2
        subnet = ec2.describe_subnets(Filters=[{"Name": "availability-zone", "Values": [ZONE]}])
        subnet = subnet["Subnets"][0]["SubnetId"]
        made = ec2.create_network_interface(
            SubnetId=subnet, PrivateIpAddress="172.31.0.77",
            TagSpecifications=tags("network-interface", Name="web"))["NetworkInterface"]
        kept = made["NetworkInterfaceId"]
        self.refused("InvalidIPAddress.InUse", ec2.create_network_interface, SubnetId=subnet,
                     PrivateIpAddress="172.31.0.77")
        ec2.associate_address(AllocationId="eipalloc-0aaaaaaaaaaaaaaa1", NetworkInterfaceId=kept)
        primary = [{"DeviceIndex": 0, "NetworkInterfaceId": kept}]
        self.refused("InvalidParameterCombination", self.run_one, NetworkInterfaces=primary,
                     SubnetId=subnet)
        for _ in range(2):
            instance = self.run_one(NetworkInterfaces=primary)
            found = ec2.describe_network_interfaces(Filters=[
                {"Name": "tag:Name", "Values": ["web"]}, {"Name": "status", "Values": ["in-use"]},
                {"Name": "attachment.instance-id", "Values": [instance]},
                {"Name": "private-ip-address", "Values": ["172.31.0.77"]},
                {"Name": "subnet-id", "Values": [subnet]}])["NetworkInterfaces"]
            self.assertEqual([(i["MacAddress"], i["Association"]["PublicIp"]) for i in found],
                             [(made["MacAddress"], "127.90.0.1")])
            self.refused("InvalidNetworkInterface.InUse", self.run_one, NetworkInterfaces=primary)
            ec2.terminate_instances(InstanceIds=[instance])
            self.wait("instance_terminated", InstanceIds=[instance])
            self.wait("network_interface_available", NetworkInterfaceIds=[kept])

    def test_a_zone_that_is_not_opted_in(self):
        self.server.control("zone", {"zone": ZONE, "state": "impaired"})
        self.server.control("zone", {"zone": "us-east-1b", "opt_in": "not-opted-in"})
        zones = self.ec2.describe_availability_zones()["AvailabilityZones"]
        self.assertEqual([(z["ZoneName"], z["State"]) for z in zones][:2],
                         [(ZONE, "impaired"), ("us-east-1c", "available")])
        zones = self.ec2.describe_availability_zones(AllAvailabilityZones=True)
        self.assertEqual(zones["AvailabilityZones"][1]["OptInStatus"], "not-opted-in")
        self.refused("InvalidZone.NotFound", self.ec2.create_volume, Size=8,
                     AvailabilityZone="us-east-1b")

    def test_encryption_by_default(self):
        ec2 = self.ec2
        unencrypted = ec2.create_volume(AvailabilityZone=ZONE, Size=1)
        self.assertFalse(unencrypted["Encrypted"])
        self.refused("DryRunOperation", ec2.enable_ebs_encryption_by_default, DryRun=True)
        self.assertFalse(ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"])
        self.assertTrue(ec2.enable_ebs_encryption_by_default()["EbsEncryptionByDefault"])
        for more in ({}, {"Encrypted": False}):
            made = ec2.create_volume(AvailabilityZone=ZONE, Size=1, **more)
            self.assertTrue(made["Encrypted"])
            self.assertIn(":key/", made["KmsKeyId"])
        root = self.ec2.describe_volumes(Filters=[
            {"Name": "attachment.instance-id", "Values": [self.run_one()]}])["Volumes"][0]
        self.assertTrue(root["Encrypted"])
        # Another region has its own setting.
        other = self.server.client(region="eu-west-1")
        self.addCleanup(other.close)
        self.assertFalse(other.get_ebs_encryption_by_default()["EbsEncryptionByDefault"])
        self.assertFalse(ec2.disable_ebs_encryption_by_default()["EbsEncryptionByDefault"])
        self.assertFalse(ec2.create_volume(AvailabilityZone=ZONE, Size=1)["Encrypted"])

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
                               RoleSessionName="session")["Credentials"]
        assumed = self.server.client(key=role["AccessKeyId"], secret=role["SecretAccessKey"],
                                     token=role["SessionToken"])
        assumed.describe_volumes()
        ssm = self.server.client("ssm")
        name = "/aws/service/debian/release/12/latest/amd64"
        self.assertTrue(ssm.get_parameter(Name=name)["Parameter"]["Value"].startswith("ami-"))


if __name__ == "__main__":
    unittest.main()
