"""What the simulator answers to requests that no honest client sends. Each gets one clear answer
below 500, and the next honest request is served at once."""

import json
import pathlib
import socket
import time
import unittest

import server

PORT_OF_URL = 2
# Each control call with a body that is right; every field is then replaced by each wrong value.
CONTROLS = {
    "capacity": {"instance_type": "t3.small", "zone": "us-east-1a", "available": 3,
                 "market": "spot"},
    "price": {"instance_type": "t3.small", "zone": "us-east-1a", "price": "0.01"},
    "notice": {"instance_id": "i-1", "seconds": 120},
    "reclaim": {"instance_id": "i-1", "notice": False, "seconds": 1},
    "rebalance": {"instance_id": "i-1"},
    "quota": {"name": "addresses", "value": 5},
    "limits": {"enabled": False},
    "fault": {"kind": "throttle", "action": "RunInstances", "count": 1, "probability": 0.5,
              "status": 500, "seconds": 30},
    "clock": {"advance_seconds": 1},
    "status": {"instance_id": "i-1", "check": "ebs", "status": "ok"},
    "event": {"instance_id": "i-1", "code": "instance-stop", "seconds": 1},
    "delay": {"of": "fleets", "seconds": 0},
    "hang": {"instance_id": "i-1"},
    "read_only": {"instance_id": "i-1"},
    "resources": {"kind": "volume", "region": "us-east-1"},
}
WRONG = ["null", "true", "-1", "0", "0.5", "1e400", "-1e400", "9223372036854775807",
         "9223372036854775808", "-9223372036854775808", "18446744073709551615",
         "99999999999999999999999999", "NaN", "Infinity", '""', '"x"', '"\\u0000"', '"\\ud800"',
         "[]", "{}", '["spot"]', '{"a": {"b": 1}}', "[" * 200 + "]" * 200]


class HostileTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(server.basic_seed()).__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        host, port = cls.server.endpoint.split("/")[PORT_OF_URL].split(":")
        cls.address = (host, int(port))

    def tearDown(self):
        begun = time.monotonic()
        self.assertIn("RunInstances", self.server.control("actions"))
        self.assertLess(time.monotonic() - begun, 15)

    def connect(self):
        client = socket.create_connection(self.address, timeout=60)
        self.addCleanup(client.close)
        return client

    def talk(self, request):
        """The status and the body of the answer to these bytes."""
        with socket.create_connection(self.address, timeout=60) as client:
            try:
                client.sendall(request)
            except OSError:
                pass  # it has been refused before its end
            return self.read_reply(client)

    def read_reply(self, client):
        reply = client.makefile("rb")
        status = reply.readline().split()
        self.assertTrue(status, "the connection was closed without an answer")
        length = 0
        while (line := reply.readline().strip().lower()) != b"":
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return int(status[1]), reply.read(length).decode(errors="replace")

    def control(self, name, body, *headers, method="POST"):
        lines = [f"{method} /_sim/{name} HTTP/1.1", "Host: localhost",
                 "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
        return self.talk("\r\n".join([*lines, "", ""]).encode() + body)

    def test_a_body_in_chunks_is_refused_before_it_is_read(self):
        head = (b"POST /_sim/clock HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        status, why = self.talk(head + b"100000\r\n" + b"x" * 0x100000 + b"\r\n")
        self.assertEqual(411, status)
        self.assertIn("Content-Length", why)

    def test_a_body_that_is_too_long_is_refused_by_its_length(self):
        for path in ("/", "/_sim/clock"):
            status, why = self.talk(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
                                    "Content-Length: 1000000000\r\n\r\n".encode() + b"x" * 3000000)
            self.assertEqual(413, status)
            self.assertIn("1 MiB", why)

    def test_half_open_requests_hold_nobody_up(self):
        halves = [b"", b"P", b"POST / HTTP/1.1\r\nHost: localhost\r\n",
                  b"POST /_sim/clock HTTP/1.1\r\nHost: localhost\r\n"
                  b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"]
        for _ in range(100):
            for half in halves:
                self.connect().sendall(half)
            begun = time.monotonic()
            self.assertEqual(200, self.control("clock", b'{"advance_seconds": 0}')[0])
            self.assertLess(time.monotonic() - begun, 15)

    def test_memory_has_a_limit(self):
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n"
        for _ in range(200):
            try:
                self.connect().sendall(head + b"x" * 1000000)
            except OSError:
                pass  # it has been made to give room
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text(encoding="utf-8")
        resident = int(status.partition("VmHWM:")[2].split()[0])
        self.assertLess(resident, 400 * 1024)

    def test_heads_have_a_limit(self):
        self.assertEqual(431, self.talk(b"GET /" + b"a" * 100000)[0])
        self.assertEqual(431, self.talk(b"GET / HTTP/1.1\r\nA: " + b"a" * 1000000)[0])
        many = b"".join(b"a%d: b\r\n" % i for i in range(1000))
        self.assertEqual(431, self.talk(b"GET / HTTP/1.1\r\n" + many + b"\r\n")[0])
        long_line = b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
        self.assertIn(self.talk(long_line)[0], (404, 414))

    def test_what_is_no_http_is_said_to_be_none(self):
        for request in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"\r\n\r\n", b"GET\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: localhost\r\nA\x00: b\r\n\r\n",
                        b"SSH-2.0-x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"):
            self.assertEqual(400, self.talk(request)[0], request)
        for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
            request = f"{method} / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
            self.assertIn(self.talk(request.encode())[0], (400, 404, 405), method)

    def test_a_web_page_steers_nothing(self):
        body = b'{"advance_seconds": 5}'
        before = self.server.control("state")["state"]["settings"].get("clock_offset_seconds")
        for header in ("Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"):
            status, why = self.control("clock", body, header)
            self.assertEqual(403, status)
            self.assertIn("web page", why)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            request = (f"POST /_sim/clock HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n").encode() + body
            self.assertEqual(415, self.talk(request)[0])
        for host in ("evil.example", "evil.example:4599", "127.0.0.1.evil.example"):
            request = f"GET /_sim/state HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            status, why = self.talk(request)
            self.assertEqual(403, status)
            self.assertIn("Host", why)
            signed = f"GET /?Action=DescribeInstances HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            status, why = self.talk(signed)
            self.assertEqual(403, status)
            self.assertIn("<Code>InvalidRequest</Code>", why)
        for name in CONTROLS:
            if name != "resources":
                self.assertEqual(405, self.control(name, b"", method="GET")[0], name)
        after = self.server.control("state")["state"]["settings"].get("clock_offset_seconds")
        self.assertEqual(before, after)

    def test_every_field_of_every_control_request_with_every_wrong_value(self):
        for name, right in CONTROLS.items():
            for key in right:
                for wrong in WRONG:
                    fields = [f"{json.dumps(k)}: {wrong if k == key else json.dumps(v)}"
                              for k, v in right.items()]
                    status, why = self.control(name, ("{" + ", ".join(fields) + "}").encode())
                    self.assertIn(status, (200, 400), f"{name} {key}={wrong[:40]}: {why}")
        self.server.control("fault", {"kind": "clear"})

    def test_wrong_types_are_refused_and_not_passed_over(self):
        for name, key, wrong in (("capacity", "market", "5"), ("capacity", "available", "-2"),
                                 ("capacity", "available", "18446744073709551615"),
                                 ("fault", "probability", '"x"'), ("fault", "probability", "2"),
                                 ("fault", "action", "1"), ("resources", "region", "1"),
                                 ("resources", "kind", "[]"), ("quota", "value", "-1"),
                                 ("notice", "seconds", "9223372036854775807"),
                                 ("price", "price", "0.5"), ("limits", "enabled", "0")):
            fields = {k: json.dumps(v) for k, v in CONTROLS[name].items()} | {key: wrong}
            body = "{" + ", ".join(f'"{k}": {v}' for k, v in fields.items()) + "}"
            status, why = self.control(name, body.encode())
            self.assertEqual(400, status, f"{name} {key}={wrong}")
            self.assertNotIn("there is no instance", why)

    def test_bodies_that_are_no_object_or_no_text(self):
        for body in (b"", b"[]", b"1", b"null", b'"x"', b"{", b"\xff\xfe", b'{"name": "\xff"}',
                     b"[" * 500000, b'{"a":' * 100000, b"[" * 400000 + b"]" * 400000, b"\x00"):
            for name in ("quota", "clock", "capacity", "resources", "shoes"):
                self.assertEqual(400, self.control(name, body)[0], f"{name} {body[:20]}")


if __name__ == "__main__":
    unittest.main()
