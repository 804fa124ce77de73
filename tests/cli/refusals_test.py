"""What EC2 refuses: to one type, for want of a right, or because a file names another volume."""

import json
import unittest

from program import IMAGE, VOLUME, ProgramTest, wait_until

ENA = "(ENA is required for the 't3.small' instance type)"
DENIED = "You are not authorized to perform this operation."


class RefusalsTest(ProgramTest):
    def refuse(self, action, code, message, instance_type=""):
        self.server.control("fault", {"kind": "refuse", "action": action, "count": 0, "code": code,
                                      "message": message, "instance_type": instance_type})

    def launched_types(self):
        return [call["parameters"]["InstanceType"] for call in self.server.control("calls")
                if call["action"] == "RunInstances" and "DryRun" not in call["parameters"]]

    def test_one_type_that_ec2_refuses_does_not_block_the_list(self):
        for code in ("InvalidParameterCombination", "UnsupportedOperation", "InvalidInstanceType",
                     "InvalidParameterValue", "NewInTheYear2030"):
            with self.subTest(code):
                self.server.control("fault", {"kind": "clear"})
                self.refuse("RunInstances", code, ENA, "t3.small")
                self.succeeds("launch", "--no-wait", self.write_machine())
                body, = self.bodies()
                self.assertEqual(body["InstanceType"], "t3.medium")
                self.assertEqual(self.launched_types()[-2:], ["t3.small", "t3.medium"])
                self.succeeds("pause", "web")

    def test_another_process_names_the_type_that_is_refused(self):
        self.refuse("RunInstances", "InvalidParameterCombination", ENA, "t3.small")
        self.succeeds("launch", "--no-wait", self.write_machine())
        body, = self.bodies()
        self.client.terminate_instances(InstanceIds=[body["InstanceId"]])
        wait_until("no body", lambda: not self.bodies())
        text = self.succeeds("explain", "web").stdout
        self.assertIn("pool t3.medium spot us-east-1a: taken, first open pool", text)
        self.assertRegex(text, r"pool t3.small spot us-east-1a: .*ENA is required")
        found = self.fails(1, "doctor", "web").stdout
        self.assertRegex(found, "(?m)^problem +pool ")
        self.assertIn("EC2 refuses t3.small spot us-east-1a", found)
        self.assertNotIn("EC2 refuses t3.medium", found)

    def test_a_list_that_is_refused_as_a_whole_ends_with_ec2s_text(self):
        self.refuse("RunInstances", "InvalidParameterCombination", ENA)
        self.fails(2, "launch", self.write_machine(),
                   says=["EC2 refuses every pool", "t3.medium spot us-east-1a", "ENA is required"])
        self.assertEqual(self.launched_types(), ["t3.small", "t3.medium"])

    def test_an_image_that_is_not_shared(self):
        self.refuse("RunInstances", "AuthFailure", f"Not authorized for images: [{IMAGE}]")
        said = self.fails(2, "launch", self.write_machine(), says="not shared with this account")
        self.assertNotIn("credentials", said.stderr)

    def test_a_console_that_may_not_be_read_ends_a_launch_at_once(self):
        self.refuse("GetConsoleOutput", "UnauthorizedOperation", DENIED)
        self.fails(4, "launch", self.write_machine(),
                   says=["console_denied", DENIED, "allow ec2:GetConsoleOutput"])
        self.assertIn(DENIED, self.succeeds("status", "web").stdout)
        self.assertIn(DENIED, self.fails(1, "doctor", "web").stdout)
        self.fails(4, "console", "web", says=DENIED)
        self.server.control("fault", {"kind": "clear"})
        self.succeeds("launch", "--no-wait", self.write_machine())

    def test_a_right_that_is_missing_for_prices_is_told(self):
        self.refuse("DescribeSpotPriceHistory", "UnauthorizedOperation", DENIED)
        done = self.succeeds("launch", "--no-wait", self.write_machine(pool_order="price"))
        self.assertIn("pool_order cannot be followed: DescribeSpotPriceHistory: " + DENIED,
                      done.stderr)

    def test_a_file_that_names_another_volume(self):
        self.succeeds("launch", "--no-wait", self.write_machine())
        other = self.client.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        self.client.create_tags(Resources=[other], Tags=[{"Key": "Name", "Value": "other-root"}])
        self.fails(3, "launch", self.write_machine(volume="other-root"),
                   says=["volume_differs", VOLUME, "other-root"])
        self.assertIn("volume_differs", self.succeeds("status", "web").stdout)
        self.assertRegex(self.fails(1, "doctor", "web").stdout, "(?m)^problem +volume_differs ")
        # The root was only renamed: no volume has the name of the file.
        self.client.delete_volume(VolumeId=other)
        self.succeeds("launch", "--no-wait", self.folder / "web.toml")

    def test_list_shows_an_instance_that_has_no_volume_yet(self):
        self.succeeds("launch", "--no-wait", self.write_machine())
        body, = self.bodies()
        row, = json.loads(self.succeeds("--output", "json", "list").stdout)
        self.assertEqual((row["instance"], row["instance_type"]), (body["InstanceId"], "t3.small"))
        self.assertIn(body["InstanceId"], self.succeeds("list").stdout)

    def test_a_timeout_ends_with_the_last_reason(self):
        self.refuse("GetConsoleOutput", "InternalError", "An internal error has occurred.")
        done = self.fails(1, "launch", "--timeout", "1", self.write_machine(),
                          says=", because of waiting_for_preboot: ")
        self.assertEqual(done.stderr.count("the machine is not up after"), 1)


if __name__ == "__main__":
    unittest.main()
