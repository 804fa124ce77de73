"""`watch` as a process: its files, its lock, its signals, its journal."""

import json
import signal
import subprocess
import unittest

from program import IMAGE, VOLUME, ProgramTest, wait_until


class WatchTest(ProgramTest):
    def watch(self, *words):
        child = self.start("watch", "--state", self.folder / "watching", *words)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        return child

    def stop(self, child, sent=signal.SIGTERM):
        child.send_signal(sent)
        _, said = child.communicate(timeout=60)
        return child.returncode, said

    def events(self, *words):
        said = self.succeeds("--output", "json", "events", "--state", self.folder / "watching",
                             *words).stdout
        return [json.loads(line) for line in said.splitlines()]

    def reasons(self, *words):
        return [event["reason"] for event in self.events(*words)]

    def test_brings_a_machine_up_and_ends_cleanly_on_a_signal(self):
        self.write_machine()
        child = self.watch()
        wait_until("a body", lambda: len(self.bodies()) == 1)
        wait_until("its turn in the journal", lambda: "waiting_for_preboot" in self.reasons("web"))

        code, said = self.stop(child)

        self.assertEqual(code, 0, said)
        self.assertIn("the watch was ended by a signal; the machines stay as they are", said)
        self.assertIn("launching_instance: t3.small spot us-east-1a", said)
        self.assertEqual(self.reasons("web")[:2], ["adopting_volume", "launching_instance"])
        self.assertEqual(len(self.bodies()), 1)

    def test_killed_and_started_again_it_goes_on_with_the_same_body(self):
        self.write_machine()
        child = self.watch()
        wait_until("a body", lambda: len(self.bodies()) == 1)
        self.stop(child, signal.SIGKILL)
        body = self.bodies()[0]["InstanceId"]
        self.client.terminate_instances(InstanceIds=[body])

        self.watch()

        wait_until("another body", lambda: [one["InstanceId"] for one in self.bodies()]
                   not in ([], [body]))
        self.assertEqual(len(self.bodies()), 1)

    def test_a_second_watch_is_refused_while_the_first_runs(self):
        self.write_machine()
        child = self.watch()
        wait_until("a body", lambda: len(self.bodies()) == 1)
        self.fails(3, "watch", "--state", self.folder / "watching",
                   says="another watch uses")
        self.stop(child)

    def test_files_may_come_and_break_while_it_runs(self):
        child = self.watch()
        wait_until("its first words", lambda: self.reasons())
        path = self.write_machine()
        wait_until("a body", lambda: len(self.bodies()) == 1)

        path.write_text("volume = 3\n", encoding="utf-8")

        wait_until("the report", lambda: any(
            "its former content is used" in event["detail"] for event in self.events()))
        code, said = self.stop(child)
        self.assertEqual(code, 0, said)
        self.assertEqual(len(self.bodies()), 1)

    def test_nothing_in_a_file_ends_the_watch_of_the_others(self):
        self.write_machine()
        for name, line in {"shouting": 'region = "EU-WEST-1"', "nowhere": 'region = "mars-1"',
                           "spaced": 'region = "eu west 1"', "odd": "region = 3"}.items():
            self.write(name + ".toml", f'volume = "{name}"\nimage = "{IMAGE}"\n'
                                       f'types = ["t3.small"]\n{line}\n')
        child = self.watch()
        wait_until("a body", lambda: len(self.bodies()) == 1)

        def told():
            return {event["machine"] for event in self.events() if event["kind"] == "trouble"}
        wait_until("the trouble of the others", lambda: {"shouting", "spaced"} <= told())

        self.assertIsNone(child.poll())
        code, said = self.stop(child)
        self.assertEqual(code, 0, said)

    def test_missing_credentials_do_not_end_it(self):
        self.write_machine()
        without = {key: value for key, value in self.environment.items()
                   if not key.startswith(("AWS_ACCESS", "AWS_SECRET"))}
        folder = self.folder / "watching"
        child = subprocess.Popen(self.command("watch", "--state", folder), text=True,
                                 env=without | {"AWS_EC2_METADATA_DISABLED": "true"},
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        wait_until("the complaint", lambda: any(
            event["kind"] == "trouble" for event in self.events()))
        self.assertIsNone(child.poll())
        code, said = self.stop(child)
        self.assertEqual(code, 0, said)

    def test_reads_the_queue_of_announcements_to_its_end_whosoever_they_are(self):
        sqs = self.server.client("sqs")
        self.addCleanup(sqs.close)
        queue = sqs.get_queue_url(QueueName="ec2-events")["QueueUrl"]
        foreign = self.client.run_instances(
            ImageId=IMAGE, InstanceType="t3.small", MinCount=1, MaxCount=1,
            InstanceMarketOptions={"MarketType": "spot"})["Instances"][0]["InstanceId"]
        self.server.control("rebalance", {"instance_id": foreign})
        self.write_machine()

        child = self.watch("--events", queue)

        def left():
            names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
            found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
            return sum(int(found[name]) for name in names)
        wait_until("the queue empty", lambda: left() == 0)
        code, said = self.stop(child)
        self.assertEqual(code, 0, said)

    def test_says_that_a_queue_does_not_exist_and_watches_all_the_same(self):
        self.write_machine()
        child = self.watch("--events", self.server.endpoint + "/123456789012/nowhere")
        wait_until("a body", lambda: len(self.bodies()) == 1)
        _, said = self.stop(child)
        self.assertIn("QueueDoesNotExist", said)

    def test_a_paused_machine_stays_paused(self):
        self.write_machine()
        self.client.create_tags(Resources=[VOLUME], Tags=[
            {"Key": "ec2spotter:" + key, "Value": value} for key, value in
            {"machine": "web", "owner": "default", "role": "root", "state": "current",
             "goal": "paused"}.items()])
        self.watch()
        wait_until("its turn", lambda: "paused" in self.reasons("web"))
        self.assertEqual(self.bodies(), [])


if __name__ == "__main__":
    unittest.main()
