"""Files and arguments as users of the original and of its forks have them."""

import pathlib
import unittest

from program import IMAGE, ProgramTest, server

CONF = f"""\
ec2spotter_volume_name=web-root
ec2spotter_instance_type=t3.small
ec2spotter_preboot_image_id={IMAGE}
"""


class ClassicTest(ProgramTest):
    def launch(self, *words):
        program = pathlib.Path(server.BINARY).parent / "ec2spotter-launch"
        return self.run_program("--no-wait", *words, program=program)

    def test_a_type_after_the_file_takes_the_place_of_its_own(self):
        conf = self.write("web.conf", CONF)
        self.fails(2, "launch", conf, ".aws.creds", says="'.aws.creds' is not an instance type")
        done = self.launch(conf, "m5.large")
        self.assertEqual(done.returncode, 0, done.stderr)
        body, = self.bodies()
        self.assertEqual(body["InstanceType"], "m5.large")

    def test_a_conf_of_any_name(self):
        done = self.launch(self.write("my.conf_tiny", "\ufeff" + CONF.replace("\n", "\r\n")))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("machine  my.conf_tiny\n", done.stdout)
        self.succeeds("status", "my.conf_tiny")

    def test_the_region_is_that_of_the_zone(self):
        west = self.server.client(region="us-west-2")
        self.addCleanup(west.close)
        volume = west.create_volume(AvailabilityZone="us-west-2a", Size=1)["VolumeId"]
        west.create_tags(Resources=[volume], Tags=[{"Key": "Name", "Value": "west"}])
        conf = self.write("west.conf", CONF.replace("web-root", "west") +
                          "ec2spotter_launch_zone=us-west-2a\n")
        for region in ("us-east-1", ""):
            self.fails(1, "pause", conf, says=[volume, "launch it first"],
                       environment={"AWS_REGION": region, "AWS_DEFAULT_REGION": ""})
        self.fails(1, "--region", "us-east-1", "pause", conf, says="there is no root volume")
        self.fails(2, "launch", self.write("id.conf", CONF + "ec2spotter_launch_zone=use1-az1\n"),
                   says="'use1-az1' is a zone's id")


if __name__ == "__main__":
    unittest.main()
