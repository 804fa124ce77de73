"""Menus as the distributions' tools write them, shortened to what decides, and what is started: the
version of the kernel, its initrds, and words that its options must have; or why that is not sure."""

import pathlib

from support.grub_oracle import UUID

FOLDER = pathlib.Path(__file__).parents[1] / "menus"
BOOT_UUID, EFI_UUID = "0d5c9b3e-7a42-4c11-8e66-93b1f0a2c7d4", "7B77-95E7"

SEARCH = f"""	if [ x$feature_platform_search_hint = xy ]; then
	  search --no-floppy --fs-uuid --set=root --hint-bios=hd0,gpt1 --hint-efi=hd0,gpt1  {UUID}
	else
	  search --no-floppy --fs-uuid --set=root {UUID}
	fi
"""
HEADER = """if [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set next_entry=
   save_env next_entry
   set boot_once=true
else
   set default="%s"
fi
if [ x"${feature_menuentry_id}" = xy ]; then
  menuentry_id_option="--id"
else
  menuentry_id_option=""
fi
export menuentry_id_option
function savedefault {
  if [ -z "${boot_once}" ]; then
    saved_entry="${chosen}"
    save_env saved_entry
  fi
}
function load_video {
  if [ x$feature_all_video_module = xy ]; then
    insmod all_video
  else
    insmod efi_gop
  fi
}
terminal_output console
if [ x$feature_timeout_style = xy ] ; then
  set timeout_style=menu
  set timeout=0
else
  set timeout=0
fi
"""


def environment(**values):
    text = "# GRUB Environment Block\n" + "".join(f"{key}={value}\n" for key, value in values.items())
    return text.ljust(1024, "#")


def entry(title, version, options, name="", initrd="/boot/initramfs-%s.img", linux="linux", head=""):
    """As grub-mkconfig writes one."""
    path = (initrd % version if "%s" in initrd else initrd)
    return (f"menuentry '{title}' --class gnu-linux --class os --unrestricted $menuentry_id_option "
            f"'{name or title}' {{\n\tload_video\n\tset gfxpayload=keep\n\tinsmod gzio\n\tinsmod part_gpt\n{SEARCH}"
            f"{head}\t{linux} /boot/vmlinuz-{version} {options}\n\t{linux.replace('linux', 'initrd')} {path}\n}}\n")


def bls(title, version, options, initrd="/boot/initramfs-%s.img $tuned_initrd", prefix="/boot", **more):
    lines = [f"title {title} ({version})", f"version {version}", f"linux {prefix}/vmlinuz-{version}",
             f"initrd {initrd % version}", f"options {options}", f"id x-{version}", "grub_users $grub_users",
             "grub_arg --unrestricted", "grub_class kernel"]
    return "\n".join(lines + [f"{key} {value}" for key, value in more.items()]) + "\n"


def entries(*versions, options="root=UUID=1 ro net.ifnames=0", machine="0f2a77", folder="boot/loader/entries", **more):
    return {f"{folder}/{machine}-{version}.conf": bls("A system", version, options, **more) for version in versions}


EL7_OPTIONS = f"root=UUID={UUID} ro console=tty0 console=ttyS0,115200n8 crashkernel=auto net.ifnames=0 $tuned_params"
EL7 = "".join(entry(f"CentOS Linux ({version}) 7 (Core)", version, EL7_OPTIONS, f"gnulinux-{version}-advanced",
                    "/boot/initramfs-%s.img $tuned_initrd", "linux16")
              for version in ("3.10.0-1160.119.1.el7.x86_64", "3.10.0-1160.el7.x86_64",
                              "0-rescue-00112233445566778899aabbccddeeff"))
