"""The package in a new Debian 12 that has nothing else of ours."""

import tempfile
import unittest

from support import package, run

# A machine goes up in the local EC2, with the program as it is installed.
SCRIPT = """#!/bin/sh
set -eu
dpkg -s ec2spotter | grep '^Status: install ok installed'
cd "$(mktemp -d)"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true
echo '{"region": "us-east-1",
  "snapshots": [{"snapshot_id": "snap-0aaaaaaaaaaaaaaa1", "size_gib": 2}],
  "images": [{"image_id": "ami-0aaaaaaaaaaaaaaa1", "name": "stock", "architecture": "x86_64",
              "root_device": "/dev/xvda", "snapshot_id": "snap-0aaaaaaaaaaaaaaa1"}],
  "volumes": [{"volume_id": "vol-0aaaaaaaaaaaaaaa1", "zone": "us-east-1a", "size_gib": 8,
               "tags": {"Name": "web-root"}}]}' >seed.json
printf '%s\\n' 'volume = "web-root"' 'image = "ami-0aaaaaaaaaaaaaaa1"' 'types = ["t3.small"]' >web.toml
ec2spotter sim --listen 127.0.0.1:0 --seed seed.json >sim.out 2>sim.err &
sim=$!
trap 'kill $sim' EXIT
tries=0
until grep -q '^listening on ' sim.out; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { cat sim.err; exit 1; }
  sleep 0.1
done
export AWS_ENDPOINT_URL="$(sed -n 's/^listening on //p' sim.out)"
ec2spotter-setup
ec2spotter-launch web.toml --no-wait
ec2spotter status web
"""


class CleanRootTest(unittest.TestCase):
    def test_it_is_installed_and_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/try", "w", encoding="utf-8") as file:
                file.write(SCRIPT)
            # mmdebstrap takes this host's own sources of packages.
            said = run("mmdebstrap", "--variant=apt", "--format=null",
                       f"--customize-hook=copy-in {package()} /root",
                       f"--customize-hook=copy-in {folder}/try /root",
                       f'--customize-hook=chroot "$1" apt-get install -y /root/{package().name}',
                       '--customize-hook=chroot "$1" sh /root/try >&2',
                       "bookworm", "/dev/null", seconds=800)
        self.assertEqual(said, "")


if __name__ == "__main__":
    unittest.main()
