#!/bin/sh
# Tests of the boot program's pure parts, under whichever shell runs this file.
# usage: SHELL pure_test.sh FOLDER-OF-THE-PROGRAM
set -eu
program=$1
work=$(mktemp -d)
clean_up() { rm -rf "$work"; }
trap clean_up EXIT
failures=0

# expect WHAT WANTED GOT
expect() {
  [ "$2" = "$3" ] || {
    failures=$((failures + 1))
    printf 'FAILED: %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
  }
}

EC2SPOTTER_SYS=$work/sys
# shellcheck source=boot/program/volume.sh
. "$program/volume.sh"
# shellcheck source=boot/program/boot_entry.sh
. "$program/boot_entry.sh"

# nvme DISK SERIAL NUMBER...: a disk with partitions of these numbers
nvme() {
  disk=$1
  mkdir -p "$work/sys/block/$disk/device" "$work/sys/class/block"
  printf '%s\n' "$2" >"$work/sys/block/$disk/device/serial"
  shift 2
  for n in "$@"; do
    mkdir -p "$work/sys/block/$disk/${disk}p$n"
    echo "$n" >"$work/sys/block/$disk/${disk}p$n/partition"
    ln -sfn "../../block/$disk/${disk}p$n" "$work/sys/class/block/${disk}p$n"
  done
}

# The volume's partitions carry the same tags as the preboot disk's: a clone.
probe() {
  case $1 in
    nvme0n1p1 | nvme2n1p1) echo LABEL=cloudimg-rootfs; echo UUID=aa-11; echo PART_ENTRY_UUID=pu-1 ;;
    nvme0n1p16 | nvme2n1p16) echo LABEL=BOOT; echo UUID=bb-22; echo PART_ENTRY_UUID=pu-16 ;;
    nvme1n1) echo LABEL=BARE; echo UUID=cc-33; echo TYPE=ext4 ;;
  esac
}

nvme nvme0n1 'vol0aaaaaaaaaaaaaaa1   ' 1 16
nvme nvme1n1 'vol0ccccccccccccccc3' # no partition table
nvme nvme2n1 'vol0bbbbbbbbbbbbbbb2           ' 1 14 16
mkdir -p "$work/sys/block/loop0" "$work/sys/block/xvdf"

expect 'the disk is known by its serial, blank padded' nvme2n1 \
  "$(find_disk vol-0bbbbbbbbbbbbbbb2 /dev/sdf)"
expect 'whatever its number' nvme0n1 "$(find_disk vol-0aaaaaaaaaaaaaaa1 /dev/sdf)"
expect 'the name of the attachment counts on Xen only' '' "$(find_disk vol-0ddddddddddddddd4 /dev/sdf)"
expect 'a volume id that merely begins alike is another volume' '' \
  "$(find_disk vol-0bbbbbbbbbbbbbbb /dev/sdf)"
expect 'of several volumes, the one that is there' nvme2n1 \
  "$(find_disk 'vol-0ddddddddddddddd4 vol-0bbbbbbbbbbbbbbb2 vol-0eeeeeeeeeeeeeee5' /dev/sdf)"
expect 'and which of them it is' vol-0bbbbbbbbbbbbbbb2 \
  "$(volume_of nvme2n1 'vol-0ddddddddddddddd4 vol-0bbbbbbbbbbbbbbb2')"
expect 'of several volumes, none' '' \
  "$(find_disk 'vol-0ddddddddddddddd4 vol-0bbbbbbbbbbbbbbb' /dev/sdf)"
expect 'a disk without a serial is not one of them' '' "$(find_disk 'vol-' /dev/sdf)"
mkdir -p "$work/sys/hypervisor" && echo xen >"$work/sys/hypervisor/type"
expect 'on Xen /dev/sdf is xvdf' xvdf "$(find_disk vol-0ddddddddddddddd4 /dev/sdf)"
expect 'on Xen an absent device is not replaced by another' '' "$(find_disk vol-0ddddddddddddddd4 sdg)"
expect 'on Xen the one volume is the one that was meant' vol-0ddddddddddddddd4 \
  "$(volume_of xvdf vol-0ddddddddddddddd4)"