EL8_MENU = HEADER % "${saved_entry}" + f"""insmod part_gpt
search --no-floppy --fs-uuid --set=root {UUID}
search --no-floppy --fs-uuid --set=boot {UUID}
if [ -z "${{kernelopts}}" ]; then
  set kernelopts="root=UUID={UUID} ro fallback=1 "
fi
insmod blscfg
blscfg
if [ "${{boot_success}}" = "1" -o "${{boot_indeterminate}}" = "1" ]; then
  set menu_hide_ok=1
else
  set menu_hide_ok=0
fi
set boot_success=0
save_env boot_success
if [ -f  ${{config_directory}}/custom.cfg ]; then
  source ${{config_directory}}/custom.cfg
elif [ -z "${{config_directory}}" -a -f  $prefix/custom.cfg ]; then
  source $prefix/custom.cfg
fi
"""
EL8 = ("4.18.0-348.el8.x86_64", "4.18.0-348.2.1.el8_5.x86_64", "4.18.0-80.el8.x86_64")
UBUNTU = HEADER % "%s" + """function recordfail { set recordfail=1; }
function initrdfail { if [ -z "${initrdfail}" ]; then set initrdfail=1; fi; }
function gfxmode {
	set gfxpayload="${1}"
	if [ "${1}" = "keep" ]; then
		set vt_handoff=vt.handoff=7
	else
		set vt_handoff=
	fi
}
if [ "${recordfail}" != 1 ]; then set linux_gfx_mode=keep; else set linux_gfx_mode=text; fi
export linux_gfx_mode
set partuuid=3f1b-aa
"""
UBUNTU_LIST = [
    f"""menuentry 'Ubuntu, with Linux {version}' --class ubuntu $menuentry_id_option 'gnulinux-{version}-advanced-x' {{
	recordfail
	load_video
	gfxmode $linux_gfx_mode
	insmod gzio
	if [ x$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi
{SEARCH}	if [ "${{initrdfail}}" = 1 ]; then
	  echo	'GRUB_FORCE_PARTUUID set, initrdless boot failed. Attempting with initrd.'
	  linux	/boot/vmlinuz-{version} root=PARTUUID=3f1b-aa ro console=tty1 console=ttyS0 nvme_core.io_timeout=4294967295
	  initrd	/boot/initrd.img-{version}
	else
	  echo	'GRUB_FORCE_PARTUUID set, attempting initrdless boot.'
	  linux	/boot/vmlinuz-{version} root=PARTUUID=3f1b-aa ro console=tty1 console=ttyS0 nvme_core.io_timeout=4294967295 panic=-1
	  echo	'GRUB_FORCE_PARTUUID set, attempting initrdless boot.'
	fi
	initrdfail
}}
""" for version in ("6.8.0-1016-aws", "6.8.0-1015-aws")]
UBUNTU_ENTRIES = "".join(UBUNTU_LIST)
SUSE = HEADER % "${saved_entry}" + """set btrfs_relative_path="y"
export btrfs_relative_path
set extra_cmdline=""
""" + "".join(entry(f"openSUSE Leap, with Linux {version}", version,
                    f"root=UUID={UUID} ${{extra_cmdline}} splash=silent net.ifnames=0 mitigations=auto",
                    initrd="/boot/initrd-%s", linux="linux")
              for version in ("6.4.0-150600.23-default", "6.4.0-150600.21-default")) + """
if [ -f "/.snapshots/grub-snapshot.cfg" ]; then
  source "/.snapshots/grub-snapshot.cfg"
fi
"""
PLAIN = "menuentry 'x' {\n\tlinux /boot/vmlinuz-1 root=UUID=1 ro%s\n\tinitrd /boot/initrd-1\n}\n"


class Case:
    def __init__(self, files, version=None, initrds=(), options=(), absent=(), unsure=None, **layout):
        self.files, self.version, self.initrds = files, version, initrds
        self.options, self.absent, self.unsure = options, absent, unsure
        self.layout = layout  # boot, efi: those have partitions of their own; subvolume


def grub(text, folder="grub", **more):
    return {f"boot/{folder}/grub.cfg": text} | {f"boot/{folder}/{name}": value for name, value in more.items()}


def debian(name, version, initrds=()):
    text = (FOLDER / f"debian12-{name}.cfg").read_text(encoding="utf-8")
    return Case(grub(text), version, initrds or [f"initrd.img-{version}"], ["ro", "quiet"])


