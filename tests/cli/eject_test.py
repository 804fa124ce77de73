"""`eject`: what it refuses before anything is done. With virtual machines: vm.everyday_test."""

import json
import unittest

from program import IMAGE, VOLUME, ProgramTest


class EjectTest(ProgramTest):
    def launch(self):
        return self.succeeds("launch", "--no-wait", self.write_machine())

    def check_nothing_has_changed(self):
        status = json.loads(self.succeeds("--output", "json", "status", "web").stdout)
        self.assertEqual(status["goal"], "up")
        self.assertEqual([body["State"]["Name"] for body in self.bodies()], ["running"])

    def test_without_consent_nothing_is_done(self):
        self.launch()
        self.fails(3, "eject", "web", says=["away for two boots", VOLUME, "--yes"])
        self.check_nothing_has_changed()

    def test_a_machine_without_a_file_cannot_be_launched_for_the_last_time(self):
        self.launch()
        (self.folder / "web.toml").unlink()
        self.fails(2, "eject", "web", "--yes", says=["no file here", "--machines"])
        self.check_nothing_has_changed()

    def test_what_ec2_would_not_launch_goes_on(self):
        self.launch()
        self.write_machine(image=IMAGE.replace("a1", "b1"))
        self.fails(1, "eject", "web", "--yes",
                   says=["EC2 would not launch the instance", "nothing was changed"])
        self.check_nothing_has_changed()

    def test_a_root_that_moves_is_not_ejected(self):
        self.launch()
        self.succeeds("move", "web", "--zone", "us-east-1b", "--no-wait")
        self.fails(1, "eject", "web", "--yes", says=["under an order to move", "move NAME --cancel"])

    def test_a_wrong_market_is_named(self):
        self.launch()
        self.fails(2, "eject", "web", "--market", "bazaar", says=["on-demand", "spot"])


if __name__ == "__main__":
    unittest.main()
