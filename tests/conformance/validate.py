"""Holds each raw reply of the simulator against botocore's model of EC2.

Unknown members, values of another type, words outside an enumeration, lists that are not wrapped
in `item`, a missing requestId, and the absence of members that EC2 always sends are all errors.
"""

import datetime
import re
import xml.etree.ElementTree as ElementTree

import botocore.parsers

NAMESPACE = "{http://ec2.amazonaws.com/doc/2016-11-15/}"

# Members that EC2 has never been seen to leave out, by shape.
ALWAYS = {
    "Reservation": {"reservationId", "ownerId", "instancesSet"},
    "Instance": {"instanceId", "instanceState", "instanceType", "imageId", "launchTime",
                 "placement", "architecture", "rootDeviceName", "rootDeviceType",
                 "blockDeviceMapping", "amiLaunchIndex", "hypervisor", "virtualizationType",
                 "monitoring", "ebsOptimized", "enaSupport", "metadataOptions", "privateDnsName",
                 "dnsName", "clientToken", "networkInterfaceSet"},
    "InstanceState": {"code", "name"},
    "InstanceStateChange": {"instanceId", "currentState", "previousState"},
    "InstanceStatus": {"instanceId", "availabilityZone", "instanceState", "instanceStatus",
                       "systemStatus"},
    "InstanceBlockDeviceMapping": {"deviceName", "ebs"},
    "EbsInstanceBlockDevice": {"volumeId", "status", "attachTime", "deleteOnTermination"},
    "InstanceNetworkInterface": {"networkInterfaceId", "subnetId", "vpcId", "macAddress",
                                 "privateIpAddress", "status", "attachment", "groupSet",
                                 "ownerId", "sourceDestCheck"},
    "InstanceNetworkInterfaceAttachment": {"attachmentId", "deviceIndex", "status",
                                           "deleteOnTermination", "attachTime"},
    "InstanceTypeInfo": {"instanceType", "currentGeneration", "processorInfo", "vCpuInfo",
                         "memoryInfo", "ebsInfo", "networkInfo", "supportedUsageClasses",
                         "supportedBootModes", "bareMetal", "instanceStorageSupported"},
    "InstanceTypeOffering": {"instanceType", "locationType", "location"},
    "Volume": {"volumeId", "status", "size", "availabilityZone", "createTime", "volumeType",
               "encrypted", "snapshotId", "multiAttachEnabled"},
    "VolumeAttachment": {"volumeId", "instanceId", "device", "status", "attachTime",
                         "deleteOnTermination"},
    "VolumeModification": {"volumeId", "modificationState", "targetSize", "originalSize",
                           "progress", "startTime", "targetVolumeType", "originalVolumeType"},
    "Snapshot": {"snapshotId", "status", "volumeId", "volumeSize", "startTime", "ownerId",
                 "progress", "encrypted", "description"},
    "SnapshotInfo": {"snapshotId", "state", "volumeId", "volumeSize", "startTime", "ownerId",
                     "progress", "encrypted", "description"},
    "TagDescription": {"resourceId", "resourceType", "key", "value"},
    "Tag": {"key", "value"},
    "SpotInstanceRequest": {"spotInstanceRequestId", "state", "status", "type", "createTime",
                            "spotPrice", "launchSpecification", "productDescription",
                            "instanceInterruptionBehavior"},
    "SpotInstanceStatus": {"code", "message", "updateTime"},
    "CancelledSpotInstanceRequest": {"spotInstanceRequestId", "state"},
    "SpotPlacementScore": {"region", "score"},
    "FleetData": {"fleetId", "fleetState", "activityStatus", "createTime", "type",
                  "targetCapacitySpecification", "launchTemplateConfigs", "fulfilledCapacity",
                  "excessCapacityTerminationPolicy"},
    "ActiveInstance": {"instanceId", "instanceType"},
    "CreateFleetInstance": {"launchTemplateAndOverrides", "lifecycle", "instanceIds",
                            "instanceType"},
    "CreateFleetError": {"launchTemplateAndOverrides", "lifecycle", "errorCode", "errorMessage"},
    "DeleteFleetSuccessItem": {"fleetId", "currentFleetState", "previousFleetState"},
    "DeleteFleetErrorItem": {"fleetId", "error"},
    "LaunchTemplate": {"launchTemplateId", "launchTemplateName", "createTime", "createdBy",
                       "defaultVersionNumber", "latestVersionNumber"},
    "LaunchTemplateVersion": {"launchTemplateId", "launchTemplateName", "versionNumber",
                              "createTime", "createdBy", "defaultVersion", "launchTemplateData"},
    "Image": {"imageId", "imageState", "imageOwnerId", "architecture", "rootDeviceName",
              "rootDeviceType", "virtualizationType", "hypervisor", "name", "isPublic",
              "imageLocation", "imageType", "creationDate", "blockDeviceMapping",
              "platformDetails"},
    "Vpc": {"vpcId", "state", "cidrBlock", "isDefault", "ownerId", "dhcpOptionsId",
            "instanceTenancy"},
    "Subnet": {"subnetId", "vpcId", "availabilityZone", "availabilityZoneId", "cidrBlock", "state",
               "availableIpAddressCount", "defaultForAz", "mapPublicIpOnLaunch", "ownerId",
               "subnetArn"},
    "SecurityGroup": {"groupId", "groupName", "groupDescription", "ownerId", "vpcId",
                      "ipPermissions", "ipPermissionsEgress"},
    "SecurityGroupRule": {"securityGroupRuleId", "groupId", "isEgress", "ipProtocol", "fromPort",
                          "toPort"},
    "IpPermission": {"ipProtocol", "groups", "ipRanges", "ipv6Ranges", "prefixListIds"},
    "NetworkInterface": {"networkInterfaceId", "subnetId", "vpcId", "availabilityZone",
                         "macAddress", "privateIpAddress", "status", "groupSet", "ownerId",
                         "interfaceType", "sourceDestCheck", "privateIpAddressesSet",
                         "requesterManaged", "description"},
    "NetworkInterfaceAttachment": {"attachmentId", "deviceIndex", "status",
                                   "deleteOnTermination"},
    "KeyPair": {"keyPairId", "keyName", "keyFingerprint", "keyMaterial"},
    "KeyPairInfo": {"keyPairId", "keyName", "keyFingerprint", "keyType"},
    "Address": {"publicIp", "allocationId", "domain", "networkBorderGroup"},
    "AllocateAddressResult": {"publicIp", "allocationId", "domain"},
    "AvailabilityZone": {"zoneName", "zoneId", "zoneState", "regionName", "zoneType",
                         "optInStatus"},
    "Region": {"regionName", "regionEndpoint", "optInStatus"},
    "SpotPrice": {"availabilityZone", "instanceType", "productDescription", "spotPrice",
                  "timestamp"},
    "GetConsoleOutputResult": {"instanceId", "timestamp", "output"},
    "CreateSecurityGroupResult": {"groupId"},
    "AuthorizeSecurityGroupIngressResult": {"return", "securityGroupRuleSet"},
    "AuthorizeSecurityGroupEgressResult": {"return", "securityGroupRuleSet"},
    "AttachNetworkInterfaceResult": {"attachmentId"},
    "AssociateAddressResult": {"associationId"},
    "CopySnapshotResult": {"snapshotId"},
    "RegisterImageResult": {"imageId"},
    "CreateImageResult": {"imageId"},
    "CreateFleetResult": {"fleetId"},
    "CreateReplaceRootVolumeTaskResult": {"replaceRootVolumeTask"},
    "ReplaceRootVolumeTask": {"replaceRootVolumeTaskId", "instanceId", "taskState", "startTime"},
}
# What EC2 has begun to send after the oldest botocore that we meet (Debian 12's) was made. A model
# that does not know these is old, and only these are excused.
NEWER_MEMBERS = {
    "CreateSecurityGroupResult": {"securityGroupArn"},
    "EbsInfo": {"attachmentLimitType", "maximumEbsAttachments"},
    "Instance": {"currentInstanceBootMode"},
    "InstanceStatus": {"attachedEbsStatus", "availabilityZoneId"},
    "Placement": {"availabilityZoneId"},
    "SecurityGroup": {"securityGroupArn"},
    "Snapshot": {"completionTime"},
    "SpotPrice": {"availabilityZoneId"},
    "Volume": {"volumeInitializationRate"},
}
# The same for models that are older than botocore 1.43.43.
NEWEST_MEMBERS = {"ReplaceRootVolumeTask": {"volumeId"}}
NEWER_WORDS = {"BootModeValues": {"uefi-preferred"},
               "InstanceType": {"c7i.large", "m7g.large", "m7i.large"}}