CASES = {
    "debian 12, GRUB_DEFAULT=1>2": debian("sub", "6.1.0-9-amd64"),
    "debian 12, nothing saved yet": debian("saved", "6.1.0-41-amd64"),
    "debian 12, by ids": debian("byid", "6.1.0-9-amd64"),
    "debian 12, by titles": debian("title", "6.1.0-9-amd64"),
    "debian 12, GRUB_DEFAULT=2, flat": debian("flat", "6.1.0-9-amd64"),
    "debian 12, an early initrd": debian("ucode", "6.1.0-41-amd64",
                                         ["intel-ucode.img", "intel-ucode.img", "initrd.img-6.1.0-41-amd64"]),
    "debian 12, a quoted option": Case(grub((FOLDER / "debian12-quoted.cfg").read_text(encoding="utf-8")),
                                       "6.1.0-41-amd64", ["initrd.img-6.1.0-41-amd64"], ['"dyndbg=file a +p" ']),
    "debian 12, saved": Case(
        grub((FOLDER / "debian12-saved.cfg").read_text(encoding="utf-8"), grubenv=environment(saved_entry=(
            f"gnulinux-advanced-{UUID}>gnulinux-6.1.0-9-amd64-advanced-{UUID}"))),
        "6.1.0-9-amd64", ["initrd.img-6.1.0-9-amd64"], ["ro"]),
    "debian 12, another entry once": Case(
        grub((FOLDER / "debian12-saved.cfg").read_text(encoding="utf-8"), grubenv=environment(next_entry="1")),
        unsure="next_entry=1"),
    "el7, the newest": Case(grub(HEADER % "0" + EL7, "grub2"), "3.10.0-1160.119.1.el7.x86_64",
                            ["initramfs-3.10.0-1160.119.1.el7.x86_64.img"], ["net.ifnames=0"], ["tuned"]),
    "el7, saved by its title": Case(
        grub(HEADER % "${saved_entry}" + EL7, "grub2",
             grubenv=environment(saved_entry="CentOS Linux (3.10.0-1160.el7.x86_64) 7 (Core)")),
        "3.10.0-1160.el7.x86_64", ["initramfs-3.10.0-1160.el7.x86_64.img"], ["net.ifnames=0"]),
    "el7, saved and removed": Case(
        grub(HEADER % "${saved_entry}" + EL7, "grub2", grubenv=environment(saved_entry="CentOS Linux (2.6)")),
        "3.10.0-1160.119.1.el7.x86_64", ["initramfs-3.10.0-1160.119.1.el7.x86_64.img"]),
    "el7, options that tuned sets": Case(
        grub('set tuned_params="skew_tick=1 isolcpus=2"\nset tuned_initrd="/boot/tuned.img"\n' + HEADER % "0" + EL7,
             "grub2"), "3.10.0-1160.119.1.el7.x86_64",
        ["initramfs-3.10.0-1160.119.1.el7.x86_64.img", "tuned.img"], ["skew_tick=1 isolcpus=2"]),
    "el7 with its menu on the EFI system partition": Case(
        {"efi/EFI/centos/grub.cfg": HEADER % "${saved_entry}" + EL7.replace("linux16", "linuxefi"),
         "efi/EFI/centos/grubenv": environment(saved_entry="1"),
         "boot/grub2/grubenv": ("->", "../efi/EFI/centos/grubenv")},
        "3.10.0-1160.el7.x86_64", ["initramfs-3.10.0-1160.el7.x86_64.img"], efi=True),
    "amazon linux 2": Case(
        grub(HEADER % "${saved_entry}" + entry(
            "Amazon Linux (5.10.225-213.878.amzn2.x86_64) 2", "5.10.225-213.878.amzn2.x86_64",
            f"root=UUID={UUID} ro console=tty0 console=ttyS0,115200n8 net.ifnames=0 biosdevname=0 "
            "nvme_core.io_timeout=4294967295 rd.emergency=poweroff rd.shell=0"), "grub2"),
        "5.10.225-213.878.amzn2.x86_64", ["initramfs-5.10.225-213.878.amzn2.x86_64.img"],
        ["net.ifnames=0 biosdevname=0", "rd.emergency=poweroff"]),
    "el8, the newest, with kernelopts of the environment": Case(
        grub(EL8_MENU, "grub2", grubenv=environment(kernelopts=f"root=UUID={UUID} ro crashkernel=auto"))
        | entries(*EL8, options="$kernelopts $tuned_params"),
        EL8[1], [f"initramfs-{EL8[1]}.img"], ["crashkernel=auto"], ["fallback", "kernelopts"]),
    "el8, kernelopts of the menu": Case(grub(EL8_MENU, "grub2") | entries(*EL8, options="$kernelopts"),
                                        EL8[1], [f"initramfs-{EL8[1]}.img"], ["fallback=1"]),
    "el8, saved": Case(
        grub(EL8_MENU, "grub2", grubenv=environment(saved_entry=f"0f2a77-{EL8[2]}")) | entries(*EL8),
        EL8[2], [f"initramfs-{EL8[2]}.img"], ["net.ifnames=0"]),
    "el8, a debug kernel that is not saved": Case(
        grub(EL8_MENU, "grub2", grubenv=environment(saved_entry=f"0f2a77-{EL8[1]}"))
        | entries(*EL8, EL8[1] + "+debug"), EL8[1], [f"initramfs-{EL8[1]}.img"]),
    "el8, saved as a number": Case(
        grub(EL8_MENU, "grub2", grubenv=environment(saved_entry="1")) | entries(*EL8),
        EL8[0], [f"initramfs-{EL8[0]}.img"]),
    "el9, entries with options of their own and a rescue entry": Case(
        grub(EL8_MENU, "grub2") | entries("5.14.0-284.25.1.el9_2.x86_64", "5.14.0-284.11.1.el9_2.x86_64", "0-rescue"),
        "5.14.0-284.25.1.el9_2.x86_64", ["initramfs-5.14.0-284.25.1.el9_2.x86_64.img"], ["net.ifnames=0"]),
    "entries with a devicetree": Case(
        grub(EL8_MENU, "grub2") | entries(EL8[0], devicetree="/boot/dtb"), unsure="not sure of"),
    "entries with two lines of options": Case(
        grub(EL8_MENU, "grub2") | entries(EL8[0], options="root=UUID=1\noptions ro"), unsure="not sure of"),
    "fedora: /boot apart, found by a stub on the EFI system partition": Case(
        {"efi/EFI/fedora/grub.cfg": f"search --no-floppy --root-dev-only --fs-uuid --set=dev {BOOT_UUID}\n"
         "set prefix=($dev)/grub2\nexport $prefix\nconfigfile $prefix/grub.cfg\n"}
        | grub(EL8_MENU.replace(UUID, BOOT_UUID), "grub2")
        | entries("6.9.5-200.fc40.x86_64", "6.8.5-301.fc40.x86_64", prefix="", initrd="/initramfs-%s.img"),
        "6.9.5-200.fc40.x86_64", ["initramfs-6.9.5-200.fc40.x86_64.img"], boot=True, efi=True),
    "ubuntu on AWS, which tries without an initrd first": Case(
        grub(UBUNTU % "0" + UBUNTU_ENTRIES), "6.8.0-1016-aws", [], ["panic=-1", "console=ttyS0"]),
    "ubuntu on AWS, where that has failed": Case(
        grub(UBUNTU % "0" + UBUNTU_ENTRIES, grubenv=environment(initrdfail="1")),
        "6.8.0-1016-aws", ["initrd.img-6.8.0-1016-aws"], ["nvme_core.io_timeout=4294967295"], ["panic"]),
    "ubuntu, pinned by GRUB_DEFAULT": Case(
        grub(UBUNTU % "1>1" + f"{UBUNTU_LIST[0]}submenu 'Advanced' $menuentry_id_option 'adv' {{\n{UBUNTU_ENTRIES}}}\n",
             grubenv=environment(initrdfail="1")), "6.8.0-1015-aws", [], ["panic=-1"]),
    "ubuntu with a stub on the EFI system partition": Case(
        {"efi/EFI/ubuntu/grub.cfg": f"search.fs_uuid {UUID} root hd0,gpt1 \nset prefix=($root)'/boot/grub'\n"
         "configfile $prefix/grub.cfg\n"} | grub(UBUNTU % "0" + UBUNTU_ENTRIES, grubenv=environment(initrdfail="1")),
        "6.8.0-1016-aws", ["initrd.img-6.8.0-1016-aws"], efi=True),
    "suse, paths in the subvolume": Case(
        grub(SUSE, "grub2"), "6.4.0-150600.23-default", ["initrd-6.4.0-150600.23-default"],
        ["splash=silent net.ifnames=0"], ["extra"], subvolume="@/.snapshots/1/snapshot"),
    "debian on btrfs, paths from the top": Case(
        grub(HEADER % "0" + entry("Debian", "6.1.0-9-amd64", f"root=UUID={UUID} ro rootflags=subvol=@",
                                  initrd="/@/boot/initrd.img-%s").replace("/boot/vmlinuz", "/@/boot/vmlinuz")),
        "6.1.0-9-amd64", ["initrd.img-6.1.0-9-amd64"], ["rootflags=subvol=@"], subvolume="@"),
    "arch, microcode first": Case(
        grub(HEADER % "0" + f"menuentry 'Arch Linux' --class arch {{\n{SEARCH}\tlinux\t/boot/vmlinuz-linux "
             f"root=UUID={UUID} rw net.ifnames=0\n\tinitrd\t/boot/amd-ucode.img /boot/initramfs-linux.img\n}}\n"),
        "linux", ["amd-ucode.img", "initramfs-linux.img"], ["rw net.ifnames=0"]),
    "alpine": Case(
        grub('set timeout=0\nmenuentry "Alpine, with Linux virt" {\n\tsearch --no-floppy --label --set=root cloudimg-rootfs\n'
             "\tlinux /boot/vmlinuz-virt root=LABEL=cloudimg-rootfs modules=ext4,nvme console=ttyS0,115200n8\n"
             "\tinitrd /boot/initramfs-virt\n}\n"), "virt", ["initramfs-virt"], ["modules=ext4,nvme"]),
    "a handwritten menu": Case(
        grub("# mine\ndefault=1\ntimeout=0\nmenuentry one { linux /boot/vmlinuz-1 root=/dev/xvda1; initrd /boot/initrd-1; }\n"
             'menuentry "two words" { linux /boot/vmlinuz-2 root=/dev/xvda1 a="b c" \\\n  d; initrd /boot/initrd-2; }\n'),
        "2", ["initrd-2"], ['"a=b c" d']),
    "custom.cfg adds an entry that is the default": Case(
        grub(HEADER % "mine" + EL7 + "if [ -f  ${config_directory}/custom.cfg ]; then\n  source ${config_directory}/custom.cfg\n"
             'elif [ -z "${config_directory}" -a -f  $prefix/custom.cfg ]; then\n  source $prefix/custom.cfg\nfi\n', "grub2",
             **{"custom.cfg": "menuentry 'Mine' --unrestricted --id mine { linux /boot/vmlinuz-mine root=UUID=1 own=1\n"
                "initrd /boot/initrd-mine\n}\n"}), "mine", ["initrd-mine"], ["own=1"]),
    "what resumes from a swap partition, or names an address": Case(
        grub(PLAIN % " resume=UUID=2 resume_offset=5 quiet ifname=net0:06:00:00:00:00:aa BOOTIF=01-06-00 noresume"),
        "1", ["initrd-1"], ["ro quiet noresume"], ["resume=", "ifname", "BOOTIF"]),
    "words for init": Case(grub(PLAIN % " quiet -- single x"), "1", ["initrd-1"], ["ro quiet -- single x"]),
    "a file that is not there": Case(grub(PLAIN % "" + "# -\n", **{"missing": ""}), unsure="is not there"),
    "another boot loader": Case(grub("menuentry 'Windows' {\n\tset root='hd0,gpt1'\n\tchainloader +1\n}\n" + PLAIN % ""),
                                unsure="chainloader"),
    "xen": Case(grub("menuentry 'Xen' {\n\tmultiboot2 /boot/xen.gz\n\tmodule2 /boot/vmlinuz-1\n}\n"), unsure="multiboot2"),
    "el9, saved, in a menu that does not load the environment itself": Case(
        grub('set default="${saved_entry}"\ninsmod blscfg\nblscfg\n', "grub2",
             grubenv=environment(saved_entry=f"0123-{EL8[2]}")) | entries(*EL8, machine="0123"),
        EL8[2], [f"initramfs-{EL8[2]}.img"]),
    "a newer kernel that the menu does not name": Case(
        grub(PLAIN % " quiet") | {"boot/vmlinuz-2": "", "boot/initrd-2": ""}, "1", ["initrd-1"], ["quiet"]),
    "an environment block that is not valid": Case(
        grub(HEADER % "${saved_entry}" + EL7, "grub2", grubenv="saved_entry=1\n"), "3.10.0-1160.119.1.el7.x86_64",
        ["initramfs-3.10.0-1160.119.1.el7.x86_64.img"]),
    "an option before the title": Case(grub("menuentry --class x 't' {\n}\n" + PLAIN % ""), unsure="title"),
    "a default in octal": Case(grub("set default=01\n" + PLAIN % "" + PLAIN % ""), unsure="not sure of the default"),
    "a loop": Case(grub("for i in 1 2; do\n  set x=$i\ndone\n" + PLAIN % " $x"), unsure="for"),
    "a file that it searches": Case(grub("search --file --set=root /boot/vmlinuz-1\n" + PLAIN % ""), unsure="search"),
    "a quote that is not closed": Case(grub("set x='y\n" + PLAIN % ""), unsure="not sure of"),
    "a block that is not closed": Case(grub(PLAIN[:-2] % ""), unsure="it lacks }"),
    "menus for BIOS and EFI that differ": Case(
        {"efi/EFI/x/grub.cfg": "search --fs-uuid --set=root %s\n" % UUID + PLAIN % " efi"} | grub(PLAIN % " bios"),
        unsure="lead to 2 entries", efi=True),
    "what depends on the firmware": Case(
        grub('if [ "$grub_platform" = efi ]; then\n set o=efi\nelse\n set o=bios\nfi\n' + PLAIN % " $o"),
        unsure="lead to 2 entries"),
    "what depends on a processor": Case(grub("if cpuid -l; then set o=64; fi\n" + PLAIN % " $o"), unsure="lead to 2 entries"),
    "a menu entry for the firmware's settings only": Case(
        grub(HEADER % "0" + EL7 + 'if [ "$grub_platform" = "efi" ]; then\n\tmenuentry "UEFI Firmware Settings" {\n\t\tfwsetup\n'
             "\t}\nfi\n", "grub2"), "3.10.0-1160.119.1.el7.x86_64", ["initramfs-3.10.0-1160.119.1.el7.x86_64.img"]),
    "ubuntu 24.04: the firmware's settings by a status, a list of graphics": Case(
        grub(UBUNTU % "0" + "if [ -e ${prefix}/gfxblacklist.txt ]; then\n  if [ ${grub_platform} != pc ]; then\n    set "
             "linux_gfx_mode=keep\n  elif hwmatch ${prefix}/gfxblacklist.txt 3; then\n    if [ ${match} = 0 ]; then\n      "
             "set linux_gfx_mode=keep\n    else\n      set linux_gfx_mode=text\n    fi\n  fi\nfi\n" + UBUNTU_ENTRIES
             + 'if [ "$grub_platform" = "efi" ]; then\n\tfwsetup --is-supported\n\tif [ "$?" = 0 ]; then\n\t\tmenuentry '
             "'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {\n\t\t\tfwsetup\n\t\t}\n\tfi\nfi\n",
             grubenv=environment(initrdfail="1"), **{"gfxblacklist.txt": "v1 d1 s1\n"}),
        "6.8.0-1016-aws", ["initrd.img-6.8.0-1016-aws"]),
    "no menu": Case({"boot/vmlinuz-1": "", "boot/initrd.img-1": ""}, unsure="lead to 0 entries"),
    "a menu of another boot loader alone": Case({"boot/extlinux/extlinux.conf": "default linux\n"}, unsure="lead to 0 entries"),
    "a disk that is not the volume's": Case(
        grub(PLAIN.replace("/boot/", "(hd1,gpt1)/boot/") % ""), unsure="(hd1,gpt1)"),
    "a menu that reads itself in": Case(grub("source $prefix/grub.cfg\n" + PLAIN % ""), unsure="recursion"),
    "a default that is a number to some and a name to others": Case(
        grub("set default=0123-x\n" + PLAIN % "", "grub2"), unsure="not sure of the default"),
}
