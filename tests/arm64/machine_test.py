"""An arm64 machine in emulated arm64 bodies."""

import gzip
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "vm"))
from machine import (SERIAL, USER_ROOT_MIB, VOLUME, MachineTest, copy_disk,  # noqa: E402
                     read_from, write_into)
from matrix import shows  # noqa: E402

HOOK = "/etc/ec2spotter/notice.d/note"
PREBOOT_BOOT_MIB = 5  # where script/images puts the partition


def with_kernel(preboot, kernel, target):
    """The preboot disk with a menu that starts this kernel, which needs no modules."""
    copy_disk(preboot, target)
    menu = read_from(target, PREBOOT_BOOT_MIB, "cat /grub/grub.cfg").decode()
    write_into(target, PREBOOT_BOOT_MIB, {
        "/vmlinuz-own": (pathlib.Path(kernel).read_bytes(), 0o100644),
        "/grub/grub.cfg": (re.sub(r"/vmlinuz-\S+", "/vmlinuz-own", menu), 0o100644)})
    return target


def compress_kernel(disk):
    """Makes the volume's kernel what it is on Ubuntu: compressed."""
    names = read_from(disk, USER_ROOT_MIB, "ls -p /boot").decode()
    path = "/boot/" + re.search(r"vmlinuz-[^/\s]+", names)[0]
    kernel = read_from(disk, USER_ROOT_MIB, f"cat {path}")
    write_into(disk, USER_ROOT_MIB, {path: (gzip.compress(kernel, 6), 0o100644)})
    return disk


class Arm64Test(MachineTest):
    architecture = "arm64"

    @shows(("Architectures", "arm64, a kernel without kexec_file_load (Debian's), where EC2 refuses to "
            "replace a root disk", "pivot, found out by auto; after a notice that the guest helper "
            "heard, again"))
    def test_debian_is_entered_by_pivot(self):
        machine = self.power_on(self.disks.settled(),
                                types=["t4g.small", "m7g.large", "c7g.large"])
        machine.refuse_to_replace_roots()
        body = machine.launch()
        self.check_entered("pivot")
        facts = machine.facts()
        machine.run(f"printf '#!/bin/sh\\necho $1 >/root/told\\n' >{HOOK}; chmod 755 {HOOK}",
                    user="root")
        machine.control("notice", {"instance_id": body, "seconds": 60})
        machine.wait_for_state(body, "terminated")
        self.assertNotEqual(machine.launch(), body)
        self.check_entered("pivot")
        self.assertEqual(machine.facts(), facts)
        self.assertEqual(machine.run("cat /root/told", user="root"), "notice\n")

    @shows(("Architectures", "arm64, a kernel without kexec_file_load (Debian's)",
            "replace, found out by auto"))
    def test_debian_is_put_into_a_running_instance(self):
        machine = self.power_on(self.disks.settled(), types=["t4g.small", "m7g.large"])
        machine.launch()
        self.assertEqual(machine.remembered_engine()[0], "replace")
        self.assertEqual(machine.run("uname -m", user="root"), "aarch64\n")
        self.check_own_disk("/dev/nvme0n1p2")

    @shows(("Architectures", "arm64, a compressed kernel on the volume (as Ubuntu's)",
            "kexec; again after a power loss"))
    def test_compressed_kernel_is_entered_by_kexec(self):
        preboot = with_kernel(self.disks.preboot(), os.environ["EC2SPOTTER_KERNEL"],
                              f"{self.folder}/own.raw")
        machine = self.power_on(compress_kernel(self.disks.settled()), preboot,
                                engine="kexec", types=["t4g.small", "m7g.large"])
        body = machine.launch()
        self.check_entered("kexec")
        machine.run("gzip -t /boot/vmlinuz-$(uname -r)", user="root")
        facts = machine.facts()
        machine.cut_power(body)
        machine.wait_for_state(body, "terminated")
        self.assertNotEqual(machine.launch(), body)
        self.check_entered("kexec")
        self.assertEqual(machine.facts(), facts)

    def check_entered(self, engine):
        machine = self.machine
        self.assertEqual(machine.run("uname -m", user="root"), "aarch64\n")
        self.assertEqual(machine.disk_of("/"), SERIAL)
        self.assertIn(f"root ok volume={VOLUME} engine={engine}",
                      machine.console(machine.holder()))


if __name__ == "__main__":
    unittest.main()
