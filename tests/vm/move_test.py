"""A real machine goes to another zone and back: by a watch, when its zone runs dry and its instance
is under notice, and by hand while it is at work."""

import unittest

import appender
import cloud
import phases
from cloud import say
from machine import ADDRESS, DATA_LABEL, VOLUME, MachineTest
from matrix import shows

HOME, AWAY = "us-east-1a", "us-east-1b"
TYPES = ["t3.small", "t3.medium"]
NOTICE_SECONDS = 60  # enough for the next instance to wait in its preboot system
PAST_THE_CLAIMS = 360  # seconds: what only the move needed is gone by then


def tags_of(resource):
    return {tag["Key"]: tag["Value"] for tag in resource.get("Tags", [])}


class MoveTest(MachineTest):
    def start(self, **keys):
        """The machine, up by a watch and at work; its facts."""
        machine = self.power_on(self.disks.settled(), types=TYPES, zones=[HOME, AWAY],
                                move_after="0s", **keys)
        machine.start_watch()
        machine.wait_for_body_after(None)
        facts = machine.facts()
        appender.install(machine)
        return facts

    @shows(("Losses", "a notice in a zone without capacity, `move_after = \"0s\"`",
            "watch: up in another zone; no fsynced record lost or torn"),
           ("Losses", "`move NAME --zone ZONE` on a machine at work",
            "no fsynced record lost or torn"),
           ("Losses", "a data volume of a machine that moves, under notice and by hand",
            "it is there in each zone, with all that was fsynced"),
           ("Identity", "a root that has moved to another zone",
            "host keys, machine id, host name, users and Elastic IP are kept"))
    def test_away_and_back(self):
        facts = self.start(data=self.disks.data())
        self.mount_data()
        self.write_data("home")
        machine, done = self.machine, self.leave_by_notice()
        self.check_moved(VOLUME, AWAY, facts, done)
        self.check_data(AWAY, ["home"])
        self.check_leftovers([VOLUME])
        machine.stop_watch()
        self.write_data("away")
        away, done = machine.root, self.come_back_by_hand()
        self.check_moved(away, HOME, facts, done)
        self.check_data(HOME, ["away", "home"])
        machine.start_watch()
        self.check_leftovers([VOLUME, away])

    @shows(("Losses", "pivot: a notice in a zone without capacity, `move_after = \"0s\"`",
            "watch: up in another zone; no fsynced record lost or torn"))
    def test_away_by_pivot(self):
        facts = self.start(engine="pivot")
        done = self.leave_by_notice()
        self.check_moved(VOLUME, AWAY, facts, done)

    def mount_data(self):
        """From now on at each boot; the machine must not come up without it."""
        self.machine.run(f"mkdir /data && echo 'LABEL={DATA_LABEL} /data ext4 defaults 0 0' "
                         ">>/etc/fstab && mount /data && sync", user="root")

    def write_data(self, name):
        self.machine.run(f"echo {name} >/data/written-{name} && sync", user="root")

    def data_volumes(self, state):
        return [each for each in self.machine.ec2.describe_volumes()["Volumes"]
                if tags_of(each).get("ec2spotter:role") == "data"
                and tags_of(each).get("ec2spotter:state") == state]

    def check_data(self, zone, written):
        machine = self.machine
        [data] = self.data_volumes("current")
        self.assertEqual(data["AvailabilityZone"], zone)
        self.assertEqual(machine.disk_of("/data"), data["VolumeId"].replace("-", ""))
        files = machine.run("cd /data && ls written-*", user="root").split()
        self.assertEqual(files, [f"written-{name}" for name in written])

    def leave_by_notice(self):
        """How many records there were at the notice."""
        machine = self.machine
        for each in TYPES:
            self.succeeds("sim", "capacity", each, HOME, "0")
        done = appender.appended(machine)
        with phases.Phases(machine, machine.whole_console, 0.5) as seen:
            begun = seen.now()
            machine.control("notice", {"instance_id": machine.holder(), "seconds": NOTICE_SECONDS})
            self.wait_until_moved(VOLUME)
            self.tell(f"after {done} records, a notice of {NOTICE_SECONDS} s", seen, VOLUME, begun)
        return done

    def come_back_by_hand(self):
        """How many records there were at the command."""
        machine = self.machine
        for each in TYPES:
            machine.control("capacity", {"instance_type": each, "zone": HOME, "available": -1})
        former, done = machine.root, appender.appended(machine)
        with phases.Phases(machine, machine.whole_console, 0.5) as seen:
            begun = seen.now()
            self.succeeds("move", "--timeout", "14", "web", "--zone", HOME)
            self.wait_until_moved(former)
            self.tell(f"after {done} records, a move by hand", seen, former, begun)
        return done

    def wait_until_moved(self, former):
        """In service from another root, which is the machine's from now on."""
        machine = self.machine
        machine.root = cloud.wait_until("another root", lambda: self.root_after(former),
                                        2 * cloud.BOOT_SECONDS_MOST)
        machine.wait_for_body_after(None)
        cloud.wait_until("up", lambda: "\nreason   up\n" in machine.program("status", "web").stdout,
                         60)

    def root_after(self, former):
        for volume in self.machine.ec2.describe_volumes()["Volumes"]:
            tags = tags_of(volume)
            if tags.get("ec2spotter:role") == "root" and tags.get("ec2spotter:from") == former:
                return volume["VolumeId"]
        return None

    def tell(self, what, seen, former, begun):
        say(what)
        phases.print_phases(seen.of_move(former), begun, say)

    def check_moved(self, former, zone, facts, at_least):
        machine = self.machine
        self.assertNotEqual(machine.root, former)
        self.assertEqual(machine.volume()["AvailabilityZone"], zone)
        self.assertEqual(machine.disk_of("/"), machine.root.replace("-", ""))
        self.assertEqual(machine.facts(), facts)
        [address] = machine.ec2.describe_addresses(PublicIps=[ADDRESS])["Addresses"]
        self.assertEqual(address["InstanceId"], machine.holder())
        count, gaps = appender.check_records(machine)
        self.assertGreaterEqual(count, at_least)
        say(f"{count} records, none lost or torn; outage {gaps[-1].seconds:.1f} s")

    def check_leftovers(self, formers):
        """A few minutes later: the former roots are kept, at no instance, and all else is gone."""
        machine = self.machine
        machine.control("clock", {"advance_seconds": PAST_THE_CLAIMS})
        root = machine.root

        def over():
            return tags_of(machine.volume()).get("ec2spotter:leftovers") == "gone"

        cloud.wait_until("the end of the move", over, 120)
        ec2 = machine.ec2
        self.assertEqual(ec2.describe_launch_templates()["LaunchTemplates"], [])
        self.assertEqual([each for each in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
                          if tags_of(each)], [])
        formers = formers + [each["VolumeId"] for each in self.data_volumes("retired")]
        self.assertEqual(len(formers) % 2, 0, "as many former data volumes as roots")
        volumes = {each["VolumeId"]: each for each in ec2.describe_volumes()["Volumes"]}
        [holder] = [each["InstanceId"] for each in volumes[root]["Attachments"]]
        for former in formers:
            self.assertEqual(volumes[former]["Attachments"], [])
            self.assertEqual(tags_of(volumes[former])["ec2spotter:state"], "retired")
            self.assertIn("ec2spotter:retired-at", tags_of(volumes[former]))
        of_the_image = {name for name, each in volumes.items()
                        if [held["InstanceId"] for held in each["Attachments"]] == [holder]}
        self.assertEqual(set(volumes), {*formers} | of_the_image)


if __name__ == "__main__":
    unittest.main()
