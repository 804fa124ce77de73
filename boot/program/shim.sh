# Runs as the preboot disk's init: enters the volume, or starts the init that it stands in for.
# shellcheck shell=sh disable=SC2154
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
root=/ec2spotter-root
original=/sbin/init.ec2spotter-original
arguments="$*"

mount_kernel_folders() {
  [ -e /proc/self ] || mount -t proc proc /proc || :
  [ -e /sys/block ] || mount -t sysfs sysfs /sys || :
  grep -q ' /dev ' /proc/mounts || mount -t devtmpfs devtmpfs /dev || :
  grep -q ' /run ' /proc/mounts || mount -t tmpfs -o mode=755 tmpfs /run || :
}

# stop REASON TEXT, in the child: tells the parent why.
stop() {
  echo "$1 $2" >/run/ec2spotter/shim_failed || :
  exit 1
}

find_part() {
  tries=0
  until disk=$(find_disk "$volume" "$device") && [ -n "$disk" ] && [ -b "/dev/$disk" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || stop volume_absent "$volume did not appear within 60 s"
    sleep 0.2
  done
  head -c 512 "/dev/$disk" >/dev/null || stop unreadable "/dev/$disk cannot be read"
  for name in $(partitions "$disk"); do
    [ "$(partition_number "$name")" != "$number" ] || part=$name
  done
  [ -n "${part:-}" ] || stop no_partition "/dev/$disk lost its partition $number"
}

mount_root() {
  case $type in
    ext*)
      repaired=0
      repair "$part" "$type" || repaired=$?
      cat "$run/e2fsck"
      case $repaired in
        0) ;;
        8) stop unchecked "/dev/$part is not clean, and cannot be checked here" ;;
        *) stop fsck "e2fsck -p /dev/$part ended with $repaired" ;;
      esac ;;
    xfs) options=nouuid, ;;
    btrfs) options=${subvolume:+subvol=$subvolume,} ;;
  esac
  echo "mount /dev/$part" >"$run/doing"
  mount -t "$type" -o "${options:-}rw" "/dev/$part" $root || stop mount "/dev/$part cannot be mounted"
  mkdir -p $root/old-root $root/dev $root/proc $root/sys $root/run || : # they are there, on a full disk
  chroot $root /bin/sh -c '[ -x /sbin/init ]' || stop no_init "the volume's /sbin/init cannot be run"
}

# The running kernel is this disk's: its modules are shown to the volume, not copied onto it. Where no
# folder can be made for them, all modules of this disk stand before those of the volume.
lend_modules() {
  modules=/lib/modules/$(uname -r)
  [ ! -e "$root$modules/modules.dep" ] || return 0
  chroot $root mkdir -p "$modules" || modules=/lib/modules
  if [ -L $root/lib ]; then at=$root/usr$modules; else at=$root$modules; fi
  mount --bind "$modules" "$at" || stop modules "no place for $modules"
}

# With no link to it, nothing on this disk is taken for a part of the volume with the same label.
hide_preboot() {
  [ -n "$preboot_serial" ] || return 0
  rm -rf /run/udev/data /run/udev/links /run/udev/tags /dev/disk
  mkdir -p /run/udev/rules.d
  echo "SUBSYSTEM==\"block\", ATTRS{serial}==\"$preboot_serial*\", SYMLINK:=\"ec2spotter/%k\"" \
    >/run/udev/rules.d/00-ec2spotter.rules
}

prepare() {
  set -eu
  echo "waiting for $volume" >"$run/doing"
  for word in $words; do
    grep -qF " $word" /proc/cmdline || stop net_names "this disk's boot menu takes no $word"
  done
  find_part
  mount_root
  lend_modules
  hide_preboot
  echo "ec2spotter.engine=pivot ec2spotter.volume=$volume ec2spotter.instance=$body" \
    "ec2spotter.visit=$visit${preboot_serial:+ ec2spotter.preboot=$preboot_serial}" \
    "${own_attaching:+ec2spotter.unattended}" >/run/ec2spotter/entered
}

# Without -n, mount would want its own table in /run at the very moment when that goes.
move_kernel_folders() {
  mount -n --make-rprivate / || return 1
  for folder in dev proc sys run; do
    mount -n --move /$folder $root/$folder || return 1
  done
}

start_original() {
  for folder in run sys dev proc; do
    ! grep -q " $root/$folder " "$1/mounts" || mount -n --move $root/$folder /$folder || :
  done
  reason=pivot text="the root could not be changed; the console says why"
  [ ! -s /run/ec2spotter/shim_failed ] || read -r reason text </run/ec2spotter/shim_failed || :
  rm -f /run/ec2spotter/entered /run/udev/rules.d/00-ec2spotter.rules || :
  cut -d ' ' -f 2 /proc/mounts | grep "^$root" | sort -r | while read -r point; do
    umount -n "$point" || :
  done
  say "enter fail reason=$reason text=\"$text\""
  if mount -o remount,rw /; then echo "$reason $text" >/var/lib/ec2spotter/shim_failed || :; fi
  mount -o remount,ro / || :
  # shellcheck disable=SC2086 # the kernel's own words
  exec "$original" $arguments
}

mount_kernel_folders
mkdir -p /run/ec2spotter || :
rm -f /run/ec2spotter/shim_failed || :
say "enter start engine=pivot by=shim"
say_busy enter 3900 &
busy_teller=$!
prepared=0
prepare &
wait $! || prepared=$? # in the background, set -e of prepare holds
kill "$busy_teller" || :
wait "$busy_teller" || :
[ "$prepared" -eq 0 ] || start_original /proc
move_kernel_folders || {
  if [ -e /proc/mounts ]; then start_original /proc; else start_original $root/proc; fi
}
cd $root || start_original $root/proc
# On a full disk no folder can be made.
for old in old-root mnt media tmp; do
  [ ! -d $old ] || break
done
pivot_root . "$old" || start_original $root/proc
# shellcheck disable=SC2086,SC2094 # the kernel's own words; the console is no file
exec chroot . /sbin/init $arguments <dev/console >dev/console 2>&1