expect 'on Xen the disk does not tell which of several' unknown \
  "$(volume_of xvdf 'vol-0ddddddddddddddd4 vol-0bbbbbbbbbbbbbbb2')"
rm "$work/sys/hypervisor/type"

expect 'partitions of a disk' 'nvme2n1p1 nvme2n1p14 nvme2n1p16' "$(partitions nvme2n1 | xargs)"
expect 'a disk without a table is its own partition' nvme1n1 "$(partitions nvme1n1)"

cat >"$work/fstab" <<'FSTAB'
# /boot comment
LABEL=cloudimg-rootfs	/	 ext4	discard 0 1

LABEL=BOOT	/boot/	ext4	defaults	0 2
UUID=AAAA-BBBB /boot/efi vfat umask=0077 0 1
FSTAB
expect 'fstab names /boot, with or without a slash at its end' LABEL=BOOT \
  "$(fstab_spec "$work/fstab" /boot)"
expect 'a comment is no entry' '' "$(fstab_spec "$work/fstab" comment)"
expect 'no fstab, no entry' '' "$(fstab_spec "$work/none" /boot)"

expect 'LABEL on the volume, not on its twin' nvme2n1p16 "$(resolve LABEL=BOOT nvme2n1)"
expect 'quoted UUID' nvme2n1p1 "$(resolve 'UUID="aa-11"' nvme2n1)"
expect 'PARTUUID' nvme2n1p16 "$(resolve PARTUUID=pu-16 nvme2n1)"
expect 'link by UUID' nvme2n1p16 "$(resolve /dev/disk/by-uuid/bb-22 nvme2n1)"
expect 'link by PARTUUID' nvme2n1p16 "$(resolve /dev/disk/by-partuuid/pu-16 nvme2n1)"
expect 'a device name means its number' nvme2n1p16 "$(resolve /dev/xvda16 nvme2n1)"
expect 'an NVMe name means its number' nvme2n1p14 "$(resolve /dev/nvme0n1p14 nvme2n1)"
expect 'what another disk has is not looked at' '' "$(resolve LABEL=BARE nvme2n1)"
expect 'a network file system is no partition' '' "$(resolve host:/export nvme2n1)"

root=$work/root
mkdir -p "$root/srv/a" "$root/etc/links"
ln -s /srv "$root/etc/links/absolute"
ln -s ../../srv/a "$root/etc/links/relative"
ln -s absolute/a/../b "$root/etc/links/chain"
ln -s ../../../../../../srv "$root/etc/links/above"
ln -s loop "$root/etc/links/loop"
for link in absolute=/srv relative=/srv/a chain=/srv/b above=/srv absolute/x/y=/srv/x/y \
  loop=/etc/links/loop none/z=/etc/links/none/z; do
  expect "links are followed inside of the root: $link" "$root${link#*=}" \
    "$(in_root "/etc/links/${link%%=*}")"
done

kept() { cat "$work/kept/$1" 2>/dev/null || :; }
mkdir -p "$work/kept" "$work/sys/block/nvme0n1/device" "$work/sys/block/nvme1n1/device"
echo nvme1n1 >"$work/kept/disk"
expect 'the name in the menu stays, where nothing else has it' LABEL=BARE \
  "$(root_name nvme1n1 LABEL=BARE initrd)"
expect 'what means another partition, or a device, is replaced by the UUID' UUID=cc-33 \
  "$(root_name nvme1n1 /dev/nvme0n1p1 initrd)"
expect 'also where the menu means nothing that is here' UUID=cc-33 "$(root_name nvme1n1 UUID=no initrd)"
echo nvme2n1 >"$work/kept/disk"
by_id() { echo "/dev/disk/by-id/nvme-$1"; }
expect 'a name that the preboot disk has too is no name; nor is a link, with an initrd of no known kind' \
  '' "$(root_name nvme2n1p1 LABEL=cloudimg-rootfs initrd)"
