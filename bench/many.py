"""Ten thousand machines in one watch, against the simulator with EC2's own request limits: what a
calm minute costs, and how long it takes until a thousand that were reclaimed at once are back."""

import concurrent.futures
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

import server

MACHINES = 10_000
RECLAIMED = 1_000
CALM_SECONDS = 120
BACK_WITHIN = 1_800
# A default subnet has 4,091 addresses.
ZONES = ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"]
TICKS = os.sysconf("SC_CLK_TCK")


def volume_of(number):
    return f"vol-0bbb{number:013x}"


def zone_of(number):
    return ZONES[number % len(ZONES)]


def tags_of(number, **others):
    pairs = {"machine": f"m{number}", "owner": "default", **others}
    return {f"ec2spotter:{key}": value for key, value in pairs.items()}


def seed():
    world = server.basic_seed()
    world["volumes"] = [
        {"volume_id": volume_of(n), "zone": zone_of(n), "size_gib": 8,
         "tags": tags_of(n, role="root", state="current", goal="up")} for n in range(MACHINES)]
    return world


class Fleet:
    """The simulator with every machine up on a body, and a watch over them."""

    def __init__(self, sim):
        self.sim = sim
        self.ec2 = sim.client()
        self.folder = pathlib.Path(sim.folder, "machines")
        self.folder.mkdir()
        for n in range(MACHINES):
            pathlib.Path(self.folder, f"m{n}.toml").write_text(
                f'volume = "{volume_of(n)}"\nimage = "ami-0aaaaaaaaaaaaaaa1"\n'
                'types = ["t3.small", "t3.medium"]\nprobe = false\n', encoding="utf-8")
        sim.control("quota", {"name": "spot_vcpus", "value": 10 * MACHINES})
        sim.control("limits", {"enabled": False})
        self.give_bodies()
        sim.control("limits", {"enabled": True})
        self.watch = None

    def give_bodies(self):
        bodies = {}
        for first in range(len(ZONES)):
            numbers = list(range(first, MACHINES, len(ZONES)))
            for start in range(0, len(numbers), 500):
                some = numbers[start:start + 500]
                reply = self.ec2.run_instances(
                    ImageId="ami-0aaaaaaaaaaaaaaa1", InstanceType="t3.small", MinCount=len(some),
                    MaxCount=len(some), Placement={"AvailabilityZone": ZONES[first]},
                    InstanceMarketOptions={"MarketType": "spot"})
                bodies |= zip(some, (each["InstanceId"] for each in reply["Instances"]))
        server.wait_until("instances", lambda: self.count_running() >= MACHINES, 300)

        def furnish(n):
            self.ec2.attach_volume(VolumeId=volume_of(n), InstanceId=bodies[n], Device="/dev/sdf")
            tags = tags_of(n, role="instance", attempt="1", root="up", **{"instance-of": volume_of(n)})
            self.ec2.create_tags(Resources=[bodies[n]],
                                 Tags=[{"Key": k, "Value": v} for k, v in tags.items()])

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(furnish, range(MACHINES)))

    def count_running(self):
        pages = self.ec2.get_paginator("describe_instances").paginate(
            Filters=[{"Name": "instance-state-name", "Values": ["running"]}],
            PaginationConfig={"PageSize": 1000})
        return sum(len(each["Instances"]) for page in pages for each in page["Reservations"])

    def start_watch(self):
        self.log = open(pathlib.Path(self.sim.folder, "watch.log"), "w+", encoding="utf-8")
        self.watch = subprocess.Popen(
            [server.BINARY, "watch", self.folder, "--state", f"{self.sim.folder}/watching"],
            env=self.sim.environment(), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def stop_watch(self):
        self.watch.send_signal(signal.SIGTERM)
        self.watch.wait(60)

    def used(self):
        """CPU seconds of the watch so far, and its resident and peak MiB."""
        text = pathlib.Path(f"/proc/{self.watch.pid}/stat").read_text(encoding="ascii")
        fields = text.rpartition(")")[2].split()
        status = pathlib.Path(f"/proc/{self.watch.pid}/status").read_text(encoding="ascii")
        sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in status.splitlines()
                 if line.startswith(("VmRSS", "VmHWM"))}
        return (int(fields[11]) + int(fields[12])) / TICKS, sizes["VmRSS"], sizes["VmHWM"]

    def calls_since(self, number):
        """The journal keeps the latest thousands: ask often."""
        return [call for call in self.sim.control("calls") if call["number"] > number]

    def instances(self):
        return self.sim.control("resources", {"kind": "instance"})


