"""A root under a KMS key that EC2 cannot use: what `launch` and `explain` say, and the cure."""

import json
import pathlib
import unittest

from program import VOLUME, ProgramTest, server

KEY = "11111111-2222-3333-4444-555555555555"
ARN = f"arn:aws:kms:us-east-1:123456789012:key/{KEY}"


class KeyTest(ProgramTest):
    def setUp(self):
        seed = server.basic_seed()
        seed["keys"] = [{"key_id": KEY, "alias": "alias/web", "state": "denied"}]
        seed["volumes"][0]["kms_key"] = "alias/web"
        self.server = server.Server(seed, ["--guests"])
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.folder = pathlib.Path(self.server.folder)
        self.environment = self.server.environment() | {"HOME": str(self.folder)}
        self.client = self.server.client()
        self.addCleanup(self.client.close)

    def test_explain_says_which_right_to_give_to_whom(self):
        machine = self.write_machine(probe=False)
        self.fails(4, "launch", machine, says=["CustomerKeyHasBeenRevoked", ARN])
        text = self.succeeds("explain", "web").stdout
        for part in ("key_refused", ARN, "kms:CreateGrant", "kms:Decrypt",
                     "kms:GenerateDataKeyWithoutPlaintext", "the caller", "enable-key"):
            self.assertIn(part, text)
        shown = json.loads(self.succeeds("explain", "web", "--output", "json").stdout)
        self.assertEqual(shown["reason"], "key_refused")
        self.succeeds("sim", "key", "alias/web", "enabled")
        self.succeeds("launch", machine)
        self.assertNotIn("key_refused", self.succeeds("explain", "web").stdout)
        volume, = self.client.describe_volumes(VolumeIds=[VOLUME])["Volumes"]
        tags = {tag["Key"]: tag["Value"] for tag in volume["Tags"]}
        self.assertEqual(tags["ec2spotter:key-refused"], "gone")


if __name__ == "__main__":
    unittest.main()
