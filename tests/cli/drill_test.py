"""`drill`: each kind of interruption, what is compared and measured, and what is refused."""

import contextlib
import http.client
import http.server
import json
import os
import pty
import socket
import subprocess
import threading
import unittest

from program import ADDRESS, VOLUME, ProgramTest, wait_until

MEMBERS = {"machine", "kind", "means", "instance_before", "instance_after", "up", "stays", "phases",
           "outage", "compared", "broken", "earlier", "earlier_why"}

# Runs what it is told in a folder that stands for the machine's disk.
SSH = """#!/bin/sh
for last; do :; done
HOME=$EC2SPOTTER_GUEST sh -c "$last"
"""

# The second time it is another disk: it lacks the file, and has another id.
SSH_TO_ANOTHER_DISK = """#!/bin/sh
for last; do :; done
export HOME=$EC2SPOTTER_GUEST
mkdir "$HOME/visited" 2>/dev/null && exec sh -c "$last"
rm -f "$HOME/.ec2spotter-drill"
sh -c "$last" | sed 's/machine-id .*/machine-id 0123/'
"""


@contextlib.contextmanager
def without_control_api(endpoint):
    """An address at which the local EC2 looks like EC2 itself: it has no control API there."""
    behind = endpoint.partition("//")[2]

    class Proxy(http.server.BaseHTTPRequestHandler):
        def forward(self):
            if self.path.startswith("/_sim/"):
                return self.send_error(404)
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = http.client.HTTPConnection(behind, timeout=20)
            connection.request(self.command, self.path, sent, dict(self.headers))
            reply = connection.getresponse()
            content = reply.read()
            connection.close()
            self.send_response_only(reply.status)
            for name in ("Date", "Content-Type"):
                if reply.headers.get(name):
                    self.send_header(name, reply.headers[name])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return None

        do_GET = do_POST = forward

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{one.server_port}"
        one.shutdown()


