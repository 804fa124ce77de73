"""A machine whose fleet launches its bodies: nothing of ours runs on the host while two of them are
reclaimed, and each time it comes back with its data, address and host key."""

import json
import subprocess
import sys
import time
import unittest

import machine
import server
from matrix import shows

ROLE = "ec2spotter-default-web"
NOTICE_SECONDS = 120
ASK_FOR_KEYS = f"""
import urllib.request
def ask(path, method, **headers):
    return urllib.request.urlopen(urllib.request.Request(
        "http://169.254.169.254/latest/" + path, method=method, headers=headers)).read().decode()
token = ask("api/token", "PUT", **{{"X-aws-ec2-metadata-token-ttl-seconds": "60"}})
print(ask("meta-data/iam/security-credentials/{ROLE}", "GET",
          **{{"X-aws-ec2-metadata-token": token}}))
"""


class UnattendedTest(machine.MachineTest):
    def setUp(self):
        super().setUp()
        self.power_on(self.disks.settled())
        # In a virtual machine the host's loopback is at the first address of the subnet.
        port = self.machine.endpoint.rpartition(":")[2]
        with open(f"{self.machine.folder}/web.toml", "a", encoding="utf-8") as file:
            file.write(f'unattended = true\nguest_endpoint = "http://172.31.0.1:{port}"\n')

    def secrets_of(self, body):
        """The credentials that this body's guest can ask for."""
        text = self.machine.run(f"python3 - <<'EOT'\n{ASK_FOR_KEYS}\nEOT", user="root")
        keys = json.loads(text)
        self.assertEqual(keys["Code"], "Success", body)
        return [keys[name] for name in ("AccessKeyId", "SecretAccessKey", "Token")]

    @shows(("Losses", "unattended: a reclaim with a notice and one without, nothing of ours running",
            "the fleet's next instance attaches the root itself"),
           ("Losses", "a notice with the guest helper", "hook and terminal message, an orderly end"),
           ("Identity", "cloud-init switched off on the volume",
            "host keys, machine id, host name and users are kept on the next instances"))
    def test_it_comes_back_by_itself(self):
        self.succeeds("setup-role", f"{self.machine.folder}/web.toml")
        self.succeeds("launch", "--timeout", "14", f"{self.machine.folder}/web.toml")
        body = self.machine.holder()
        self.machine.run("echo kept >/root/kept; sync /root/kept", user="root")
        facts = self.machine.facts()
        for lose in (self.take_with_notice, self.take_at_once):
            lose(body)
            body = self.machine.wait_for_body_after(body)
            self.assertEqual(self.machine.facts(), facts)
            self.assertEqual(self.machine.run("cat /root/kept", user="root").strip(), "kept")
            self.assertEqual(self.machine.disk_of("/"), machine.SERIAL)
            self.assertRegex(self.machine.run("cat /root/noticed", user="root"),
                             r"^notice 20\d\d-")
        self.check_rights(body)
        self.assertIn("\nreason   up\n", self.succeeds("status", "web"))
        self.succeeds("pause", "web")
        self.assertIsNone(self.machine.holder())

    def take_at_once(self, body):
        self.machine.control("reclaim", {"instance_id": body})

    def take_with_notice(self, body):
        """The guest hears of it, tells who is logged in, runs the hook, and lets the volume go."""
        hook = "/etc/ec2spotter/notice.d/note"
        self.machine.run(f"printf '#!/bin/sh\\necho \"$@\" >/root/noticed\\n' >{hook};"
                         f" chmod 755 {hook}", user="root")
        login = subprocess.Popen(
            [*self.machine.ssh_command("root"), "-tt", "echo logged in; sleep 600"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertIn("logged in", login.stdout.readline())
        begun = time.monotonic()
        self.machine.control("notice", {"instance_id": body, "seconds": NOTICE_SECONDS})
        shown = login.communicate(timeout=NOTICE_SECONDS)[0]
        self.assertRegex(shown, r"EC2 takes this instance in \d+ seconds")
        server.wait_until("the volume to be free", lambda: self.machine.holder() != body,
                          NOTICE_SECONDS)
        free = time.monotonic() - begun
        print(f"  free {free:.1f} s after the notice; without the guest helper not before"
              f" {NOTICE_SECONDS} s", file=sys.stderr, flush=True)
        self.assertLess(free, NOTICE_SECONDS)

    def check_rights(self, body):
        """Nothing secret lies about, and the body's role could have touched nothing else."""
        secrets = self.secrets_of(body)
        shown = json.dumps(self.machine.control("state")["state"]["tables"])
        for secret in secrets:
            self.assertNotIn(secret, shown)
        keys = dict(zip(("key", "secret", "token"), secrets))
        ec2 = self.machine.client(**keys)
        self.addCleanup(ec2.close)
        other = self.machine.ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        with self.assertRaisesRegex(ec2.exceptions.ClientError, "UnauthorizedOperation"):
            ec2.attach_volume(VolumeId=other, InstanceId=body, Device="/dev/sdg")
        changed = [(call["action"], call["error"]) for call in self.machine.control("calls")
                   if f":assumed-role/{ROLE}/" in call["caller"]
                   and not call["action"].startswith("Describe")]
        self.assertEqual(sorted({action for action, error in changed if not error}),
                         ["AssociateAddress", "AttachVolume"])


if __name__ == "__main__":
    unittest.main()
