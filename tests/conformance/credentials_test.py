"""Who may call: each wrong signature is answered with EC2's code and HTTP status."""

import datetime
import unittest
import urllib.error
import urllib.request
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions

from server import Server, basic_seed

FORM = "Action=DescribeVolumes&Version=2016-11-15"
HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def clock_off_by(minutes):
    """Botocore signs with a clock that is wrong by so much."""
    real = datetime.datetime

    class Wrong(real):
        @classmethod
        def utcnow(cls):
            return real.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(
                minutes=minutes)

        @classmethod
        def now(cls, tz=None):
            return real.now(tz) + datetime.timedelta(minutes=minutes)

    return mock.patch("datetime.datetime", Wrong)


class CredentialsTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(basic_seed()).__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)

    def refused(self, code, status, call):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call()
        reply = caught.exception.response
        self.assertEqual((reply["Error"]["Code"], reply["ResponseMetadata"]["HTTPStatusCode"]),
                         (code, status))

    def test_wrong_key_and_wrong_secret(self):
        client = self.server.client
        self.refused("AuthFailure", 401, client(key="nobody").describe_volumes)
        self.refused("SignatureDoesNotMatch", 403, client(secret="wrong").describe_volumes)
        self.refused("AuthFailure", 401, client(token="made-up").describe_volumes)
        self.refused("InvalidClientTokenId", 403,
                     client("sts", key="nobody").get_caller_identity)
        self.refused("SignatureDoesNotMatch", 403,
                     client("sts", secret="wrong").get_caller_identity)
        self.refused("AuthFailure", 401, client(region="mars-north-1").describe_volumes)

    def test_a_temporary_key_works_until_it_expires(self):
        role = self.server.client("sts").assume_role(
            RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="session", DurationSeconds=900)
        role = role["Credentials"]
        key = dict(key=role["AccessKeyId"], secret=role["SecretAccessKey"],
                   token=role["SessionToken"])
        self.server.client(**key).describe_volumes()
        arn = self.server.client("sts", **key).get_caller_identity()["Arn"]
        self.assertTrue(arn.endswith(":assumed-role/r/session"), arn)
        self.refused("AuthFailure", 401,
                     self.server.client(**(key | {"token": "stale"})).describe_volumes)

        self.server.control("clock", {"advance_seconds": 1000})

        self.refused("RequestExpired", 400, self.server.client(**key).describe_volumes)
        self.refused("ExpiredToken", 403, self.server.client("sts", **key).get_caller_identity)

    def test_a_clock_that_is_off(self):
        for minutes in (-20, 20):
            with clock_off_by(minutes):
                self.refused("RequestExpired", 400, self.server.client().describe_volumes)
        with clock_off_by(-3):
            self.server.client().describe_volumes()

    def get(self, url):
        try:
            with urllib.request.urlopen(url, timeout=20) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def presigned(self, expires=60):
        request = botocore.awsrequest.AWSRequest("GET", f"{self.server.endpoint}/?{FORM}")
        signer = botocore.auth.SigV4QueryAuth(botocore.credentials.Credentials("test", "test"),
                                              "ec2", "us-east-1", expires=expires)
        signer.add_auth(request)
        return request.url

    def test_a_presigned_query(self):
        status, body = self.get(self.presigned())
        self.assertEqual(status, 200)
        self.assertIn("<DescribeVolumesResponse", body)
        status, body = self.get(self.presigned().replace("DescribeVolumes", "DescribeImages"))
        self.assertEqual(status, 403)
        self.assertIn("<Code>SignatureDoesNotMatch</Code>", body)
        with clock_off_by(-2):
            old = self.presigned(expires=60)
        status, body = self.get(old)
        self.assertEqual(status, 400)
        self.assertIn("<Code>RequestExpired</Code>", body)

    def test_an_unsigned_request(self):
        status, body = self.get(f"{self.server.endpoint}/?{FORM}")
        self.assertEqual(status, 403)
        self.assertIn("<Code>MissingAuthenticationToken</Code>", body)


if __name__ == "__main__":
    unittest.main()
