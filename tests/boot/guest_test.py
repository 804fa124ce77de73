"""The guest helper against a metadata service: what it asks, and what it does when EC2 takes the instance."""

import http.server
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
NOTICE = '{"action": "terminate", "time": "2026-01-01T00:00:00Z"}'
RISK = '{"noticeTime": "2026-01-01T00:00:00Z"}'
# A network of its own, with the service's address in it.
ALONE = 'ip link set lo up && ip address add 169.254.169.254/32 dev lo && exec "$@"'


class Service(http.server.BaseHTTPRequestHandler):
    """IMDSv2; the server knows its documents."""

    def answer(self, status, text=""):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):  # pylint: disable=invalid-name
        server = self.server
        server.tokens.append(f"token-{len(server.tokens)}==")
        seconds = self.headers["X-aws-ec2-metadata-token-ttl-seconds"]
        good = self.path == "/latest/api/token" and seconds == "60"
        self.answer(200 if good else 400, server.tokens[-1])

    def do_GET(self):  # pylint: disable=invalid-name
        server = self.server
        server.asked.append(self.path)
        if self.headers["X-aws-ec2-metadata-token"] != server.tokens[-1]:
            self.answer(401)
        else:
            text = server.documents.get(self.path.removeprefix("/latest/meta-data/"))
            self.answer(200 if text else 404, text or "not found")

    def log_message(self, *_):
        pass


class GuestTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ec2spotter-guest-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)
        (self.work / "on-notice").write_text(f'printf "%s %s\\n" "$1" "$2" >>{self.work}/told\n')
        text = (SOURCE / "boot/volume/guest").read_text()
        text = text.replace("/etc/ec2spotter", str(self.work))
        (self.work / "guest").write_text(text.replace("sleep", "read -rt 0.05 <> <(:) || :; : sleep"))

    def serve(self, **documents):
        server = http.server.ThreadingHTTPServer(("169.254.169.254", 80), Service)
        server.tokens, server.asked = [""], []
        server.documents = {name.replace("__", "/").replace("_", "-"): text for name, text in documents.items()}
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def guest(self):
        process = subprocess.Popen(["bash", self.work / "guest"], stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stderr.close)
        return process

    def wait(self, what):
        end = time.monotonic() + 30
        while not what():
            self.assertLess(time.monotonic(), end, "not in time")
            time.sleep(0.02)

    def told(self):
        path = self.work / "told"
        return path.read_text() if path.exists() else ""

    def test_a_notice_ends_it(self):
        server = self.serve()
        process = self.guest()
        self.wait(lambda: len(server.asked) > 6)
        self.assertEqual(self.told(), "")
        server.documents["spot/instance-action"] = NOTICE
        self.assertEqual(process.wait(30), 0)
        self.assertEqual(self.told(), f"notice {NOTICE}\n")

    def test_a_rebalance_recommendation_is_told_once(self):
        server = self.serve(events__recommendations__rebalance=RISK)
        process = self.guest()
        self.wait(self.told)
        before = len(server.asked)
        self.wait(lambda: len(server.asked) > before + 5)
        self.assertEqual(self.told(), f"rebalance {RISK}\n")
        server.documents["spot/instance-action"] = NOTICE
        self.assertEqual(process.wait(30), 0)
        self.assertEqual(self.told(), f"rebalance {RISK}\nnotice {NOTICE}\n")

    def test_it_waits_for_a_service_that_comes_later(self):
        process = self.guest()
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(1)
        self.serve(**{"spot__instance_action": NOTICE})
        self.assertEqual(process.wait(30), 0, process.stderr.read())


if __name__ == "__main__":
    if "EC2SPOTTER_ALONE" not in os.environ:
        os.environ["EC2SPOTTER_ALONE"] = "1"
        os.execvp("unshare", ["unshare", "-Urn", "sh", "-c", ALONE, "sh", sys.executable, "-B", *sys.argv])
    unittest.main()
