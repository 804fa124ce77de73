"""boto3 reads the queue of Spot events; the queue outlives the server."""

import hashlib
import json
import signal
import unittest

import botocore.exceptions

from server import Server, basic_seed

IMAGE = "ami-0aaaaaaaaaaaaaaa1"


class EventQueueTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(basic_seed()).__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.sqs = self.server.client("sqs")
        self.url = self.sqs.get_queue_url(QueueName="ec2-events")["QueueUrl"]

    def run_spot(self):
        return self.server.client().run_instances(
            ImageId=IMAGE, InstanceType="t3.small", MinCount=1, MaxCount=1,
            InstanceMarketOptions={"MarketType": "spot"})["Instances"][0]["InstanceId"]

    def receive(self, **more):
        return self.sqs.receive_message(QueueUrl=self.url, **more).get("Messages", [])

    def waiting(self):
        names = ["ApproximateNumberOfMessages"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def refused(self, kind, call, **arguments):
        with self.assertRaises(kind):
            call(**arguments)

    def test_events_are_received_once_each_and_deleted(self):
        instance = self.run_spot()
        self.server.control("rebalance", {"instance_id": instance})
        self.server.control("notice", {"instance_id": instance})
        self.assertEqual(self.waiting(), 2)

        messages = self.receive(MaxNumberOfMessages=10, AttributeNames=["All"])

        events = [json.loads(m["Body"]) for m in messages]
        self.assertEqual([e["detail-type"] for e in events],
                         ["EC2 Instance Rebalance Recommendation",
                          "EC2 Spot Instance Interruption Warning"])
        self.assertEqual({e["detail"]["instance-id"] for e in events}, {instance})
        for message in messages:
            self.assertEqual(message["MD5OfBody"],
                             hashlib.md5(message["Body"].encode()).hexdigest())
            self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], "1")
        self.assertEqual(self.receive(MaxNumberOfMessages=10, WaitTimeSeconds=0), [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        self.server.control("clock", {"advance_seconds": 60})
        self.assertEqual(self.waiting(), 0)

    def test_a_message_comes_back_when_nobody_deletes_it(self):
        self.server.control("rebalance", {"instance_id": self.run_spot()})
        first = self.receive(VisibilityTimeout=60)
        self.assertEqual(self.receive(), [])
        self.server.control("clock", {"advance_seconds": 61})
        self.assertEqual(self.receive()[0]["MessageId"], first[0]["MessageId"])

    def test_errors_are_those_of_sqs(self):
        errors = self.sqs.exceptions
        self.refused(errors.QueueDoesNotExist, self.sqs.get_queue_url, QueueName="other")
        self.refused(errors.QueueDoesNotExist, self.sqs.receive_message, QueueUrl=self.url + "x")
        self.refused(errors.ReceiptHandleIsInvalid, self.sqs.delete_message, QueueUrl=self.url,
                     ReceiptHandle="x")
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.receive(MaxNumberOfMessages=11)
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidParameterValue")
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.server.client("sqs", secret="wrong").get_queue_url(QueueName="ec2-events")
        self.assertEqual(caught.exception.response["Error"]["Code"], "SignatureDoesNotMatch")

    def test_the_regions_have_a_queue_each(self):
        self.server.control("rebalance", {"instance_id": self.run_spot()})
        west = self.server.client("sqs", region="us-west-2")
        self.assertNotIn("Messages", west.receive_message(QueueUrl=self.url))

    def test_the_queue_survives_kill_9(self):
        self.server.control("rebalance", {"instance_id": self.run_spot()})
        self.server.control("rebalance", {"instance_id": self.run_spot()})
        held = self.receive()[0]
        self.server.restart(signal.SIGKILL)
        self.sqs = self.server.client("sqs")
        self.assertEqual(self.waiting(), 1)
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=held["ReceiptHandle"])
        self.server.control("clock", {"advance_seconds": 60})
        left = self.receive(MaxNumberOfMessages=10)
        self.assertEqual(len(left), 1)
        self.assertNotEqual(left[0]["MessageId"], held["MessageId"])


if __name__ == "__main__":
    unittest.main()
