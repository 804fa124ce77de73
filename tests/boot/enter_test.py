"""Stage enter: which kernel, initrds and options the engine kexec loads, what both engines decline, and
what pivot does to the preboot disk's menu."""

import unittest

from support.stages import StageTest

MENU = """menuentry 'x' {
\tlinux /boot/vmlinuz-1 root=LABEL=r ro quiet net.ifnames=0 $unset
\tinitrd /boot/early.img /boot/initrd-1
}
"""
FSTAB = "LABEL=r / ext4 defaults 0 1\n"
FILES = {"etc/fstab": FSTAB, "boot/grub/grub.cfg": MENU, "boot/vmlinuz-1": "kernel", "boot/initrd-1": "third",
         "boot/early.img": "second"}
# What the kernel is given; the restart into it is only noted.
LOAD = """import sys
if sys.argv[1:]:
    serial, kernel, line, target, *initrds = sys.argv[1:]
    print(serial, kernel, *initrds, file=open("{work}/loaded", "w"))
    print(line, file=open("{work}/line", "w"))
    sys.exit(int(open("{work}/errno").read()))
print("restarted", file=open("{work}/restarted", "w"))
sys.exit(1)
"""
BLKID = "blkid() {{ cat \"{work}/tags.${{4##*/}}\" 2>/dev/null; }}\nquiesce() {{ :; }}\n"