# An instance that has a body has these besides.
WHILE_ALIVE = {"subnetId", "vpcId", "privateIpAddress", "groupSet", "sourceDestCheck"}


def local(tag):
    return tag.rsplit("}", 1)[-1]


def check_scalar(shape, element, path, problems):
    text = element.text or ""
    if len(element):
        problems.append(f"{path}: a {shape.type_name} has children")
    elif shape.type_name == "boolean" and text not in ("true", "false"):
        problems.append(f"{path}: '{text}' is not a boolean")
    elif shape.type_name in ("integer", "long") and not re.fullmatch(r"-?\d+", text):
        problems.append(f"{path}: '{text}' is not a whole number")
    elif shape.type_name in ("float", "double"):
        try:
            float(text)
        except ValueError:
            problems.append(f"{path}: '{text}' is not a number")
    elif shape.type_name == "timestamp":
        try:
            datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            problems.append(f"{path}: '{text}' is not a time")
    elif getattr(shape, "enum", None) and text not in shape.enum:
        if text not in NEWER_WORDS.get(shape.name, set()):
            problems.append(f"{path}: '{text}' is not one of {shape.name}")


def newer_members(name):
    return NEWER_MEMBERS.get(name, set()) | NEWEST_MEMBERS.get(name, set())


def check_structure(shape, element, path, problems, ignored=()):
    members = {m.serialization.get("name", name): m for name, m in shape.members.items()}
    seen = set()
    for child in element:
        name = local(child.tag)
        if name in ignored:
            continue
        if name not in members and name in newer_members(shape.name):
            continue
        if name not in members:
            problems.append(f"{path}: {shape.name} has no member {name}")
            continue
        if name in seen:
            problems.append(f"{path}: {name} twice")
        seen.add(name)
        check(members[name], child, f"{path}/{name}", problems)
    for name in sorted((always(shape, element) & set(members)) - seen):
        problems.append(f"{path}: {shape.name} lacks {name}")


