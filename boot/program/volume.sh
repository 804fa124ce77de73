# shellcheck shell=sh
# Finds disks, partitions and what an fstab names; reads only, but for replace_file. $sys lets tests
# bring their own.
sys=${EC2SPOTTER_SYS:-/sys}
run=${run:-/run/ec2spotter}

# serial_of DISK: empty where the disk has none.
serial_of() {
  serial=
  [ ! -r "$sys/block/$1/device/serial" ] || read -r serial <"$sys/block/$1/device/serial" || :
  echo "$serial"
}

# find_disk VOLUMES DEVICE: the kernel's name of the disk of one of these volumes (words), or nothing.
# By DEVICE, the name of the attachment, only on Xen, whose disks do not tell their volume.
find_disk() {
  for entry in "$sys"/block/*; do
    serial=$(serial_of "${entry##*/}")
    case "$serial $1 " in vol*" vol-${serial#vol} "*)
      echo "${entry##*/}"
      return 0 ;;
    esac
  done
  on_xen || return 0
  name=${2#/dev/}
  case $name in sd*) name=xvd${name#sd} ;; esac
  [ ! -e "$sys/block/$name" ] || echo "$name"
}

# volume_of DISK VOLUMES: which of these volumes the disk is that find_disk found; `unknown` where it
# does not tell and there are several.
volume_of() {
  serial=$(serial_of "$1")
  case "$serial $2" in
    vol*) echo "vol-${serial#vol}" ;;
    *' vol-'*' vol-'*) echo unknown ;;
    *) echo "$2" ;;
  esac
}

on_xen() {
  hypervisor=
  [ ! -r "$sys/hypervisor/type" ] || read -r hypervisor <"$sys/hypervisor/type" || :
  [ "$hypervisor" = xen ]
}

# partitions DISK: one name a line; the disk itself if it has none.
partitions() {
  found=
  for entry in "$sys/block/$1/$1"*; do
    [ -e "$entry/partition" ] || continue
    found=1
    echo "${entry##*/}"
  done
  [ -n "$found" ] || echo "$1"
}

# other_disks DISK: what is here beside it: the preboot disk, and data volumes.
other_disks() {
  for entry in "$sys"/block/*; do
    [ "${entry##*/}" = "$1" ] || [ ! -e "$entry/device" ] || echo "${entry##*/}"
  done
}

partition_number() {
  number=
  [ ! -r "$sys/class/block/$1/partition" ] || read -r number <"$sys/class/block/$1/partition" || :
  echo "$number"
}

# disk_of MAJOR:MINOR: the name of the disk with, or around, that block device.
disk_of() {
  place=$(readlink -f "$sys/dev/block/$1") || return 0
  [ ! -e "$place/partition" ] || place=${place%/*}
  echo "${place##*/}"
}

# system_disk: the disk that holds /.
system_disk() {
  while read -r _ _ mount_device _ point _; do
    [ "$point" != / ] || found_device=$mount_device
  done </proc/self/mountinfo || return 1
  case $found_device in
    0:*) # btrfs hides its device number; its source is a name
      source=$(readlink -f "$(sed -n 's/^\(\/dev\/[^ ]*\) \/ .*/\1/p' /proc/mounts | tail -n 1)") ||
        return 1
      read -r found_device <"$sys/class/block/${source##*/}/dev" || return 1 ;;
  esac
  disk_of "$found_device"
}

# probe NAME: KEY=value lines of its content and of its partition entry, read once a boot.
probe() {
  [ -s "$run/probed.$1" ] || blkid -p -o export "/dev/$1" >"$run/probed.$1" 2>/dev/null || :
  cat "$run/probed.$1"
}

# value_of KEY: from the output of probe, on stdin.
value_of() { sed -n "s/^$1=//p"; }