class EnterTest(StageTest):
    def entering(self, changes=(), engine="kexec", tags="LABEL=r\nUUID=1-2\nTYPE=ext4\nPART_ENTRY_UUID=p-1\n",
                 preboot_tags="LABEL=preboot\n", **parameters):
        for program in self.programs(engine=engine, **parameters):
            program.put("say.sh", (program.work / "run/say.sh").read_text().replace(
                "blkid() { /usr/sbin/blkid \"$@\"; }", BLKID.format(work=program.work)))
            root = program.tree("disk", FILES | dict(changes))
            (program.work / "run/root").rmdir()
            (program.work / "run/root").symlink_to(root)
            program.put("kexec.py", LOAD.format(work=program.work))
            (program.work / "errno").write_text("0")
            for name, serial, text in (("disk", "vol1", tags), ("boot", "vol0preboot", preboot_tags)):
                (program.work / f"sys/block/{name}/device").mkdir(parents=True)
                (program.work / f"sys/block/{name}/device/serial").write_text(f"{serial}\n")
                (program.work / f"tags.{name}").write_text(text)
            text = (program.work / "run/preboot.sh").read_text()
            program.put("preboot.sh", text + "\nsystem_disk() { echo boot; }\nquiesce() { :; }\n")
            for name, value in (("disk", "disk"), ("part", "disk"), ("type", "ext4"), ("instance", "i-1"),
                                ("visit", "1"), ("volume", "vol-1")):
                program.keep(name, value)
            program.root = root
            yield program

    def refusal(self, program):
        self.assertEqual(program.status, 4, program.errors)
        return (program.work / "run/refusal").read_text()

    def test_the_entry_is_loaded_with_all_its_initrds_and_options(self):
        for program in self.entering():
            said = program.stage("enter_kexec")
            place = program.root / "boot"
            self.assertIn("enter ok engine=kexec kernel=1 root=LABEL=r\n", said, program.errors)
            self.assertEqual((program.work / "loaded").read_text(),
                             f"vol0preboot {place}/vmlinuz-1 {place}/early.img {place}/initrd-1\n")
            words = (program.work / "line").read_text().split()
            self.assertEqual(words[-4:], ["BOOT_IMAGE=/boot/vmlinuz-1", "ro", "quiet", "net.ifnames=0"])
            for word in ("root=LABEL=r", "panic=10", "console=ttyS0,115200", "ec2spotter.engine=kexec",
                         "ec2spotter.volume=vol-1", "ec2spotter.instance=i-1", "ec2spotter.visit=1"):
                self.assertEqual(words.count(word), 1, word)
            self.assertTrue((program.work / "restarted").exists())

    def test_a_kernel_whose_network_driver_may_spoil_the_next_one_is_not_left_by_kexec(self):
        for release, old in (("4.14.355-276.amzn2.x86_64", True), ("5.4.28", True), ("5.3.0-1035-aws", True),
                             ("5.4.29", False), ("5.10.0-28-cloud-amd64", False), ("6.1.0-9-amd64", False)):
            for program in self.entering():
                program.put("say.sh", (program.work / "run/say.sh").read_text() +
                            f"\nuname() {{ echo {release}; }}\n")
                said = program.stage("enter_kexec")
                if old:
                    self.assertIn(f"old_kernel the network driver of {release} ", self.refusal(program))
                else:
                    self.assertIn("enter ok", said, release)

    def test_a_menu_that_is_not_sure_is_declined(self):
        for program in self.entering({"boot/grub/grub.cfg": "menuentry x { chainloader +1\n}\n"}):
            program.stage("enter_kexec")
            self.assertIn("menu the menu is not certain: it uses chainloader +1", self.refusal(program))

    def test_a_kernel_that_is_refused_is_said_with_the_errno(self):
        for program in self.entering():
            (program.work / "errno").write_text("38")
            program.stage("enter_kexec")
            self.assertEqual(self.refusal(program), "kexec_refused the kernel refused vmlinuz-1 (errno 38)\n")

    def test_a_name_that_the_preboot_disk_has_too_is_not_taken(self):
        for program in self.entering(preboot_tags="LABEL=r\n"):
            self.assertIn("root=UUID=1-2\n", program.stage("enter_kexec"), program.errors)
        twin = "LABEL=r\nUUID=1-2\nPART_ENTRY_UUID=p-1\n"
        for program in self.entering(preboot_tags=twin):
            program.stage("enter_kexec")
            self.assertIn("no_link ", self.refusal(program), "udev is not known to be in the initrd")

    def test_a_name_that_a_data_volume_has_too_is_not_taken(self):
        for program in self.entering():
            (program.work / "sys/block/data/device").mkdir(parents=True)
            (program.work / "sys/block/data/device/serial").write_text("vol2\n")
            (program.work / "tags.data").write_text("LABEL=r\n")
            self.assertIn("root=UUID=1-2\n", program.stage("enter_kexec"), program.errors)
            (program.work / "run/probed.data").unlink()
            (program.work / "tags.data").write_text("LABEL=r\nUUID=1-2\nPART_ENTRY_UUID=p-1\n")
            program.stage("enter_kexec")
            self.assertIn("no_link ", self.refusal(program), "udev is not known to be in the initrd")

    def test_ubuntus_entry_without_an_initrd(self):
        menu = ('if [ "${initrdfail}" = 1 ]; then set with=1; fi\nmenuentry u {\n'
                "\tif [ \"$with\" = 1 ]; then\n\t\tlinux /boot/vmlinuz-1 root=PARTUUID=p-1 ro\n"
                "\t\tinitrd /boot/initrd-1\n\telse\n\t\tlinux /boot/vmlinuz-1 root=PARTUUID=p-1 ro panic=-1\n\tfi\n}\n")
        for program in self.entering({"boot/grub/grub.cfg": menu}):
            self.assertIn("root=PARTUUID=p-1\n", program.stage("enter_kexec"), program.errors)
            self.assertIn(" panic=-1", (program.work / "line").read_text())
        for program in self.entering({"boot/grub/grub.cfg": menu}, preboot_tags="PART_ENTRY_UUID=p-1\n"):
            self.assertIn("root=UUID=1-2\n", program.stage("enter_kexec"), program.errors)
            self.assertTrue((program.work / "loaded").read_text().endswith("/initrd-1\n"))

    def test_an_fstab_that_names_disks_by_device_is_declined(self):
        for line, declined in (("/dev/nvme0n1p3 /srv ext4 defaults 0 2", True), ("/dev/xvda3 none swap sw 0 0", True),
                               ("  /dev/sda2\t/boot ext4 nofail 0 2", True), ("# /dev/sda2 /boot ext4 defaults", False),
                               ("/dev/nvme0n1p1 / ext4 defaults 0 1", False), ("/dev/sr0 /cd auto noauto 0 0", False),
                               ("/dev/xvdf /data ext4 noauto,user 0 0", False), ("/dev/mapper/a-b /c xfs a 0 0", False),
                               ("/dev/disk/by-uuid/1-2 /srv ext4 defaults 0 0", False)):
            for program in self.entering({"etc/fstab": f"{FSTAB}{line}\n"}):
                said = program.stage("enter_kexec")
                if declined:
                    self.assertIn(f"device_names the volume's fstab names {line.split()[0]},", self.refusal(program))
                else:
                    self.assertIn("enter ok engine=kexec", said, line)


if __name__ == "__main__":
    unittest.main()
