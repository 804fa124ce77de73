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
# shellcheck source=boot/program/cpio.sh
. "$program/cpio.sh"

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
    nvme1n1) echo LABEL=BARE; echo TYPE=ext4 ;;
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
expect 'a disk without a serial is none of them' '' "$(find_disk 'vol-' /dev/sdf)"
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

boot=$work/boot
mkdir -p "$boot/grub"
for version in 6.1.0-9-amd64 6.1.0-41-amd64; do
  touch "$boot/vmlinuz-$version" "$boot/initrd.img-$version"
done
expect 'the newest kernel, by version, where no menu names one' \
  "$boot/vmlinuz-6.1.0-41-amd64 $boot/initrd.img-6.1.0-41-amd64 ro" \
  "$(boot_entry "$boot" && echo "$kernel $initrd $options")"
cat >"$boot/grub/grub.cfg" <<'GRUB'
set default="0"
menuentry 'Debian GNU/Linux' --class debian {
	linux	/boot/vmlinuz-6.1.0-9-amd64 root=UUID=11 ro single
	initrd	/boot/initrd.img-6.1.0-9-amd64
}
menuentry 'Old' {
	linux	/boot/vmlinuz-6.1.0-9-amd64 root=UUID=11 ro old
	initrd	/boot/initrd.img-6.1.0-9-amd64
	}
menuentry 'New' {
	if [ "${initrdfail}" = 1 ]; then
	  linux	/boot/vmlinuz-6.1.0-41-amd64 root=PARTUUID=22 ro quiet nvme_core.io_timeout=4294967295
	  initrd	/boot/microcode.cpio /boot/initrd.img-6.1.0-41-amd64
	else
	  linux	/boot/vmlinuz-6.1.0-41-amd64 root=PARTUUID=22 ro quiet panic=-1
	fi
}
menuentry 'Removed' {
	linux	/boot/vmlinuz-6.9.0-1-amd64 root=UUID=11 ro
	initrd	/boot/initrd.img-6.9.0-1-amd64
}
GRUB
boot_entry "$boot"
expect 'the newest kernel that is there' "$boot/vmlinuz-6.1.0-41-amd64" "$kernel"
expect 'its initrd, microcode apart' "$boot/initrd.img-6.1.0-41-amd64" "$initrd"
expect 'its own options' 'root=PARTUUID=22 ro quiet nvme_core.io_timeout=4294967295' "$options"
# shellcheck disable=SC2086 # words
expect 'root replaced, console and panic added' \
  'root=/dev/x ro quiet nvme_core.io_timeout=4294967295 panic=10 console=ttyS0,115200 k=v' \
  "$(kernel_options /dev/x k=v $options)"
# shellcheck disable=SC2016 # a word of some boot entries
expect 'console, panic and root flags of its own stay' \
  'root=/dev/x console=ttyS0 panic=-1 rootflags=subvol=@ k=v' \
  "$(kernel_options /dev/x k=v BOOT_IMAGE=/v root=LABEL=a console=ttyS0 panic=-1 \
    rootflags=subvol=@ '$tuned_params' ec2spotter.engine=kexec)"

cat >"$work/words" <<'WORDS'
root=UUID=1 -n a=* b=? [c] d=\n\\ e="f  g *"   h='i j' "k=l m" ~ x$(n) `o` p=\
root=/dev/x -n a=* b=? [c] d=\n\\ e="f  g *" h='i j' "k=l m" ~ x$(n) `o` p=\ panic=10 console=ttyS0,115200 k=v
WORDS
expect 'words with a meaning to a shell arrive as they are' "$(sed -n 2p "$work/words")" \
  "$(cd / && kernel_options /dev/x k=v "$(sed -n 1p "$work/words")")"
odd=$work/odd
mkdir -p "$odd/grub"
touch "$odd/vmlinuz-1" "$odd/initrd.img-1"
printf '%s\n' 'linux /vmlinuz-1 root=UUID=11 -n a=* b=? c=\x d="e  *" \c f' 'initrd /initrd.img-1' \
  >"$odd/grub/grub.cfg"
(cd / && boot_entry "$odd" && kernel_options /dev/x k=v "$options") >"$work/made"
expect 'from the menu too' \
  'root=/dev/x -n a=* b=? c=\x d="e  *" \c f panic=10 console=ttyS0,115200 k=v' "$(cat "$work/made")"

bls=$work/bls
mkdir -p "$bls/loader/entries" "$bls/grub2"
for version in 5.14.0-70.el9.x86_64 5.14.0-362.el9.x86_64 0-rescue-abc; do
  touch "$bls/vmlinuz-$version" "$bls/initramfs-$version.img"
  # shellcheck disable=SC2016 # as such entries have them
  printf 'title x\nlinux /vmlinuz-%s\ninitrd /initramfs-%s.img $tuned_initrd\noptions $kernelopts extra=%s\n' \
    $version $version $version >"$bls/loader/entries/id-$version.conf"
done
echo 'kernelopts=root=UUID=33 ro crashkernel=auto' >"$bls/grub2/grubenv"
boot_entry "$bls"
expect 'loader entries: newest, no rescue' "$bls/initramfs-5.14.0-362.el9.x86_64.img" "$initrd"
# shellcheck disable=SC2016 # dropped by kernel_options
expect 'loader entries: kernelopts' \
  'root=UUID=33 ro crashkernel=auto $kernelopts extra=5.14.0-362.el9.x86_64' "$options"
if boot_entry "$work/sys"; then expect 'no entry where there is no kernel' false true; fi

# shellcheck source=boot/program/preboot.sh
. "$program/preboot.sh"
run=$work
by_id() { echo "/dev/disk/by-id/nvme-$1"; }
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
if have_twins nvme0n1 nvme2n1; then twins=yes; else twins=no; fi
expect 'a clone shares names' yes "$twins"
if have_twins nvme0n1 nvme1n1; then twins=yes; else twins=no; fi
expect 'another disk does not' no "$twins"

hide_disk vol0aaaaaaaaaaaaaaa1 >"$work/hide.cpio"
mkdir "$work/unpacked"
(cd "$work/unpacked" && busybox cpio -id <"$work/hide.cpio" 2>/dev/null) || expect 'cpio reads it' 0 $?
expect 'the rule names the preboot disk' 1 \
  "$(grep -c 'ATTRS{serial}=="vol0aaaaaaaaaaaaaaa1\*".*remove' \
    "$work/unpacked/etc/udev/rules.d/00-ec2spotter.rules" 2>/dev/null)"
expect 'padding to four bytes' '0 3 2 1' \
  "$(for size in 8 9 10 11; do cpio_pad $size | wc -c; done | xargs)"

[ "$failures" -eq 0 ] || exit 1
