"""What was answered is there after the server's end, whatever the end was like."""

import signal
import time
import unittest

from server import Server, basic_seed

IMAGE = "ami-0aaaaaaaaaaaaaaa1"


class RestartTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(basic_seed()).__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)

    def volumes(self):
        return {v["VolumeId"] for v in self.server.client().describe_volumes()["Volumes"]}

    def test_every_answered_change_survives_kill_9(self):
        made = set()
        for _ in range(5):
            for _ in range(3):
                made.add(self.server.client().create_volume(
                    AvailabilityZone="us-east-1a", Size=1)["VolumeId"])
            self.server.restart(signal.SIGKILL)
            self.assertLessEqual(made, self.volumes())

    def test_an_instance_and_its_request_survive_an_orderly_end(self):
        run = self.server.client().run_instances(
            ImageId=IMAGE, InstanceType="t3.small", MinCount=1, MaxCount=1, ClientToken="t",
            InstanceMarketOptions={"MarketType": "spot"})["Instances"][0]["InstanceId"]

        self.server.restart(signal.SIGTERM)

        ec2 = self.server.client()
        ec2.get_waiter("instance_running").wait(InstanceIds=[run],
                                                WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        again = ec2.run_instances(
            ImageId=IMAGE, InstanceType="t3.small", MinCount=1, MaxCount=1, ClientToken="t",
            InstanceMarketOptions={"MarketType": "spot"})["Instances"][0]["InstanceId"]
        self.assertEqual(again, run)
        requests = ec2.describe_spot_instance_requests()["SpotInstanceRequests"]
        self.assertEqual([r["InstanceId"] for r in requests], [run])

    def test_a_task_that_was_under_way_goes_on(self):
        server = self.enter(Server(basic_seed(), ("--profile", "realistic")))
        ec2 = server.client()
        run = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.small", MinCount=1,
                                MaxCount=1)["Instances"][0]["InstanceId"]
        ec2.get_waiter("instance_running").wait(InstanceIds=[run],
                                                WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        task = ec2.create_replace_root_volume_task(InstanceId=run)["ReplaceRootVolumeTask"]
        server.control("clock", {"advance_seconds": 40})
        self.assertEqual(self.task_state(server, task), "in-progress")

        server.restart(signal.SIGKILL)

        self.assertEqual(self.task_state(server, task), "in-progress")
        server.control("clock", {"advance_seconds": 120})
        self.assertEqual(self.task_state(server, task), "succeeded")
        found = server.client().describe_instances(InstanceIds=[run])
        self.assertEqual(found["Reservations"][0]["Instances"][0]["State"]["Name"], "running")

    def enter(self, server):
        self.addCleanup(server.__exit__, None, None, None)
        return server.__enter__()

    @staticmethod
    def task_state(server, task):
        time.sleep(0.5)  # a reply may be as old as that
        found = server.client().describe_replace_root_volume_tasks(
            ReplaceRootVolumeTaskIds=[task["ReplaceRootVolumeTaskId"]])
        return found["ReplaceRootVolumeTasks"][0]["TaskState"]

    def test_the_clock_does_not_go_back(self):
        self.server.control("clock", {"advance_seconds": 86400})
        before = self.server.control("state")["now"]
        self.server.restart(signal.SIGKILL)
        self.assertGreaterEqual(self.server.control("state")["now"], before)


if __name__ == "__main__":
    unittest.main()
