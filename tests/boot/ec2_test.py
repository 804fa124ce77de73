"""The EC2 client of unattended instances, against a metadata service and an EC2 that answer as real
ones do in trouble. Its clock is ours: no test waits."""

import calendar
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest
from email.utils import formatdate
from urllib.parse import parse_qs

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
ROLE = "ec2spotter-default-web"
KEYS = {"Code": "Success", "AccessKeyId": "ASIAX", "SecretAccessKey": "s", "Token": "t"}
NO_KEYS = {"Code": "AssumeRoleUnauthorizedAccess",
           "Message": "EC2 cannot assume the role ec2spotter-default-web."}
# Goes to the test's metadata service; a pause takes no time, and an hour of them ends.
RUNNER = """
import runpy, socket, sys, time
port, program = int(sys.argv[1]), sys.argv[2]
sys.argv = sys.argv[2:]
create, now = socket.create_connection, [0.0]
def connect(address, *more, **words):
    return create(("127.0.0.1", port) if address[0] == "169.254.169.254" else address, *more, **words)
def pause(seconds):
    now[0] += seconds
socket.create_connection, time.sleep, time.monotonic = connect, pause, lambda: now[0]
runpy.run_path(program, run_name="__main__")
"""
METADATA = {"token": "TOKEN", "placement/region": "eu-west-1", "services/domain": "amazonaws.com",
            "iam/security-credentials/": ROLE, f"iam/security-credentials/{ROLE}": json.dumps(KEYS)}
OURS = {"ec2spotter:owner": "default", "ec2spotter:machine": "web"}
OTHERS = {"ec2spotter:owner": "default", "ec2spotter:machine": "db"}


def xml(action, text):
    return 200, (f'<?xml version="1.0" encoding="UTF-8"?>\n<{action}Response xmlns="http://ec2.amazonaws'
                 f'.com/doc/2016-11-15/"><requestId>r</requestId>{text}</{action}Response>')


def error(code, status=400):
    return status, (f"<?xml version=\"1.0\"?><Response><Errors><Error><Code>{code}</Code><Message>no"
                    " </Message></Error></Errors><RequestID>r</RequestID></Response>")


def tag_set(tags):
    return "<tagSet>" + "".join(f"<item><value>{value}</value><key>{key}</key></item>"
                                for key, value in tags.items()) + "</tagSet>"


