"""How long a machine is away when its zone has no capacity for it and its root goes to another
zone, and whose work that is: against the simulator with EC2's own times and scripted guests."""

import pathlib
import signal
import subprocess

import phases
import server

VOLUME = "vol-0aaaaaaaaaaaaaaa1"  # 8 GiB, of which a snapshot takes half
HOME, AWAY = "us-east-1a", "us-east-1b"
TYPE = "t3.small"
NOTICE_SECONDS = 120  # as EC2 gives
SNAPSHOT_AGE = 300
BACK_WITHIN = 600
PAUSE = 0.05
AIM, AIM_OF_OURS = 180, 10


class Mover:
    """One machine, up in its zone, which then runs dry, and a watch over it."""

    def __init__(self, sim):
        self.sim = sim
        self.ec2 = sim.client()
        file = pathlib.Path(sim.folder, "web.toml")
        file.write_text(
            f'volume = "{VOLUME}"\nimage = "ami-0aaaaaaaaaaaaaaa1"\ntypes = ["{TYPE}"]\n'
            f'zones = ["{HOME}", "{AWAY}"]\nmove_after = "0s"\nelastic_ip = "127.90.0.1"\n'
            'probe = false\n', encoding="utf-8")
        self.log = open(pathlib.Path(sim.folder, "watch.log"), "w", encoding="utf-8")
        self.watch = subprocess.Popen(
            [server.BINARY, "watch", file, "--state", f"{sim.folder}/watching"],
            env=sim.environment(), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        server.wait_until("the machine up", self.is_up, BACK_WITHIN, PAUSE)
        sim.control("capacity", {"instance_type": TYPE, "zone": HOME, "available": 0})

    def stop(self):
        self.watch.send_signal(signal.SIGTERM)
        self.watch.wait(60)
        self.log.close()
        self.ec2.close()

    def body(self):
        """The instance with a root that is up and has the address; None: there is none."""
        [address] = self.sim.control("resources", {"kind": "address"}).values()
        for name, each in self.sim.control("resources", {"kind": "instance"}).items():
            if phases.tags_of(each).get("root") == "up" and address.get("instanceId") == name:
                return name
        return None

    def is_up(self, former=None):
        return self.body() not in (None, former)

    def snapshot(self):
        """Takes one and lets it get old."""
        made = self.ec2.create_snapshot(VolumeId=VOLUME)["SnapshotId"]
        server.wait_until("a snapshot", lambda: self.sim.control(
            "resources", {"kind": "snapshot"})[made]["status"] == "completed", BACK_WITHIN, 1)
        self.sim.control("clock", {"advance_seconds": SNAPSHOT_AGE})

    def console(self, body):
        return self.ec2.get_console_output(InstanceId=body, Latest=True).get("Output", "")

    def move(self, lose):
        """The phases after the loss of the instance, and when that was."""
        former = self.body()
        with phases.Phases(self.sim, self.console, PAUSE) as seen:
            begun = seen.now()
            lose(former)
            server.wait_until("the machine up again", lambda: self.is_up(former), BACK_WITHIN, 0.5)
        return seen.of_move(VOLUME), begun


def measure(what, prepare, control, body):
    seed = server.basic_seed()
    with server.Server(seed, ["--guests", "--profile", "realistic"], keep_state=False) as sim:
        mover = Mover(sim)
        try:
            prepare(mover)
            found, begun = mover.move(
                lambda instance: sim.control(control, {"instance_id": instance} | body))
        finally:
            mover.stop()
    print(f" {what}")
    phases.print_phases(found, begun)
    seconds = phases.shares(found)
    print(f"  away for {sum(seconds.values()):.1f} s (aim: {AIM}): "
          + ", ".join(f"{whose} {took:.1f} s" for whose, took in seconds.items())
          + f" (aim for ours: {AIM_OF_OURS})", flush=True)


def bench_move():
    print("a move to another zone, EC2's own times, a root of 8 GiB")
    measure(f"a notice of {NOTICE_SECONDS} s, no snapshot before it", lambda mover: None,
            "notice", {"seconds": NOTICE_SECONDS})
    measure(f"a reclaim without a notice, the last snapshot {SNAPSHOT_AGE} s old", Mover.snapshot,
            "reclaim", {})