# in_root PATH: the place of what PATH means to the volume's own system, links followed as there.
# shellcheck disable=SC2154 # root is that of who reads this file
in_root() {
  ahead=$1
  place=
  links=0
  while [ -n "$ahead" ]; do
    ahead=${ahead#/}
    step=${ahead%%/*}
    ahead=${ahead#"$step"}
    case $step in '' | .) continue ;; esac
    if [ "$step" = .. ]; then
      place=${place%/*}
    elif [ -L "$root$place/$step" ] && [ "$links" -lt 40 ]; then
      links=$((links + 1))
      link=$(readlink "$root$place/$step") || return 1
      [ "$link" = "${link#/}" ] || place=
      ahead=$link$ahead
    else
      place=$place/$step
    fi
  done
  printf '%s\n' "$root$place"
}

# fstab_entry FILE POINT: what POINT's entry mounts, with which options.
fstab_entry() {
  [ -f "$1" ] || return 0
  while read -r spec point _ flags _; do
    case $spec in '' | '#'*) continue ;; esac
    [ "${point%/}" = "${2%/}" ] || continue
    printf '%s\n' "$spec $flags"
    return 0
  done <"$1"
}
fstab_spec() { fstab_entry "$@" | cut -d ' ' -f 1; }

# subvolume_at POINT: the path of what is mounted there, from the top of its btrfs.
subvolume_at() { sed -n "s|^[^ ]* $1 btrfs .*[ ,]subvol=/\([^ ,]*\).*|\1|p" /proc/mounts; }

# is_clean NAME: was the ext file system unmounted in order, and with no error seen in it?
is_clean() { [ $(($(byte_at "$1" 1082) & 3)) -eq 1 ] && [ $(($(byte_at "$1" 1120) & 4)) -eq 0 ]; }
byte_at() { od -An -tu1 -j "$2" -N 1 "/dev/$1"; }

# repair NAME TYPE: what a power loss left, as each boot does; fails with e2fsck's status where a
# person has to, and with 8 where this e2fsck cannot do its work (it is older than a feature, or may
# not write) and there is some.
repair() {
  case $2 in ext2 | ext3 | ext4) ;; *) return 0 ;; esac
  status=0
  unclean=0
  is_clean "$1" || unclean=8 # it may replay the journal before it sees that it is too old
  echo "e2fsck /dev/$1" >"$run/doing" || :
  timeout 3600 e2fsck -p "/dev/$1" >"$run/e2fsck" 2>&1 || status=$?
  case $status in
    [0-3]) return 0 ;;
    [89] | 1[0-5] | 127) return "$unclean" ;; # 127: there is none
    *) return "$status" ;;
  esac
}

# replace_file FROM TO: TO holds what FROM does, with the owner and mode that it had, or fails and is
# what it was. A full disk need not stop the program that writes, so the copy is compared.
replace_file() {
  if { [ ! -f "$2" ] || cp -p "$2" "$2.new"; } && cat "$1" >"$2.new" &&
    sync "$2.new" && cmp -s "$1" "$2.new" && mv -T "$2.new" "$2"; then return 0; fi
  rm -f "$2.new" || :
  return 1
}

# resolve SPEC DISK: the partition of DISK that an fstab means by SPEC, or nothing. The same label
# or UUID on another disk is never looked at.
resolve() {
  wanted=$(echo "$1" | tr -d '"')
  case $wanted in
    LABEL=*) key=LABEL ;;
    UUID=*) key=UUID ;;
    PARTUUID=*) key=PART_ENTRY_UUID ;;
    PARTLABEL=*) key=PART_ENTRY_NAME ;;
    /dev/disk/by-label/*) key=LABEL wanted=LABEL=${wanted##*/} ;;
    /dev/disk/by-uuid/*) key=UUID wanted=UUID=${wanted##*/} ;;
    /dev/disk/by-partuuid/*) key=PART_ENTRY_UUID wanted=PARTUUID=${wanted##*/} ;;
    /dev/disk/by-partlabel/*) key=PART_ENTRY_NAME wanted=PARTLABEL=${wanted##*/} ;;
    /dev/*[a-z][0-9] | /dev/*[a-z][0-9][0-9] | /dev/*[a-z][0-9][0-9][0-9])
      key=number wanted=number=$(echo "$wanted" | sed 's/.*[^0-9]//') ;;
    *) return 0 ;;
  esac
  for name in $(partitions "$2"); do
    if [ "$key" = number ]; then
      value=$(partition_number "$name")
    else
      value=$(probe "$name" | value_of "$key") || return 1
    fi
    [ "$value" != "${wanted#*=}" ] || {
      echo "$name"
      return 0
    }
  done
}

# by_id NAME: the link of a disk or partition that every udev makes from the disk's serial.
by_id() {
  number=$(partition_number "$1")
  disk_name=$1
  [ -z "$number" ] || disk_name=$(disk_of "$(cat "$sys/class/block/$1/dev")")
  serial=$(serial_of "$disk_name")
  [ -n "$serial" ] || return 0
  for link in /dev/disk/by-id/*"_$serial${number:+-part$number}"; do
    [ "$(readlink -f "$link")" != "/dev/$1" ] || {
      echo "$link"
      return 0
    }
  done
}
