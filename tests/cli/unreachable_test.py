"""Where nobody answers, a command says so within seconds; who has answered once is waited for."""

import contextlib
import http.server
import os
import signal
import socket
import threading
import time
import unittest

from program import ProgramTest, wait_until

SECONDS_MOST = 14


@contextlib.contextmanager
def refusing():
    """An address that nobody listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@contextlib.contextmanager
def dropping():
    """An address whose queue is full: no connection is ever made, as behind a firewall."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


@contextlib.contextmanager
def foreign():
    """A web server that is not AWS's."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as one:
        one.RequestHandlerClass.log_message = lambda *_: None
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{one.server_port}"
        one.shutdown()


@contextlib.contextmanager
def silent():
    """An address that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


class NobodyTest(ProgramTest):
    def fails_soon(self, code, endpoint, *words, says):
        begun = time.monotonic()
        done = self.fails(code, *words, says=says, environment={"AWS_ENDPOINT_URL": endpoint})
        self.assertLess(time.monotonic() - begun, SECONDS_MOST, words)
        self.assertEqual(done.stdout, "")
        return done

    def test_a_launch_where_nobody_answers(self):
        path = self.write_machine()
        self.fails_soon(1, "http://ec2.nowhere.invalid", "launch", path,
                        says=["ec2.nowhere.invalid",
                              "check the region, the endpoint and the network"])
        with refusing() as endpoint:
            self.fails_soon(1, endpoint, "launch", path,
                            says=[endpoint, "check that the endpoint is right and running"])
        for nobody in (dropping, silent):
            with nobody() as endpoint:
                self.fails_soon(1, endpoint, "launch", path,
                                says=[endpoint, "check the region, the endpoint and the network"])
        with foreign() as endpoint:
            self.fails_soon(1, endpoint, "launch", path, says="without an AWS error document")
        self.assertEqual(self.calls(), [])

    def test_all_other_commands_where_nobody_answers(self):
        path = self.write_machine()
        with refusing() as endpoint:
            for words in (["pause", "web"], ["resume", "web"], ["launch", path, "--no-wait"],
                          ["launch", path, "--unattended"], ["list"], ["status", "web"],
                          ["status", "by-tags-alone"], ["pause", "by-tags-alone"], ["explain", "web"],
                          ["console", "web"], ["ssh", "web"], ["reap"], ["guest-files", "web"],
                          ["guest-files", "web", "--remove"], ["setup"]):
                with self.subTest(words=words):
                    begun = time.monotonic()
                    done = self.run_program(*words, environment={"AWS_ENDPOINT_URL": endpoint})
                    self.assertLess(time.monotonic() - begun, SECONDS_MOST)
                    self.assertNotEqual(done.returncode, 0, done.stdout)
                    self.assertIn(endpoint, done.stdout + done.stderr)

    def test_without_any_credentials(self):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"):
            self.environment.pop(name)
        with dropping() as endpoint:
            for metadata in (endpoint, "http://127.0.0.1:9"):
                begun = time.monotonic()
                self.fails(4, "launch", self.write_machine(), says="no AWS credentials found",
                           environment={"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata})
                self.assertLess(time.monotonic() - begun, SECONDS_MOST)


class LossTest(ProgramTest):
    def test_a_launch_waits_out_a_loss_in_its_midst(self):
        launch = self.start("launch", self.write_machine())
        self.addCleanup(launch.communicate)
        self.addCleanup(launch.kill)
        wait_until("a body", self.bodies, 60)
        self.server.stop(signal.SIGTERM)
        time.sleep(12)
        self.assertIsNone(launch.poll(), "it has given up")

        self.server.restart(signal.SIGTERM)
        self.client = self.server.client()
        asked = len(self.server.control("calls"))
        wait_until("it asks again", lambda: len(self.server.control("calls")) > asked, 60)
        self.assertIsNone(launch.poll())
        os.kill(launch.pid, signal.SIGINT)
        self.assertEqual(launch.wait(30), 130)


if __name__ == "__main__":
    unittest.main()
