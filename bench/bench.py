"""The measurements of script/bench. Every figure is of this run, on this machine."""

import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(os.environ["EC2SPOTTER_SOURCE"])
BINARY = os.environ["EC2SPOTTER"]
for folder in ("tests/conformance", "tests/vm"):
    sys.path.insert(0, str(SOURCE / folder))

import cloud  # noqa: E402
import many  # noqa: E402
import move  # noqa: E402
import server  # noqa: E402

IMAGE = "ami-0aaaaaaaaaaaaaaa1"
VOLUME = "vol-0aaaaaaaaaaaaaaa1"
ROUNDS = 5


class Usage:
    """What finished processes have used: CPU and wall seconds, and the largest resident set."""

    def __init__(self):
        self.cpu = self.wall = 0.0
        self.memory_mib = 0.0

    def run(self, command, environment):
        begun = time.monotonic()
        child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stderr.close()
        if child.returncode != 0:
            sys.exit(f"bench: {command} ended with {child.returncode}: {said.decode()}")
        self.wall += time.monotonic() - begun
        self.cpu += used.ru_utime + used.ru_stime
        self.memory_mib = max(self.memory_mib, used.ru_maxrss / 1024)


def median(usages, figure):
    return statistics.median(getattr(usage, figure) for usage in usages)


def actions_since(sim, seen):
    return [call["action"] for call in sim.control("calls")[seen:]]


def our_launch(sim, environment):
    path = pathlib.Path(sim.folder, "web.toml")
    path.write_text(f'volume = "{VOLUME}"\nimage = "{IMAGE}"\ntypes = ["t3.small"]\n',
                    encoding="utf-8")
    usage = Usage()
    usage.run([BINARY, "launch", "--no-wait", path], environment)
    return usage


def cli_command(call):
    """The AWS CLI's words for a call of the journal."""
    action, given = call["action"], call["parameters"]

    def filters():
        words = []
        for number in range(1, 10):
            name = given.get(f"Filter.{number}.Name")
            if name:
                words.append(f"Name={name},Values={given[f'Filter.{number}.Value.1']}")
        return ["--filters", *words] if words else []

    if action == "CreateTags":
        tags = [f"Key={given[f'Tag.{n}.Key']},Value={given[f'Tag.{n}.Value']}"
                for n in range(1, 20) if f"Tag.{n}.Key" in given]
        return ["create-tags", "--resources", given["ResourceId.1"], "--tags", *tags]
    if action == "DescribeVolumes":
        ids = ["--volume-ids", given["VolumeId.1"]] if "VolumeId.1" in given else []
        return ["describe-volumes", *ids, *filters()]
    if action == "DescribeInstances":
        return ["describe-instances", *filters()]
    if action == "DescribeSpotInstanceRequests":
        return ["describe-spot-instance-requests", *filters()]
    if action == "GetConsoleOutput":
        return ["get-console-output", "--instance-id", given["InstanceId"], "--latest"]
    if action == "RunInstances":
        tags = "[{Key=ec2spotter:machine,Value=web},{Key=ec2spotter:owner,Value=default}]"
        return ["run-instances", "--image-id", IMAGE, "--instance-type", "t3.small", "--count", "1",
                "--instance-market-options", "MarketType=spot", "--placement",
                "AvailabilityZone=us-east-1a", "--user-data", "x" * 9000, "--tag-specifications",
                f"ResourceType=instance,Tags={tags}"]
    sys.exit(f"bench: no AWS CLI words for {action}")