def always(shape, element):
    """The names that must be there: those of the shape, and the set that a Describe call is for."""
    names = ALWAYS.get(shape.name, set())
    if shape.name == "Instance":
        state = element.findtext(f"{NAMESPACE}instanceState/{NAMESPACE}name")
        names = names if state == "terminated" else names | WHILE_ALIVE
    if shape.name.startswith("Describe") and shape.name.endswith("Result"):
        names = names | {m.serialization["name"] for m in shape.members.values()
                         if m.type_name == "list" and len(lists_of(shape)) == 1}
    return names


def lists_of(shape):
    return [member for member in shape.members.values() if member.type_name == "list"]


def check(shape, element, path, problems):
    if shape.type_name == "structure":
        check_structure(shape, element, path, problems)
    elif shape.type_name == "list":
        expected = shape.member.serialization.get("name", "item")
        for index, child in enumerate(element):
            if local(child.tag) != expected:
                problems.append(f"{path}: list member {local(child.tag)} is not an {expected}")
            check(shape.member, child, f"{path}[{index}]", problems)
    else:
        check_scalar(shape, element, path, problems)


def validate(body, shape, operation):
    """The problems of one successful reply, as a list of sentences; empty: none."""
    problems = []
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        return [f"{operation}: not XML: {error}"]
    if root.tag != f"{NAMESPACE}{operation}Response":
        problems.append(f"{operation}: the root element is {root.tag}")
    if not any(local(child.tag) == "requestId" and child.text for child in root):
        problems.append(f"{operation}: no requestId")
    if shape is not None:
        check_structure(shape, root, operation, problems, ignored=("requestId",))
    return problems


class Recorder:
    """Patches a botocore so that every EC2 reply is validated; keeps what was found.

    `botocore_parsers` is botocore.parsers, or the copy that version 2 of the AWS CLI carries.
    """

    def __init__(self, botocore_parsers=botocore.parsers):
        self.problems = []
        self.operations = set()
        self._parser = botocore_parsers.EC2QueryParser
        self._parse = self._parser.parse

    def __enter__(self):
        recorder = self

        def parse(parser, response, shape):
            if response["status_code"] == 200:
                root = ElementTree.fromstring(response["body"])
                operation = local(root.tag).removesuffix("Response")
                recorder.operations.add(operation)
                recorder.problems += validate(response["body"], shape, operation)
            return recorder._parse(parser, response, shape)

        self._parser.parse = parse
        return self

    def __exit__(self, *_):
        self._parser.parse = self._parse
