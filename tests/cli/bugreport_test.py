"""`bugreport`: a file that tells what is there, and neither secrets nor account ids."""

import stat
import unittest

from program import VOLUME, ProgramTest

ACCOUNT = "123456789012"


class BugReportTest(ProgramTest):
    sim_arguments = ("--guests",)

    def test_it_tells_what_is_there_and_no_secret(self):
        file = self.write_machine(probe=False)
        file.write_text(file.read_text() + "# my password: hunter2\n", encoding="utf-8")
        self.succeeds("launch", file)
        path = self.folder / "report.txt"
        sts = self.server.client("sts")
        self.addCleanup(sts.close)
        role = sts.assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/operator", RoleSessionName="me")["Credentials"]
        secrets = (role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"])
        done = self.succeeds("bugreport", "web", "--file", path, environment=dict(zip(
            ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), secrets)))
        self.assertEqual(done.stdout, f"{path}\n")
        text = path.read_text(encoding="utf-8")
        body, = self.bodies()
        for word in (VOLUME, body["InstanceId"], "ec2spotter: root ok", '"reason": "up"',
                     "<DescribeInstancesResponse", "ec2-spotter 0.", 'types = ["t3.small"'):
            self.assertIn(word, text)
        for word in (ACCOUNT, "hunter2", *secrets):
            self.assertNotIn(word, text)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        # Nothing is written over.
        self.fails(1, "bugreport", "web", "--file", path, says=["File exists", "--file"])
        self.assertEqual(path.read_text(encoding="utf-8"), text)

    def test_trouble_with_ec2_is_part_of_it(self):
        self.write_machine()
        path = self.folder / "report.txt"
        self.server.control("fault", {"kind": "refuse", "action": "DescribeVolumes", "count": 0,
                                      "code": "UnauthorizedOperation",
                                      "message": f"arn:aws:iam::{ACCOUNT}:user/me may not"})
        self.succeeds("bugreport", "web", "--file", path)
        text = path.read_text(encoding="utf-8")
        self.assertIn("arn:aws:iam::<account>:user/me may not", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
