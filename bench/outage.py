"""How long a machine is away when Spot takes its instance, against a direct boot of its volume."""

import datetime
import tempfile
import time

import appender
import cloud
import machine

NOTICE_SECONDS = 120  # as EC2 gives


def seconds_of(timestamp):
    return datetime.datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()


def kernel_start(guest):
    """When the guest's kernel began, by its own clock."""
    now, uptime = guest.run("date +%s.%N; cut -d' ' -f1 /proc/uptime", user="root").split()
    return float(now) - float(uptime)


def time_of_last_call(sim, action):
    return seconds_of([c["time"] for c in sim.control("calls") if c["action"] == action][-1])


def boot_directly(ours):
    """Boots a copy of the machine's volume as an instance's own root; seconds until its program
    writes, and those until its kernel begins."""
    ec2 = ours.ec2
    snapshot = ec2.create_snapshot(VolumeId=machine.VOLUME)["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
    image = ec2.register_image(
        Name="direct", RootDeviceName="/dev/xvda", Architecture="x86_64",
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}])
    begun = time.time()
    body = ec2.run_instances(
        ImageId=image["ImageId"], InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName="me",
        Placement={"AvailabilityZone": "us-east-1a"})["Instances"][0]["InstanceId"]
    ours.wait_for_state(body, "running", 60)
    ec2.associate_address(AllocationId=cloud.ALLOCATION, InstanceId=body)
    ours.wait_for_ssh("root")
    _, gaps = appender.check_records(ours)
    return gaps[-1].first - begun, kernel_start(ours) - begun


def lose_at_a_notice(ours):
    """The gap in the machine's records at a notice for its instance, and how many there are."""
    ours.start_watch()
    try:
        body = ours.wait_for_body_after(None)
        appender.install(ours)
        appender.appended(ours)
        ours.control("notice", {"instance_id": body, "seconds": NOTICE_SECONDS})
        ours.wait_for_body_after(body)
    finally:
        ours.stop_watch()
    count, gaps = appender.check_records(ours)
    return gaps[-1], count


def bench_outage():
    folder = tempfile.TemporaryDirectory(prefix="ec2spotter-bench-")
    disks = machine.Disks(folder.name)
    direct = None
    print(f"outage after a notice of {NOTICE_SECONDS} s")
    for engine, takes in (("kexec", "AttachVolume"), ("replace", "CreateReplaceRootVolumeTask")):
        with machine.Machine(disks.settled(), disks.preboot(), engine=engine) as ours:
            gap, count = lose_at_a_notice(ours)
            taken, kernel = time_of_last_call(ours, takes), kernel_start(ours)
            if direct is None:
                done = ours.program("pause", "web")
                if done.returncode != 0:
                    raise SystemExit(f"bench: pause: {done.stderr}")
                direct, direct_kernel = boot_directly(ours)
        print(f" {engine}: {count} records, none lost or torn")
        print(f"  the old instance shuts down, the volume is free   {taken - gap.last:>8.1f} s")
        print(f"  the next one takes it and starts its kernel       {kernel - taken:>8.1f} s")
        print(f"  the volume's system boots to the first record     {gap.first - kernel:>8.1f} s")
        print(f"  outage                                            {gap.seconds:>8.1f} s"
              f"{gap.seconds / direct:>8.2f}x", flush=True)
    folder.cleanup()
    print(f" direct boot: {direct_kernel:.1f} s to the kernel, in all       {direct:>14.1f} s",
          flush=True)
