"""Roles and instance profiles through boto3, and what a role's policies allow its instances."""

import json
import unittest

import botocore.exceptions

from server import Server, basic_seed

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
     "Action": "sts:AssumeRole"}]})
LOOK = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "ec2:DescribeVolumes", "Resource": "*"}]})


class IdentityTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(basic_seed()).__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.iam = self.server.client("iam")
        self.addCleanup(self.iam.close)

    def refused(self, code, status, call, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        reply = caught.exception.response
        self.assertEqual((reply["Error"]["Code"], reply["ResponseMetadata"]["HTTPStatusCode"]),
                         (code, status))

    def make(self):
        self.iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST, Description="d",
                             Tags=[{"Key": "k", "Value": "v"}])
        self.iam.put_role_policy(RoleName="web", PolicyName="p", PolicyDocument=LOOK)
        self.iam.create_instance_profile(InstanceProfileName="web")
        self.iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")

    def test_what_was_made_is_shown_and_goes_again(self):
        self.make()
        role = self.iam.get_role(RoleName="web")["Role"]
        self.assertEqual(role["Arn"], "arn:aws:iam::123456789012:role/web")
        self.assertEqual(role["AssumeRolePolicyDocument"], json.loads(TRUST))
        self.assertEqual(role["Tags"], [{"Key": "k", "Value": "v"}])
        policy = self.iam.get_role_policy(RoleName="web", PolicyName="p")
        self.assertEqual(policy["PolicyDocument"], json.loads(LOOK))
        self.assertEqual(self.iam.list_role_policies(RoleName="web")["PolicyNames"], ["p"])
        profile = self.iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]
        self.assertEqual([each["RoleName"] for each in profile["Roles"]], ["web"])

        self.refused("DeleteConflict", 409, self.iam.delete_role, RoleName="web")
        self.iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="web")
        self.iam.delete_instance_profile(InstanceProfileName="web")
        self.iam.delete_role_policy(RoleName="web", PolicyName="p")
        self.iam.delete_role(RoleName="web")
        self.refused("NoSuchEntity", 404, self.iam.get_role, RoleName="web")

    def test_bad_input(self):
        self.make()
        self.refused("EntityAlreadyExists", 409, self.iam.create_role, RoleName="web",
                     AssumeRolePolicyDocument=TRUST)
        self.refused("MalformedPolicyDocument", 400, self.iam.put_role_policy, RoleName="web",
                     PolicyName="p", PolicyDocument="{}")
        self.refused("NoSuchEntity", 404, self.iam.get_role, RoleName="other")
        self.refused("InvalidAction", 400, self.iam.list_users)

    def test_a_session_of_the_role_has_its_rights_and_no_more(self):
        self.make()
        keys = self.server.client("sts").assume_role(
            RoleArn="arn:aws:iam::123456789012:role/web", RoleSessionName="me")["Credentials"]
        words = dict(key=keys["AccessKeyId"], secret=keys["SecretAccessKey"],
                     token=keys["SessionToken"])
        ec2 = self.server.client(**words)
        self.assertEqual(len(ec2.describe_volumes()["Volumes"]), 1)
        self.refused("UnauthorizedOperation", 403, ec2.describe_instances)
        self.refused("AccessDenied", 403, self.server.client("iam", **words).get_role,
                     RoleName="web")


if __name__ == "__main__":
    unittest.main()
