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
    "Instance": {"instanceId", "instanceState", "instanceType", "imageId", "launchTime",
                 "placement", "architecture", "rootDeviceName", "blockDeviceMapping"},
    "Volume": {"volumeId", "status", "size", "availabilityZone", "createTime", "volumeType",
               "encrypted"},
    "VolumeAttachment": {"volumeId", "instanceId", "device", "status"},
    "Snapshot": {"snapshotId", "status", "volumeId", "volumeSize", "startTime", "ownerId"},
    "SpotInstanceRequest": {"spotInstanceRequestId", "state", "status", "type", "createTime"},
    "Image": {"imageId", "imageState", "imageOwnerId", "architecture", "rootDeviceName"},
    "Subnet": {"subnetId", "vpcId", "availabilityZone", "cidrBlock", "state"},
    "SecurityGroup": {"groupId", "groupName", "groupDescription", "ownerId"},
    "Address": {"publicIp", "allocationId", "domain"},
    "AvailabilityZone": {"zoneName", "zoneId", "zoneState", "regionName"},
    "SpotPrice": {"availabilityZone", "instanceType", "productDescription", "spotPrice",
                  "timestamp"},
}


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
        problems.append(f"{path}: '{text}' is not one of {shape.enum}")


def check_structure(shape, element, path, problems, ignored=()):
    members = {m.serialization.get("name", name): m for name, m in shape.members.items()}
    seen = set()
    for child in element:
        name = local(child.tag)
        if name in ignored:
            continue
        if name not in members:
            problems.append(f"{path}: {shape.name} has no member {name}")
            continue
        if name in seen:
            problems.append(f"{path}: {name} twice")
        seen.add(name)
        check(members[name], child, f"{path}/{name}", problems)
    for name in sorted(ALWAYS.get(shape.name, set()) & set(members) - seen):
        problems.append(f"{path}: {shape.name} lacks {name}")


def check(shape, element, path, problems):
    if shape.type_name == "structure":
        check_structure(shape, element, path, problems)
    elif shape.type_name == "list":
        for index, child in enumerate(element):
            if local(child.tag) != "item":
                problems.append(f"{path}: list member {local(child.tag)} is not an item")
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
    """Patches botocore so that every EC2 reply is validated; keeps what was found."""

    def __init__(self):
        self.problems = []
        self.operations = set()
        self._parse = botocore.parsers.EC2QueryParser.parse

    def __enter__(self):
        recorder = self

        def parse(parser, response, shape):
            if response["status_code"] == 200:
                root = ElementTree.fromstring(response["body"])
                operation = local(root.tag).removesuffix("Response")
                recorder.operations.add(operation)
                recorder.problems += validate(response["body"], shape, operation)
            return recorder._parse(parser, response, shape)

        botocore.parsers.EC2QueryParser.parse = parse
        return self

    def __exit__(self, *_):
        botocore.parsers.EC2QueryParser.parse = self._parse