class Greeter:
    """An SSH server at the machine's address, as far as its first words; `greets` tells when."""

    def __init__(self, greets):
        self._socket = socket.create_server((ADDRESS, 0))
        self.port = self._socket.getsockname()[1]
        self._greets = greets
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                one, _ = self._socket.accept()
                with one:
                    if self._greets():
                        one.sendall(b"SSH-2.0-Greeter\r\n")

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class DrillCase(ProgramTest):
    def setUp(self):
        super().setUp()
        self.guest = self.folder / "guest"
        self.guest.mkdir()
        self.put_ssh(SSH)
        self.environment |= {"EC2SPOTTER_GUEST": str(self.guest),
                             "PATH": f"{self.folder}/bin:{self.environment['PATH']}"}
        self.done = threading.Event()
        self.playing = threading.Thread(target=self.play_guests, daemon=True)
        self.playing.start()
        self.addCleanup(self.stop_playing)

    def play_guests(self):
        """An instance has entered the root as soon as it has it, as another controller would have
        seen; and EC2's time goes fifty times as fast."""
        client = self.server.client()
        while not self.done.wait(0.2):
            self.server.control("clock", {"advance_seconds": 10})
            volume, = client.describe_volumes(VolumeIds=[VOLUME])["Volumes"]
            for attachment in volume["Attachments"]:
                client.create_tags(Resources=[attachment["InstanceId"]],
                                   Tags=[{"Key": "ec2spotter:root", "Value": "up"}])
        client.close()

    def stop_playing(self):
        self.done.set()
        self.playing.join()

    def put_ssh(self, text):
        self.write("bin/ssh", text).chmod(0o700)

    def launch(self, **keys):
        keys = {"elastic_ip": ADDRESS, "probe": False} | keys
        self.succeeds("launch", "--no-wait", self.write_machine(**keys))
        # What the command would go on to do takes a while.
        body = self.body()
        self.client.attach_volume(VolumeId=VOLUME, InstanceId=body, Device="/dev/sdf")
        address, = self.client.describe_addresses()["Addresses"]
        self.client.associate_address(AllocationId=address["AllocationId"], InstanceId=body)
        self.client.create_tags(Resources=[body], Tags=[{"Key": "ec2spotter:root", "Value": "up"}])
        return body

    def body(self):
        body, = self.bodies()
        return body["InstanceId"]

    def drill(self, *words, code=0):
        done = self.run_program("drill", "web", "--yes", "--output", "json", *words)
        self.assertEqual(done.returncode, code, f"{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout), done.stderr

    def check_moved(self, report, former, first_phase):
        self.assertEqual(set(report), MEMBERS)
        self.assertEqual((report["instance_before"], report["instance_after"]),
                         (former, self.body()))
        self.assertNotEqual(former, self.body())
        self.assertEqual((report["up"], report["stays"], report["broken"]), (True, False, []))
        times = {phase["phase"]: phase["seconds"] for phase in report["phases"]}
        self.assertEqual(list(times)[0], first_phase)
        for one in ("instance_gone", "next_instance_launched", "root_attached", "address_moved"):
            self.assertIn(one, times)
            self.assertLessEqual(times[one], times["up"])
        self.assertEqual(list(times)[-1], "up")

    def results(self, report):
        return {one["what"]: one["result"] for one in report["compared"]}


class DrillTest(DrillCase):
    def test_cut(self):
        former = self.launch()
        report, _ = self.drill("--kind", "cut")
        self.check_moved(report, former, "instance_taken")
        self.assertEqual(self.results(report), {
            "address": "same", "host_key": "not_compared", "machine_id": "same",
            "probe_file": "same"})
        self.assertEqual(report["outage"]["seconds"], None)
        self.assertIn("probe = false", report["outage"]["why"])
        self.assertEqual(list(self.guest.iterdir()), [])

    def test_notice_is_the_usual_kind(self):
        former = self.launch()
        report, _ = self.drill()
        self.check_moved(report, former, "notice_sent")
        times = {phase["phase"]: phase["seconds"] for phase in report["phases"]}
        self.assertLess(times["next_instance_launched"], times["instance_gone"])

    def test_a_machine_may_stay_after_a_rebalance_recommendation(self):
        former = self.launch()
        report, _ = self.drill("--kind", "rebalance", "--within", "2")
        self.assertEqual((report["up"], report["stays"], report["broken"]), (True, True, []))
        self.assertEqual(report["phases"][0]["phase"], "rebalance_recommended")
        self.assertEqual(self.body(), former)

    def test_nothing_is_done_without_consent(self):
        former = self.launch()
        self.fails(3, "drill", "web", "--kind", "cut", says=[former, "add --yes"])
        self.assertEqual(self.body(), former)

    def at_terminal(self, answer):
        ours, theirs = pty.openpty()
        try:
            running = subprocess.Popen(self.command("drill", "web", "--kind", "cut"),
                                       env=self.environment, stdin=theirs, stderr=theirs,
                                       stdout=self.said)
            said = b""
            while b"go on: " not in said:
                said += os.read(ours, 4096)
            os.write(ours, answer.encode() + b"\n")
            reader = threading.Thread(target=self.drain, args=(ours,), daemon=True)
            reader.start()
            return running.wait(timeout=60)
        finally:
            os.close(theirs)
            reader.join(timeout=10)
            os.close(ours)

    @staticmethod
    def drain(ours):
        with contextlib.suppress(OSError):
            while os.read(ours, 4096):
                pass

    def test_a_terminal_is_asked_for_the_machines_name(self):
        former = self.launch()
        with (self.folder / "said").open("w+", encoding="utf-8") as self.said:
            self.assertEqual(self.at_terminal("yes"), 3)
            self.assertEqual(self.body(), former)
            self.assertEqual(self.at_terminal("web"), 0)
            self.assertNotEqual(self.body(), former)
            self.said.seek(0)
            text = self.said.read()
        self.assertIn("drill    cut: the local EC2 takes", text)
        self.assertIn("outage   not measured: the machine's file says probe = false", text)
        self.assertRegex(text, r"phase        0\.0s instance taken: i-")

    def test_only_a_machine_that_is_up_is_interrupted(self):
        self.launch()
        self.succeeds("pause", "web")
        self.fails(1, "drill", "web", "--yes", says=["is not up", "resume"])
        (self.folder / "web.toml").unlink()
        self.fails(2, "drill", "web", "--yes", says="has no file here")

    def test_each_broken_promise_is_told_of_an_on_demand_instance_too(self):
        self.launch(markets=["on-demand"])
        self.fails(2, "drill", "web", "--yes", "--kind", "rebalance", says="on-demand")
        self.put_ssh(SSH_TO_ANOTHER_DISK)
        report, said = self.drill("--kind", "cut", code=1)
        self.assertEqual(report["phases"][0]["phase"], "instance_terminated")
        self.assertEqual(self.results(report)["machine_id"], "broken")
        self.assertEqual(self.results(report)["probe_file"], "broken")
        self.assertEqual(len(report["broken"]), 2)
        for sentence in report["broken"]:
            self.assertIn(sentence, said)
        self.assertIn("the machine id was", said)
        self.assertIn("is now gone", said)

    def test_a_machine_that_does_not_come_back_in_time(self):
        self.launch()
        for instance_type in ("t3.small", "t3.medium"):
            self.succeeds("sim", "capacity", instance_type, "us-east-1a", "0")
        report, said = self.drill("--kind", "cut", "--within", "4", code=1)
        self.assertEqual((report["up"], report["instance_after"]), (False, ""))
        self.assertIn("is not up again", report["broken"][0])
        self.assertIn("no pool has an instance to give", said)
        self.assertEqual(set(self.results(report).values()), {"not_compared"})

    def test_a_notice_that_outlasts_the_timeout(self):
        self.launch()
        report, _ = self.drill("--within", "1", code=1)
        self.assertIn("is not up again", report["broken"][0])

    def test_at_ec2_itself_the_instance_is_terminated(self):
        former = self.launch()
        self.put_ssh("#!/bin/sh\necho 'Permission denied (publickey).' >&2\nexit 255\n")
        with without_control_api(self.server.endpoint) as endpoint:
            self.fails(2, "--endpoint-url", endpoint, "drill", "web", "--yes", "--kind",
                       "rebalance", says="Fault Injection Service")
            self.assertEqual(self.body(), former)
            report, said = self.drill("--endpoint-url", endpoint)
        self.check_moved(report, former, "instance_terminated")
        self.assertIn("TerminateInstances", report["means"])
        self.assertIn("TerminateInstances", self.calls())
        self.assertEqual(self.server.control("violations"), [])
        # Nor is compared what ssh cannot read.
        self.assertIn("warning: ssh cannot enter", said)
        unread = {one["what"]: one["why"] for one in report["compared"]
                  if one["result"] == "not_compared"}
        self.assertEqual(set(unread), {"host_key", "machine_id", "probe_file"})
        self.assertIn("Permission denied (publickey)", unread["machine_id"])

    def test_the_outage_is_measured_at_the_ssh_port(self):
        client = self.server.client()
        self.addCleanup(client.close)
        greeter = Greeter(lambda: "InstanceId" in client.describe_addresses()["Addresses"][0])
        self.addCleanup(greeter.close)
        former = self.launch(probe=True, ssh_port=greeter.port)
        report, _ = self.drill("--kind", "cut")
        self.check_moved(report, former, "instance_taken")
        self.assertGreater(report["outage"]["seconds"], 0)
        self.assertLessEqual(report["outage"]["seconds"], report["phases"][-1]["seconds"] + 1)

    def test_the_last_real_interruptions_are_told(self):
        self.launch()
        state = self.folder / "watching"
        events = [("10:00:00", "up"), ("10:01:00", "launching_instance"), ("10:02:30.500", "up"),
                  ("11:00:00", "waiting_for_release"), ("11:00:40", "up")]
        lines = [{"time": f"2026-11-20T{time}Z", "machine": "web", "kind": "decision",
                  "reason": reason, "detail": ""} for time, reason in events]
        self.write("watching/events.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
        report, _ = self.drill("--kind", "cut", "--state", str(state))
        self.assertEqual(report["earlier"], [
            {"time": "2026-11-20T10:01:00.000Z", "seconds": 90.5},
            {"time": "2026-11-20T11:00:00.000Z", "seconds": 40.0}])
        said = self.succeeds("events", "--state", state).stdout
        self.assertIn("cut: the local EC2 takes", said)
        self.assertIn("ended: the machine is up", said)


class DrillUnderWatchTest(DrillCase):
    # A watch reads the successor's console before the instance gives way.
    sim_arguments = ("--guests",)

    def test_a_watch_moves_the_machine_after_a_rebalance_recommendation(self):
        former = self.launch()
        self.stop_playing()
        sqs = self.server.client("sqs")
        self.addCleanup(sqs.close)
        queue = sqs.get_queue_url(QueueName="ec2-events")["QueueUrl"]
        state = self.folder / "watching"
        watch = self.start("watch", "--state", state, "--events", queue)
        self.addCleanup(watch.communicate)
        self.addCleanup(watch.kill)
        wait_until("the watch", lambda: '"up"' in self.journal(state))
        report, _ = self.drill("--kind", "rebalance", "--state", str(state))
        self.check_moved(report, former, "rebalance_recommended")
        self.assertIn('"kind":"drill"', self.journal(state))

    def journal(self, state):
        file = state / "events.jsonl"
        return file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    unittest.main()