def bench_launch():
    ours, theirs = [], []
    for _ in range(ROUNDS):
        with server.Server(server.basic_seed()) as sim:
            environment = sim.environment()
            ours.append(our_launch(sim, environment))
            calls = sim.control("calls")
        with server.Server(server.basic_seed()) as sim:
            environment = sim.environment()
            usage = Usage()
            instance = None
            for call in calls:
                words = cli_command(call)
                if instance and call["action"] == "GetConsoleOutput":
                    words[2] = instance
                usage.run([shutil.which("aws"), "ec2", *words], environment)
                if call["action"] == "RunInstances":
                    instance = newest_instance(sim)
            made = actions_since(sim, 0)
            if made != [call["action"] for call in calls]:
                sys.exit(f"bench: the AWS CLI made other calls: {made}")
            theirs.append(usage)
    start = []
    for _ in range(20):
        usage = Usage()
        usage.run([BINARY, "--version"], os.environ)
        start.append(usage)
    print(f"launch --no-wait, {len(calls)} calls, median of {ROUNDS} rounds "
          f"({subprocess.run(['aws', '--version'], capture_output=True, text=True).stdout.split()[0]})")
    print(f"  {'':<12}{'ec2spotter':>12}{'AWS CLI':>12}{'ratio':>9}")
    for label, figure in (("CPU s", "cpu"), ("wall s", "wall"), ("peak MiB", "memory_mib")):
        a, b = median(ours, figure), median(theirs, figure)
        print(f"  {label:<12}{a:>12.3f}{b:>12.3f}{b / a:>8.1f}x")
    print(f"  start-up (--version), median of 20: {median(start, 'wall') * 1000:.1f} ms wall, "
          f"{median(start, 'cpu') * 1000:.1f} ms CPU")


def newest_instance(sim):
    """Looked up in the simulator's state: an API call of its own would spoil the comparison."""
    return next(iter(sim.control("resources", {"kind": "instance"})))


def bench_sim():
    with server.Server(server.basic_seed()) as sim:
        environment = sim.environment()
        our_launch(sim, environment)
        print("simulator, one instance described, for 5 s")
        for connections in (1, 16):
            subprocess.run([pathlib.Path(BINARY).parent / "bench/bench_requests", sim.endpoint,
                            str(connections), "5"], check=True)


def bench_boot():
    import machine  # noqa: PLC0415: needs the disk images, which the other parts do not

    folder = tempfile.TemporaryDirectory(prefix="ec2spotter-bench-")
    disks = machine.Disks(folder.name)
    print("power-on to the login prompt of the volume's system")
    base = None
    for engine in ("direct", "kexec", "pivot", "replace", "swap"):
        preboot = disks.user() if engine == "direct" else disks.preboot()
        wishes = {} if engine == "direct" else {"engine": engine}
        with machine.Machine(disks.user(), preboot, **wishes) as ours:
            seconds = boot_seconds(ours, engine)
        base = base or seconds
        print(f"  {engine:<8}{seconds:>7.1f} s{seconds / base:>8.2f}x", flush=True)
    folder.cleanup()


def boot_seconds(ours, engine):
    begun = time.monotonic()
    if engine == "direct":
        body = ours.run_instance()
    else:
        done = ours.program("launch", "--timeout", "14", f"{ours.folder}/web.toml")
        if done.returncode != 0:
            sys.exit(f"bench: launch --engine {engine}: {done.stderr}")
        body = ours.holder()
    # Booted directly, as a new instance, the system gets EC2's host name from its own cloud-init; so it
    # does from the first instance that has it as its root disk, after the image's system.
    own = {"kexec": "saturn login:", "pivot": "saturn login:"}
    prompt = re.compile(own.get(engine, r"Linux version [\d.-]+-amd64 .* login:"), re.DOTALL)
    cloud.wait_until("a login prompt", lambda: prompt.search(ours.console(body)),
                     cloud.BOOT_SECONDS_MOST)
    return time.monotonic() - begun


def bench_outage():
    import outage  # noqa: PLC0415: needs the disk images as well

    outage.bench_outage()


def main():
    parts = {"launch": bench_launch, "sim": bench_sim, "many": many.bench_many,
             "move": move.bench_move, "boot": bench_boot, "outage": bench_outage}
    wanted = sys.argv[1:] or list(parts)
    unknown = [name for name in wanted if name not in parts]
    if unknown:
        sys.exit(f"bench: unknown part {unknown[0]}; usage: script/bench [{'] ['.join(parts)}]")
    print(f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}")
    for name in wanted:
        parts[name]()


if __name__ == "__main__":
    main()