def tag(resource, key):
    return next((t["value"] for t in resource.get("tagSet", []) if t["key"] == f"ec2spotter:{key}"),
                None)


def machines_up(instances):
    return {tag(each, "machine") for each in instances.values()
            if tag(each, "root") == "up" and each["instanceState"]["name"] == "running"}


def calm(fleet):
    """Once the first turns are over: what a calm watch costs."""
    time.sleep(45)
    last = fleet.calls_since(0)[-1]["number"]
    cpu, _, _ = fleet.used()
    begun = time.monotonic()
    time.sleep(CALM_SECONDS)
    calls = fleet.calls_since(last)
    seconds = time.monotonic() - begun
    now, resident, peak = fleet.used()
    changing = [c["action"] for c in calls if not c["action"].startswith(("Describe", "Get"))]
    print(f"  calm, {seconds:.0f} s: {len(calls) / seconds:.2f} calls/s, of which changing "
          f"{len(changing)}; {100 * (now - cpu) / seconds:.1f} % of one core; "
          f"{resident:.0f} MiB resident, {peak:.0f} at most", flush=True)


def one_machine_back(fleet):
    """How long one machine takes when nothing is scarce."""
    return reclaim(fleet, 1)[0]


def reclaim(fleet, count):
    """Takes so many bodies without a notice; seconds until all are back, and the calls made."""
    bodies = {tag(each, "machine"): each["instanceId"] for each in fleet.instances().values()
              if each["instanceState"]["name"] == "running"}
    victims = [bodies[f"m{n}"] for n in range(count)]
    number = fleet.calls_since(0)[-1]["number"]
    begun = time.monotonic()
    for body in victims:
        fleet.sim.control("reclaim", {"instance_id": body})
    calls = []
    while True:
        time.sleep(2)
        fresh = fleet.calls_since(number)
        calls += fresh
        number = fresh[-1]["number"] if fresh else number
        instances = fleet.instances()
        up = {m for m in machines_up(instances) if m} - {
            tag(each, "machine") for each in instances.values()
            if each["instanceId"] in victims and each["instanceState"]["name"] == "running"}
        seconds = time.monotonic() - begun
        if len(up) == MACHINES:
            return seconds, calls
        if seconds > BACK_WITHIN:
            sys.exit(f"bench: after {seconds:.0f} s {MACHINES - len(up)} machines are still down")


def bound(calls, alone):
    """What the request limits alone make of it: an attachment for each machine, 50 at once and 5 a
    second, on top of what one machine takes when nothing is scarce."""
    attachments = sum(call["action"] == "AttachVolume" for call in calls)
    return alone + max(0, min(attachments, RECLAIMED) - 50) / 5


def bench_many():
    with server.Server(seed(), ["--guests", "--profile", "realistic"], keep_state=False) as sim:
        fleet = Fleet(sim)
        fleet.start_watch()
        print(f"one watch, {MACHINES} machines, EC2's request limits")
        try:
            calm(fleet)
            alone = statistics.median(one_machine_back(fleet) for _ in range(3))
            seconds, calls = reclaim(fleet, RECLAIMED)
        finally:
            fleet.stop_watch()
        least = bound(calls, alone)
        refused = sum(call["error"] == "RequestLimitExceeded" for call in calls)
        made = {}
        for call in calls:
            made[call["action"]] = made.get(call["action"], 0) + 1
        print(f"  {RECLAIMED} reclaimed at once: all back after {seconds:.0f} s; bound {least:.0f} s "
              f"({alone:.0f} s for one alone, then 5 attachments a second): "
              f"{seconds / least:.2f}x")
        print(f"  {len(calls)} calls, {refused} refused by the limits "
              f"({100 * refused / len(calls):.2f} %): "
              + ", ".join(f"{count} {action}" for action, count in sorted(made.items())))
