"""When each part of a move to another zone was done, by EC2's clock: what a simulator's journal has
of our calls, and when its resources, which are looked at again and again, came to a state."""

import dataclasses
import datetime
import re
import threading
import time

EC2, GUEST, OURS = "EC2", "the guest", "ours"
TAG = "ec2spotter:"
ENDING = "the old instance begins to end"
REST = "the root is at rest"
WAITS = "that instance waits for a root"
CONSOLE_PAUSE = 0.5


def seconds_of(timestamp):
    return datetime.datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()


def tags_of_call(call):
    """The tags that a call of the journal sets, without our prefix."""
    given = call["parameters"]
    return {given[key].removeprefix(TAG): given.get(f"{key.removesuffix('Key')}Value", "")
            for key in given if re.search(r"Tag\.\d+\.Key$", key)}


def tags_of(resource):
    """Those of ours, without their prefix."""
    return {tag["key"].removeprefix(TAG): tag["value"] for tag in resource.get("tagSet", [])}


def state_of(kind, resource):
    if kind == "instance":
        return resource["instanceState"]["name"]
    if kind == "volume" and resource.get("attachmentSet"):
        return resource["attachmentSet"][0]["status"]
    return resource["status"]


@dataclasses.dataclass
class Phase:
    """What was done at this moment, and whose work the time before it was; empty: it was done
    beside the rest."""
    text: str
    whose: str
    at: float


class Phases(threading.Thread):
    """Looks at the resources from now on, for as long as a `with` lasts. `console` tells what an
    instance has printed."""

    def __init__(self, sim, console, pause):
        super().__init__(daemon=True)
        self._sim, self._console, self._pause = sim, console, pause
        self._over = threading.Event()
        self._resources = {}  # by id, those that are gone too
        self._first = {}  # (id, state): when it was first seen in it
        self._waits = {}  # an instance: when its console first said that it looks for the root
        self._up = {}  # and when it said that the root is up
        self._asked = 0  # when the consoles were read
        self._last_call = 0
        self._ahead = self._clock_ahead()

    def _clock_ahead(self):
        """By how much EC2's clock is ahead of this host's."""
        ec2 = self._sim.client()
        ec2.describe_regions()
        ec2.close()
        [*_, call] = self._sim.control("calls")
        self._last_call = call["number"]
        return seconds_of(call["time"]) - time.time()

    def now(self):
        return time.time() + self._ahead

    def __enter__(self):
        self._look()
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()

    def run(self):
        while not self._over.wait(self._pause):
            self._look()

    def _look(self):
        for kind in ("instance", "snapshot", "volume"):
            now = self.now()
            found = self._sim.control("resources", {"kind": kind})
            self._resources |= found
            for name, resource in found.items():
                self._first.setdefault((name, state_of(kind, resource)), now)
            if kind == "instance":
                self._read_consoles(found)

    def _read_consoles(self, instances):
        """Seldom: EC2 limits how often it may be asked for them."""
        now = self.now()
        if now - self._asked < CONSOLE_PAUSE:
            return
        self._asked = now
        for body, each in instances.items():
            if body in self._up or state_of("instance", each) != "running":
                continue
            text = self._console(body)
            if "ec2spotter: find " in text:
                self._waits.setdefault(body, now)
            if "root ok volume=" in text:
                self._up[body] = now

    def _calls(self):
        return [call for call in self._sim.control("calls")
                if call["number"] > self._last_call and not call["error"]]

    def of_move(self, former):
        """The phases of the move of this root, in order, once it is over."""
        calls = self._calls()

        def when(action, **tags):
            """When a call was first made that sets these tags; None stands for any value."""
            for call in calls:
                given = tags_of_call(call)
                fits = all(key in given and value in (None, given[key])
                           for key, value in tags.items())
                if call["action"] == action and fits:
                    return seconds_of(call["time"])
            return None

        def completed(purpose):
            for name, each in self._resources.items():
                tags = tags_of(each)
                if tags.get("purpose") == purpose and tags.get("from") == former:
                    return self._first.get((name, "completed"))
            return None

        new, root = next((name, each) for name, each in self._resources.items()
                         if tags_of(each).get("from") == former and name.startswith("vol-"))
        body = root["attachmentSet"][0]["instanceId"]
        last = when("CreateSnapshot", purpose="last")
        rest = min(self._first[(former, "available")], last)
        committed = when("CreateTags", role="root", volume=new)
        waits = self._waits.get(body)
        late = waits is not None and waits > committed
        marked = when("CreateTags", root="up")
        tried = [
            (ENDING, "", min(self._ending_of_holder(), rest)),
            (REST, EC2, rest),
            ("the move is ordered", OURS, when("CreateTags", move=None)),
            ("a snapshot ahead is asked for", "", when("CreateSnapshot", purpose="ahead")),
            ("the snapshot ahead is complete", "", completed("ahead")),
            ("an instance is launched in the other zone", "", when("RunInstances")),
            ("that instance runs", "", self._first.get((body, "running"))),
            (WAITS, GUEST if late else "", waits),
            ("the last snapshot is asked for", OURS, last),
            ("the last snapshot is complete", EC2, completed("last")),
            ("the new volume is asked for", OURS, when("CreateVolume", role="next-root")),
            ("the new volume is there", EC2, self._first.get((new, "available"))),
            ("it is the root", OURS, committed),
            ("it is given to the instance", OURS, when("AttachVolume")),
            ("it is attached", EC2, self._first.get((new, "attached"))),
            ("the system on it says that it is up", GUEST, min(self._up.get(body, marked), marked)),
            ("the machine is marked as up", OURS, marked),
            ("it has its address", OURS, when("AssociateAddress"))]
        phases, done = [], rest
        for text, whose, at in tried:
            if at is None:
                continue
            if whose and at >= rest and text != WAITS:
                at = done = max(at, done)  # what is seen together is told in the order of the work
            phases.append(Phase(text, whose if at >= rest else "", at))
        return sorted(phases, key=lambda phase: phase.at)

    def _ending_of_holder(self):
        """Of those that were running, the first one to end had the root."""
        return min(at for (name, state), at in self._first.items()
                   if (name, "running") in self._first and state in ("shutting-down", "terminated"))


def print_phases(phases, begun, say=print):
    """Each with the seconds since `begun` and, from the old instance's end on, those of the work
    that it ended."""
    last = begun
    for phase in phases:
        took = f"{phase.at - last:>+8.1f} s  {phase.whose}" if phase.whose else ""
        say(f"  {phase.text:<42}{phase.at - begun:>8.1f} s{took}".rstrip())
        if phase.whose or phase.text == ENDING:
            last = phase.at


def shares(phases):
    """Whose work took how many seconds, from the old instance's end on."""
    seconds, last = {EC2: 0.0, GUEST: 0.0, OURS: 0.0}, None
    for phase in phases:
        if phase.whose:
            seconds[phase.whose] += phase.at - last
        if phase.whose or phase.text == ENDING:
            last = phase.at
    return seconds
