"""Restarts from inside a machine whose root tells the next visit nothing: its disk is full, our unit
is disabled, or it starts anew before our unit has run. Each time the same engine enters it again."""

import sys
import unittest

import cloud
from machine import PREBOOT_ROOT_MIB, SERIAL, MachineTest, write_into
from matrix import shows

FILL = ("dd if=/dev/zero of=/root/fill bs=1M 2>/dev/null; dd if=/dev/zero of=/root/rest bs=1k"
        " 2>/dev/null; sync; ! echo more >/root/more 2>/dev/null || ! sync /root/more")
# Restarts by itself, in order, at the first of the boots that it sees.
EARLY = """[Unit]
DefaultDependencies=no
After=local-fs.target
Before=sysinit.target
ConditionPathExists=/root/early
[Service]
Type=oneshot
ExecStart=/bin/sh -c "rm /root/early; sync; systemctl --no-block reboot; sleep 60"
[Install]
WantedBy=sysinit.target
"""


class RebootTest(MachineTest):
    def restart(self, times, why, boots=1):
        """From inside; what answers again is the machine, after so many boots."""
        for number in range(times):
            before = self.machine.boot_id()
            self.machine.ssh("systemctl reboot", user="root")
            cloud.wait_until("another boot of the volume's system",
                             lambda former=before: self.machine.boot_id() not in ("", former),
                             boots * cloud.BOOT_SECONDS_MOST)
            self.assertEqual(self.machine.disk_of("/"), SERIAL)
            self.assertIn("ec2spotter.engine=kexec", self.machine.run("cat /proc/cmdline", "root"))
            print(f"  {why}: back by kexec after restart {number + 1}", file=sys.stderr, flush=True)

    @shows(("Losses", "restarts from inside with a full disk, with our unit disabled, and before it "
            "has run", "entered again by the same engine"))
    def test_no_engine_is_lost_by_a_restart(self):
        disk = self.disks.clone()
        write_into(disk, PREBOOT_ROOT_MIB,
                   {"/etc/systemd/system/early.service": (EARLY, 0o100644)})
        machine = self.power_on(disk, engine="kexec", guest_helper=False)
        body = machine.launch()
        machine.run(FILL, user="root")
        self.restart(2, "disk full")
        machine.run("rm /root/fill /root/rest; systemctl disable --now ec2spotter-root", user="root")
        self.restart(1, "unit disabled")
        machine.run("systemctl enable ec2spotter-root early; touch /root/early; sync", user="root")
        self.restart(1, "restarted before multi-user.target", boots=2)
        console = machine.whole_console(body)
        self.assertNotIn("fail reason=", console)
        self.assertNotIn("enter start engine=pivot", console)
        self.assertEqual(console.count("ec2spotter: enter ok engine=kexec"), 6)
        machine.wait_for_console(body, "ec2spotter: root ok volume=")


if __name__ == "__main__":
    unittest.main()
