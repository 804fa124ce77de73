"""script/aws-acceptance, which is for AWS, against the local EC2: only the endpoint is another one."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["EC2SPOTTER_SOURCE"]) / "tests/vm"))
import cloud  # noqa: E402
from machine import copy_disk, give_boot_code  # noqa: E402

STEPS = ("an ordinary instance", "import", "launch", "drill --kind notice", "drill --kind cut", "pause",
         "resume", "move to another zone", "doctor", "eject", "sweep: nothing is left")


class AcceptanceTest(unittest.TestCase):
    def test_every_step_is_seen_and_nothing_is_left(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-disks-")
        self.addCleanup(folder.cleanup)
        # Without boot code, replace and swap would be known to be in vain.
        disk = copy_disk(cloud.images() / "preboot.raw", f"{folder.name}/own.raw")
        give_boot_code(disk)
        with cloud.Cloud(image=disk) as ec2:
            done = subprocess.run(
                [cloud.SOURCE / "script/aws-acceptance", "--region", "us-east-1", "--budget", "1",
                 "--endpoint-url", ec2.endpoint, "--program", cloud.server.BINARY, "--image",
                 cloud.IMAGE, "--ssh-user", "debian", "--ssh-port", str(ec2.ssh_port)],
                env=ec2.environment(), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=2400, check=False)
            print(done.stdout, file=sys.stderr, flush=True)
            if done.returncode != 0:
                ec2.explain_failure()
            self.assertEqual(done.returncode, 0)
            for step in STEPS:
                self.assertRegex(done.stdout, rf"(?m)^{step} +\d+\.\d s$")
            self.assertEqual(ec2.control("violations"), [])
            volumes = ec2.ec2.describe_volumes()["Volumes"]
            self.assertEqual([each["VolumeId"] for each in volumes], [cloud.DATA_VOLUME])
            self.assertEqual(ec2.ec2.describe_addresses()["Addresses"], [])


if __name__ == "__main__":
    unittest.main()
