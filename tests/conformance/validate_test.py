"""The validator itself: what is wrong must be found, what is right must pass."""

import re
import unittest

import botocore.session

import validate

MODEL = botocore.session.get_session().get_service_model("ec2")


def problems(operation, inner):
    body = (f'<{operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            f"<requestId>r</requestId>{inner}</{operation}Response>")
    shape = MODEL.operation_model(operation).output_shape
    return validate.validate(body, shape, operation)


def wire_names(shape):
    members = MODEL.shape_for(shape).members
    return {member.serialization.get("name", name) for name, member in members.items()}


VOLUME = ("<volumeId>vol-1</volumeId><status>available</status><size>1</size>"
          "<availabilityZone>z</availabilityZone><createTime>2026-01-01T00:00:00.000Z</createTime>"
          "<volumeType>gp3</volumeType><encrypted>false</encrypted><snapshotId/>"
          "<multiAttachEnabled>false</multiAttachEnabled>")


def volumes(inner):
    return f"<volumeSet><item>{inner}</item></volumeSet>"


class ValidatorTest(unittest.TestCase):
    def found(self, expected, operation, inner):
        text = problems(operation, inner)
        self.assertTrue(any(expected in problem for problem in text), (expected, text))

    def test_a_right_reply_passes(self):
        self.assertEqual(problems("DescribeVolumes", volumes(VOLUME)), [])
        self.assertEqual(problems("DescribeVolumes", "<volumeSet/>"), [])

    def test_an_unknown_member_is_found_at_every_depth(self):
        self.found("no member shoe", "DescribeVolumes", "<volumeSet/><shoe>1</shoe>")
        self.found("no member shoe", "DescribeVolumes", volumes(VOLUME + "<shoe>1</shoe>"))
        self.found("no member shoe", "DescribeVolumes", volumes(
            VOLUME + "<attachmentSet><item><shoe>1</shoe></item></attachmentSet>"))

    def test_each_mistyped_value_is_found(self):
        for right, wrong, expected in (
                ("<size>1", "<size>one", "not a whole number"),
                ("<size>1", "<size>1.0", "not a whole number"),
                (">available<", ">free<", "not one of"),
                ("2026-01-01T", "noon", "not a time"),
                (">false<", ">no<", "not a boolean"),
                ("<volumeId>vol-1<", "<volumeId><item>vol-1</item><", "has children")):
            self.assertIn(right, VOLUME)
            self.found(expected, "DescribeVolumes", volumes(VOLUME.replace(right, wrong)))

    def test_each_missing_member_is_found(self):
        self.found("lacks volumeSet", "DescribeVolumes", "")
        for name in ("volumeId", "status", "size", "availabilityZone", "createTime"):
            without = re.sub(f"<{name}>.*?</{name}>", "", VOLUME)
            self.found(f"lacks {name}", "DescribeVolumes", volumes(without))

    def test_an_instance_that_lives_needs_an_address(self):
        state = "<instanceState><code>16</code><name>running</name></instanceState>"
        reply = ("<reservationSet><item><instancesSet><item>{}</item></instancesSet></item>"
                 "</reservationSet>")
        self.found("lacks privateIpAddress", "DescribeInstances", reply.format(state))
        gone = reply.format(state.replace("running", "terminated").replace("16", "48"))
        self.assertFalse([p for p in problems("DescribeInstances", gone)
                          if "privateIpAddress" in p])

    def test_a_list_without_its_item_element_is_found(self):
        self.found("is not an item", "DescribeVolumes",
                   f"<volumeSet><member>{VOLUME}</member></volumeSet>")
        self.found("is not an groupId", "DescribeLaunchTemplateVersions",
                   "<launchTemplateVersionSet><item><launchTemplateData><networkInterfaceSet><item>"
                   "<groupSet><item>sg-1</item></groupSet></item></networkInterfaceSet>"
                   "</launchTemplateData></item></launchTemplateVersionSet>")

    def test_a_member_that_comes_twice_is_found(self):
        self.found("size twice", "DescribeVolumes", volumes(VOLUME + "<size>2</size>"))

    def test_another_root_element_is_found(self):
        shape = MODEL.operation_model("DescribeVolumes").output_shape
        wrong = "<DescribeVolumesResponse><requestId>r</requestId><volumeSet/></DescribeVolumesResponse>"
        self.assertIn("root element", validate.validate(wrong, shape, "DescribeVolumes")[0])
        self.assertIn("not XML", validate.validate("<a>", shape, "DescribeVolumes")[0])

    def test_every_shape_of_the_list_exists_with_its_members(self):
        for name, members in validate.ALWAYS.items():
            self.assertLessEqual(members - validate.NEWER_MEMBERS.get(name, set()),
                                 wire_names(name), name)

    def test_a_reply_without_request_id_is_found(self):
        body = '<DescribeVolumesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"/>'
        shape = MODEL.operation_model("DescribeVolumes").output_shape
        self.assertIn("no requestId", validate.validate(body, shape, "DescribeVolumes")[0])


    def test_the_newest_model_knows_all_that_the_others_are_excused_for(self):
        request = MODEL.operation_model("CreateReplaceRootVolumeTask").input_shape
        if "VolumeId" not in request.members:
            self.skipTest("this botocore is older than 1.43.43")
        for name, members in validate.NEWEST_MEMBERS.items():
            self.assertLessEqual(members, wire_names(name))

    def test_a_recent_model_knows_all_that_an_old_one_is_excused_for(self):
        if "availabilityZoneId" not in wire_names("Placement"):
            self.skipTest("this botocore is an old one")
        for name, members in validate.NEWER_MEMBERS.items():
            self.assertLessEqual(members, wire_names(name))
        for name, words in validate.NEWER_WORDS.items():
            self.assertLessEqual(words, set(MODEL.shape_for(name).enum))


if __name__ == "__main__":
    unittest.main()
