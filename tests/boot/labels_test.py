"""Stage adopt on volumes with SELinux's labels, and on those whose /usr is a file system apart."""

import os
import subprocess
import unittest

from support.disks import SYSTEM, DiskTest, run

ETC, UNIT = (f"system_u:object_r:{name}:s0" for name in ("etc_t", "systemd_unit_file_t"))
LABELS = {"etc": ETC, "etc/cloud": ETC, "etc/cloud/cloud.cfg.d": ETC, "etc/systemd": ETC,
          "etc/systemd/system": UNIT}
WANTED = {"etc/ec2spotter": ETC, "etc/ec2spotter/root-up": ETC, "etc/ec2spotter/adopted": ETC,
          "etc/ec2spotter/on-notice": ETC, "etc/ec2spotter/notice.d": ETC, "etc/ec2spotter/guest": ETC,
          "etc/cloud/cloud.cfg.d/99-ec2spotter.cfg": ETC,
          "etc/systemd/system/ec2spotter-root.service": UNIT,
          "etc/systemd/system/ec2spotter-guest.service": UNIT,
          "etc/systemd/system/multi-user.target.wants": UNIT,
          "etc/systemd/system/multi-user.target.wants/ec2spotter-root.service": UNIT,
          "etc/systemd/system/multi-user.target.wants/ec2spotter-guest.service": UNIT}
WHOLE = SYSTEM | {"etc/systemd/system/a.service": "", "usr/lib/systemd/systemd": ""}
APART = {"etc/os-release": ("->", "../usr/lib/os-release"), "lib": ("->", "usr/lib"),
         "etc/systemd/system/a.service": "", "etc/cloud/cloud.cfg.d/a.cfg": "",
         "etc/fstab": "LABEL=r / ext4 defaults 0 1\nLABEL=u /usr ext4 defaults 0 2\n"}


def label_of(path):
    shown = subprocess.run(["getfattr", "-h", "--only-values", "-n", "security.selinux", path],
                           capture_output=True, text=True, check=False)
    return shown.stdout.rstrip("\0\n")


class LabelsTest(DiskTest):
    def adopted(self, files, labels, **parameters):
        for program in self.programs(guest_helper="true", **parameters):
            file = self.make(program, "ext4", files)

            def put(root):
                for name, label in labels.items():
                    run("setfattr", "-h", "-n", "security.selinux", "-v", label, root / name)

            self.change(file, put)
            self.attach(program, file)
            self.assertEqual(self.last(program, "check"), "check ok root=disk type=ext4")
            self.assertEqual(self.last(program, "adopt"), "adopt ok", program.errors)
            yield program
            self.detach(program)

    def labels(self, program):
        return {name: label_of(program.root / name) for name in WANTED}

    def test_what_is_written_has_the_labels_of_its_like(self):
        for program in self.adopted(WHOLE, LABELS):
            self.assertEqual(self.labels(program), WANTED)
            self.assertEqual(label_of(program.root / "etc/systemd/system/a.service"), "")

    def test_on_a_volume_without_labels_there_are_none(self):
        for program in self.adopted(WHOLE, {}):
            self.assertEqual(set(self.labels(program).values()), {""})

    def test_a_usr_apart_gets_the_units_too(self):
        for program in self.adopted(APART, LABELS):
            self.assertEqual(self.labels(program), WANTED)
        for program in self.adopted(APART, {}):
            for name in WANTED:
                self.assertTrue(os.path.lexists(program.root / name), name)


if __name__ == "__main__":
    unittest.main()