class World:
    """What both services answer. `trouble`: answers that come first, then the right ones."""

    def __init__(self):
        self.metadata = dict(METADATA)
        self.metadata_trouble, self.trouble = {}, {}
        self.holder = None
        self.data = {}  # of other volumes: the holder, and the status that is shown next
        self.attached = []
        self.address = {"instance": "", "interface": "", "tags": OURS}
        self.instances = {"i-1": OURS, "i-old": OURS, "i-db": OTHERS, "i-plain": {}}
        self.skew = 0
        self.calls = []

    def meta(self, path):
        queue = self.metadata_trouble.get(path)
        if queue:
            return queue.pop(0)
        found = self.metadata.get(path)
        return (200, found) if found is not None else (404, "<html>404 - Not Found</html>")

    def signed_at(self, headers):
        return calendar.timegm(time.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ"))

    def answer(self, form, headers):
        action = form["Action"]
        self.calls.append(action)
        if self.trouble.get(action):
            return self.trouble[action].pop(0)
        if abs(self.signed_at(headers) - time.time() - self.skew) > 300:
            return error("AuthFailure", 401)
        return getattr(self, action)(form)

    def DescribeVolumes(self, form):
        volume = form["VolumeId.1"]
        holder = self.holder if volume == "vol-1" else self.data.get(volume, [""])[0]
        status = "attached" if volume == "vol-1" else self.data.get(volume, ["", ""]).pop()
        if volume in self.data:
            self.data[volume].append("attached")
        held = f"<item><status>{status}</status><instanceId>{holder}</instanceId></item>"
        return xml("DescribeVolumes", f"<volumeSet><item><volumeId>{volume}</volumeId>"
                   f"<attachmentSet>{held if holder else ''}</attachmentSet></item></volumeSet>")

    def AttachVolume(self, form):
        self.attached.append((form["VolumeId"], form["Device"]))
        if form["VolumeId"] != "vol-1":
            self.data[form["VolumeId"]] = [form["InstanceId"], "attaching"]
            return xml("AttachVolume", "<status>attaching</status>")
        self.holder = form["InstanceId"]
        return xml("AttachVolume", "<status>attaching</status>")

    def DescribeAddresses(self, form):
        found = self.address
        ids = "".join(f"<{name}>{found[key]}</{name}>" for name, key in (
            ("networkInterfaceId", "interface"), ("instanceId", "instance")) if found[key])
        return xml("DescribeAddresses", f"<addressesSet><item>{tag_set(found['tags'])}<allocationId>"
                   f"{form['AllocationId.1']}</allocationId>{ids}</item></addressesSet>")

    def DescribeInstances(self, form):
        ids = [value for key, value in form.items() if key.startswith("InstanceId.")]
        if not all(each in self.instances for each in ids):
            return error("InvalidInstanceID.NotFound")
        items = "".join(f"<item>{tag_set(self.instances[each])}<instanceId>{each}</instanceId><blockDevice"
                        "Mapping><item><ebs/></item></blockDeviceMapping></item>" for each in ids)
        return xml("DescribeInstances", "<reservationSet><item><instancesSet>"
                   f"{items}</instancesSet></item></reservationSet>")

    def AssociateAddress(self, form):
        if form["AllowReassociation"] == "false" and self.address["instance"]:
            return error("Resource.AlreadyAssociated")
        self.address["instance"] = form["InstanceId"]
        return xml("AssociateAddress", "<return>true</return>")


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


class Handler(http.server.BaseHTTPRequestHandler):
    world = None

    def log_message(self, *_):
        pass

    def reply(self, answer, skew=0):
        status, text = answer
        if text is None:  # the connection ends in the headers
            self.wfile.write(b"HTTP/1.0 200 OK\r\nServer: x\r\n")
            return
        self.send_response_only(status)
        self.send_header("Date", formatdate(time.time() + skew, usegmt=True))
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        self.reply(self.world.meta("token"))

    def do_GET(self):
        self.reply(self.world.meta(self.path.partition("meta-data/")[2]))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {key: value[0] for key, value in parse_qs(body).items()}
        self.reply(self.world.answer(form, self.headers), self.world.skew)


class Ec2Test(unittest.TestCase):
    def setUp(self):
        self.world = World()
        handler = type("Bound", (Handler,), {"world": self.world})
        self.server = serve(handler)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.port = self.server.server_address[1]

    def ask(self, *words, seconds=3500):
        """The lines that it says."""
        done = subprocess.run(
            [sys.executable, "-I", "-c", RUNNER, str(self.port), SOURCE / "boot/unattended/ec2.py",
             str(seconds), f"http://127.0.0.1:{self.port}", "i-1", *words],
            capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout.splitlines()

    def attach(self):
        return self.ask("attach", "vol-1", "/dev/sdf")

    def associate(self):
        return self.ask("associate", "eipalloc-1", seconds=60)

    def test_it_attaches_what_is_free_and_waits_for_what_is_not(self):
        self.assertEqual(self.attach(), ["ok"])
        self.assertEqual(self.world.holder, "i-1")
        self.assertEqual(self.attach(), ["ok"])
        self.assertEqual(self.world.calls.count("AttachVolume"), 1)
        self.world.holder = "i-old"
        lines = self.attach()
        self.assertEqual(lines, ["wait i-old has vol-1", "late not_yet i-old has vol-1"])

    def test_it_attaches_data_volumes_before_the_root(self):
        def ask():
            return self.ask("attach", "vol-2", "/dev/sdg", "vol-3", "/dev/sdh", "vol-1", "/dev/sdf")

        lines = ask()
        self.assertEqual(lines[-1], "ok")
        self.assertIn("wait vol-2 is being attached", lines)
        self.assertEqual(self.world.attached,
                         [("vol-2", "/dev/sdg"), ("vol-3", "/dev/sdh"), ("vol-1", "/dev/sdf")])
        self.assertEqual(ask(), ["ok"], "again, as after a restart")
        self.assertEqual(len(self.world.attached), 3)
        self.world.data["vol-3"] = ["i-db", "attached"]
        self.world.holder = None
        lines = ask()
        self.assertIn("wait i-db has vol-3", lines)
        self.assertTrue(lines[-1].startswith("late not_yet "), lines)
        self.assertIsNone(self.world.holder, "the root is not attached without them")

    def test_a_role_that_gives_no_keys_yet_is_asked_again(self):
        path = f"iam/security-credentials/{ROLE}"
        self.world.metadata_trouble[path] = [(200, json.dumps(NO_KEYS))] * 20
        lines = self.attach()
        self.assertEqual(lines[-1], "ok")
        self.assertIn("AssumeRoleUnauthorizedAccess", lines[0])
        self.world.metadata[path] = json.dumps(NO_KEYS)
        self.assertTrue(self.attach()[-1].startswith("late AssumeRoleUnauthorizedAccess "))

    def test_whatever_the_metadata_service_answers_it_is_asked_again(self):
        page = "<html><body>Bad gateway</body></html>"
        for path in ("token", "placement/region", "services/domain", "iam/security-credentials/",
                     f"iam/security-credentials/{ROLE}"):
            for answer in ((404, "no"), (500, page), (503, ""), (200, ""), (200, page), (200, "null"),
                           (200, "[1]"), (200, '{"Code": "Success"}'), (200, '"x'), (200, "\0"),
                           (200, None)):
                with self.subTest(path=path, answer=answer):
                    self.world.holder = None
                    self.world.metadata_trouble = {path: [answer] * 3}
                    self.assertEqual(self.attach()[-1], "ok")

    def test_whatever_ec2_answers_it_is_asked_again(self):
        answers = [error("UnauthorizedOperation", 403), error("RequestLimitExceeded", 503),
                   error("Throttling"), error("InternalError", 500), error("AuthFailure", 401),
                   error("InvalidVolume.NotFound"), (200, ""), (200, "<html>welcome</html>"),
                   (502, "<html><body>Bad gateway"), (200, "<a/>"), (400, "<Response/>"),
                   (400, "<Error/>"), (404, ""), (200, None)]
        for action in ("DescribeVolumes", "AttachVolume"):
            for answer in answers:
                with self.subTest(action=action, answer=answer):
                    self.world.holder = None
                    self.world.trouble = {action: [answer] * 3}
                    self.assertEqual(self.attach()[-1], "ok")
                    self.assertEqual(self.world.holder, "i-1")

    def test_a_clock_that_is_wrong_is_set_by_ec2s(self):
        for skew in (-4000, 4000, 400 * 86400):
            self.world.skew, self.world.holder = skew, None
            lines = self.attach()
            self.assertEqual((lines[-1], len(lines)), ("ok", 2), skew)

    def test_it_says_little_where_each_answer_is_another(self):
        answers = [(500, f"<Response><Error><Code>C</Code><Message>{number}</Message></Error></Response>")
                   for number in range(100)]
        self.world.trouble = {"DescribeVolumes": answers}
        lines = self.attach()
        self.assertEqual(lines[-1], "ok")
        self.assertLess(len(lines), 15)

    def test_a_free_address_is_taken_and_one_of_the_machines_former_instance(self):
        for holder in ("", "i-old", "i-1"):
            self.world.address |= {"instance": holder, "interface": "eni-1" if holder else ""}
            self.assertEqual(self.associate(), ["ok"])
            self.assertEqual(self.world.address["instance"], "i-1")

    def test_nobody_elses_address_is_touched(self):
        cases = [{"instance": "i-db", "interface": "eni-2"}, {"instance": "i-plain"},
                 {"interface": "eni-nat"}, {"instance": "i-gone"}, {"tags": OTHERS}, {"tags": {}},
                 {"tags": OURS | {"ec2spotter:owner": "another"}}]
        for case in cases:
            with self.subTest(case=case):
                self.world.address = {"instance": "", "interface": "", "tags": OURS} | case
                self.world.calls.clear()
                lines = self.associate()
                self.assertRegex(lines[-1], "^late (foreign|InvalidInstanceID.NotFound) ")
                self.assertNotIn("AssociateAddress", self.world.calls)

    def test_an_instance_that_shows_no_tags_yet_takes_nothing(self):
        self.world.instances["i-1"] = {}
        self.world.address["tags"] = {}
        self.assertTrue(self.associate()[-1].startswith("late foreign "))
        self.assertNotIn("AssociateAddress", self.world.calls)

    def test_what_somebody_takes_meanwhile_is_left_to_them(self):
        self.world.trouble = {"DescribeAddresses": [self.world.DescribeAddresses(
            {"AllocationId.1": "eipalloc-1"})]}
        self.world.address |= {"instance": "i-db"}
        self.assertTrue(self.associate()[-1].startswith("late foreign "))
        self.assertEqual(self.world.address["instance"], "i-db")


if __name__ == "__main__":
    unittest.main()
