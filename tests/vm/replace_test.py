"""EC2 restarts running instances from the machine's volume: again and again where no boot program enters the
root, and where kexec leads to silence."""

import unittest

import appender
import cloud
import roots
from machine import USER_ROOT_MIB, MachineTest, write_into
from matrix import shows

NOTICE_SECONDS = 45  # enough for the next instance to wait in its preboot system
TYPES = ["t3.small", "t3.medium", "t3.large"]
HANGS_AFTER_KEXEC = """#!/bin/sh
grep -q ec2spotter.engine=kexec /proc/cmdline && exec sleep infinity
exec /lib/systemd/systemd "$@"
"""


class ReplaceTest(MachineTest):
    system = "kinds"

    @shows(("Roots", "ext4 on LVM, /boot in it", "replace, found out by auto"),
           ("Identity", "cloud-init at work on a root that EC2 puts into a running instance",
            "host keys, machine id, host name and users are kept on the next instance"),
           ("Losses", "replace: a notice",
            "watch: the next instance waits; no fsynced record lost or torn"))
    def test_lvm_after_a_notice(self):
        machine = self.launch_by_replace(roots.on_lvm(self.disks.user(), self.folder), "lvm")
        root = f"/dev/mapper/{roots.GROUP}-root"
        self.check_own_disk(root)
        machine.wait_for_end_of_cloud_init()
        facts = machine.facts()
        appender.install(machine)
        body, done = machine.holder(), appender.appended(machine)
        machine.start_watch()
        machine.control("notice", {"instance_id": body, "seconds": NOTICE_SECONDS})
        machine.wait_for_body_after(body)
        machine.stop_watch()
        self.check_own_disk(root)
        machine.wait_for_end_of_cloud_init()
        self.assertEqual(machine.facts(), facts)
        self.check_records(done)
        self.check_declined("lvm")

    @shows(("Roots", "ext4 on LUKS, /boot apart", "replace, found out by auto"),
           ("Losses", "replace: a reclaim without a notice", "no fsynced record lost or torn"))
    def test_luks_after_a_reclaim_without_notice(self):
        machine = self.launch_by_replace(roots.on_luks(self.disks.settled(), self.folder), "luks")
        self.check_own_disk("/dev/mapper/root")
        facts = machine.facts()
        appender.install(machine)
        body, done = machine.holder(), appender.appended(machine)
        machine.control("reclaim", {"instance_id": body})
        machine.wait_for_state(body, "terminated")
        self.assertNotEqual(machine.launch(), body)
        self.check_own_disk("/dev/mapper/root")
        self.assertEqual(machine.facts(), facts)
        self.check_records(done)
        self.check_declined("luks")

    @shows(("Roots", "a system that says nothing after kexec", "replace, on the next instance"))
    def test_silence_after_kexec(self):
        disk = self.disks.settled()
        write_into(disk, USER_ROOT_MIB, {"/usr/sbin/init": (HANGS_AFTER_KEXEC, 0o100755)})
        machine = self.power_on(disk, types=TYPES, boot_limit="3m")
        machine.start_watch()
        cloud.wait_until("a holder", machine.holder, cloud.BOOT_SECONDS_MOST)
        first = machine.holder()
        machine.wait_for_body_after(first)
        machine.stop_watch()
        self.assertIn("enter ok engine=kexec", machine.whole_console(first))
        self.assertEqual(machine.remembered_engine(), ("replace", "silent"))
        self.check_own_disk("/dev/nvme0n1p2")

    def check_records(self, at_least):
        count, _ = appender.check_records(self.machine)
        self.assertGreaterEqual(count, at_least)


if __name__ == "__main__":
    unittest.main()