mkdir -p "$root/usr/share/initramfs-tools"
expect 'with an initrd that has udev, the link by its serial is' \
  /dev/disk/by-id/nvme-nvme2n1p1 "$(root_name nvme2n1p1 LABEL=cloudimg-rootfs initrd)"
expect 'without an initrd nobody knows the link' '' "$(root_name nvme2n1p1 PARTUUID=pu-1 '')"
rm -r "$work/sys/block/nvme0n1/device"
expect 'without the other disk, the names are sure' 'PARTUUID=pu-1 LABEL=cloudimg-rootfs' \
  "$(root_name nvme2n1p1 PARTUUID=pu-1 '') $(root_name nvme2n1p1 LABEL=cloudimg-rootfs initrd)"
expect 'without an initrd the kernel knows PARTUUID only' PARTUUID=pu-1 \
  "$(root_name nvme2n1p1 LABEL=cloudimg-rootfs '')"
mkdir -p "$work/sys/block/nvme0n1/device"
printf 'vol0aaaaaaaaaaaaaaa1   \n' >"$work/sys/block/nvme0n1/device/serial"

# shellcheck source=boot/program/preboot.sh
. "$program/preboot.sh"
run=$work
menu=$work/menu
mkdir -p "$menu/grub" "$menu/loader/entries"
printf 'menuentry A {\n\tlinux\t/vmlinuz-1 root=LABEL=cloudimg-rootfs ro\n\tinitrd\t/initrd.img-1\n}\n%s\n' \
  'menuentry B { linux /vmlinuz-0 root=LABEL=cloudimg-rootfs ro }' >"$menu/grub/grub.cfg"
echo 'options root=UUID=aa-11 ro' >"$menu/loader/entries/a.conf"
echo 'options root=UUID=elsewhere ro' >"$menu/loader/entries/b.conf"
pin_boot_menu nvme0n1 "$menu"
expect 'the menu names the root of the preboot disk by its serial, in each entry' 2 \
  "$(grep -c 'root=/dev/disk/by-id/nvme-nvme0n1p1 ro' "$menu/grub/grub.cfg")"
expect 'nothing else in the menu changes' 1 "$(grep -c 'initrd./initrd.img-1$' "$menu/grub/grub.cfg")"
expect 'loader entries too' 'options root=/dev/disk/by-id/nvme-nvme0n1p1 ro' \
  "$(cat "$menu/loader/entries/a.conf")"
expect 'what the disk does not hold stays' 'options root=UUID=elsewhere ro' \
  "$(cat "$menu/loader/entries/b.conf")"
add_words "$menu" 'net.ifnames=0 '
add_words "$menu" 'net.ifnames=0 '
expect 'words are added to the options of each entry, once' \
  'linux/vmlinuz-1root=/dev/disk/by-id/nvme-nvme0n1p1ronet.ifnames=0' \
  "$(sed -n 2p "$menu/grub/grub.cfg" | tr -d '[:space:]')"
expect 'and nowhere else' 1 "$(grep -c 'initrd./initrd.img-1$' "$menu/grub/grub.cfg")"
expect 'also to loader entries' 'options root=UUID=elsewhere ro net.ifnames=0 ' \
  "$(cat "$menu/loader/entries/b.conf")"
expect 'the disks beside one' 'nvme1n1 nvme2n1' "$(other_disks nvme0n1 | xargs)"
if have_twins nvme0n1; then twins=yes; else twins=no; fi
expect 'a clone shares names, whichever disk it is' yes "$twins"
mv "$work/sys/block/nvme2n1" "$work/away"
if have_twins nvme0n1; then twins=yes; else twins=no; fi
expect 'another disk does not' no "$twins"

[ "$failures" -eq 0 ] || exit 1
