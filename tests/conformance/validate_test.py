"""The validator itself: what is wrong must be found, what is right must pass."""

import unittest

import botocore.session

import validate

MODEL = botocore.session.get_session().get_service_model("ec2")


def problems(operation, inner):
    body = (f'<{operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            f"<requestId>r</requestId>{inner}</{operation}Response>")
    shape = MODEL.operation_model(operation).output_shape
    return validate.validate(body, shape, operation)


VOLUME = ("<volumeId>vol-1</volumeId><status>available</status><size>1</size>"
          "<availabilityZone>z</availabilityZone><createTime>2026-01-01T00:00:00.000Z</createTime>"
          "<volumeType>gp3</volumeType><encrypted>false</encrypted>")


class ValidatorTest(unittest.TestCase):
    def test_a_right_reply_passes(self):
        self.assertEqual(problems("DescribeVolumes",
                                  f"<volumeSet><item>{VOLUME}</item></volumeSet>"), [])

    def test_each_kind_of_wrong_is_found(self):
        for wrong, expected in {
            f"<volumeSet><member>{VOLUME}</member></volumeSet>": "is not an item",
            f"<volumeSet><item>{VOLUME}<shoe>1</shoe></item></volumeSet>": "no member shoe",
            f"<volumeSet><item>{VOLUME.replace('<size>1', '<size>one')}</item></volumeSet>":
                "not a whole number",
            f"<volumeSet><item>{VOLUME.replace('>available<', '>free<')}</item></volumeSet>":
                "not one of",
            f"<volumeSet><item>{VOLUME.replace('2026-01-01T', 'noon')}</item></volumeSet>":
                "not a time",
            f"<volumeSet><item>{VOLUME.replace('>false<', '>no<')}</item></volumeSet>":
                "not a boolean",
            "<volumeSet><item><volumeId>vol-1</volumeId></item></volumeSet>": "lacks status",
        }.items():
            found = problems("DescribeVolumes", wrong)
            self.assertTrue(any(expected in problem for problem in found), (expected, found))

    def test_a_reply_without_request_id_is_found(self):
        body = '<DescribeVolumesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"/>'
        shape = MODEL.operation_model("DescribeVolumes").output_shape
        self.assertIn("no requestId", validate.validate(body, shape, "DescribeVolumes")[0])


if __name__ == "__main__":
    unittest.main()
