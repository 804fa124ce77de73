# Stage check: finds the root by its content, without writing a byte before it is found; then
# repairs what a power loss left, and mounts the root and its /boot read-only.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
# shellcheck source=boot/program/network.sh
. "$run/network.sh"
disk=$(kept disk)
begin check "disk=$disk"

# A preboot disk with the volume's label may have lent the volume's /boot its own mount point.
release_from_preboot() {
  for name in $(partitions "$disk"); do
    while grep -q "^/dev/$name " /proc/mounts; do
      umount "/dev/$name" || give_up in_use "/dev/$name is mounted and busy"
    done
    ! grep -q "^/dev/$name " /proc/swaps || swapoff "/dev/$name"
  done
}

# mount_untouched NAME TYPE: read-only, with no replay of a journal.
mount_untouched() {
  case $2 in
    ext2) options=ro ;;
    ext3 | ext4) options=ro,noload ;;
    xfs) options=ro,norecovery,nouuid ;;
    btrfs) options=ro,rescue=nologreplay ;;
    *) return 1 ;;
  esac
  mount -t "$2" -o "$options" "/dev/$1" "$root"
}

is_system() {
  { [ -e "$1/etc/os-release" ] || [ -L "$1/etc/os-release" ]; } || return 1
  for init in sbin/init usr/sbin/init lib/systemd/systemd usr/lib/systemd/systemd; do
    if [ -e "$1/$init" ] || [ -L "$1/$init" ]; then return 0; fi
  done
  [ -n "$(fstab_spec "$1/etc/fstab" /usr)" ]
}

# What is in a subvolume of btrfs that is not the default one stands there as a folder.
note_systems() {
  if is_system "$root"; then
    found="$found $1"
  elif [ "$2" = btrfs ]; then
    for folder in "$root"/*; do
      ! is_system "$folder" || found="$found $1" subvolume=${folder##*/}
    done
  fi
}

refuse_btrfs_twin() {
  [ "$(probe "$1" | value_of TYPE)" = btrfs ] || return 0
  twin=$(probe "$1" | value_of UUID)
  for other in $(partitions "$(system_disk)"); do
    [ "$(probe "$other" | value_of UUID)" != "$twin" ] ||
      give_up btrfs_twin "the preboot disk holds a btrfs of the same UUID; use another preboot image"
  done
}

find_root() {
  found=
  also=
  subvolume=
  for name in $(partitions "$disk"); do
    type=$(probe "$name" | value_of TYPE)
    [ -n "$type" ] || continue
    case $type in
      LVM2_member) also=lvm ;;
      crypto_LUKS) also=luks ;;
      linux_raid_member) also=raid ;;
      btrfs) refuse_btrfs_twin "$name" ;;
    esac
    mount_untouched "$name" "$type" || continue
    note_systems "$name" "$type"
    umount "$root"
  done
  case $found in
    '') ;;
    *' '*' '*) give_up ambiguous_root "more than one partition holds a system:$found" ;;
    *) return 0 ;;
  esac
  [ -z "$also" ] || give_up "$also" "the root is inside $also, which these engines do not enter"
  give_up no_system "no partition of /dev/$disk holds a system (os-release and init); left untouched"
}

mount_boot() {
  spec=$(fstab_spec "$root/etc/fstab" /boot)
  [ -n "$spec" ] || return 0
  boot=$(resolve "$spec" "$disk")
  [ -n "$boot" ] || return 0
  boot_type=$(probe "$boot" | value_of TYPE)
  fsck_volume "$boot" "$boot_type"
  mount -t "$boot_type" -o "$(nouuid "$boot_type")ro" "/dev/$boot" "$root/boot"
}

nouuid() { [ "$1" != xfs ] || echo nouuid,; }

release_from_preboot
find_root
part=${found# }
type=$(probe "$part" | value_of TYPE)
fsck_volume "$part" "$type"
mount -t "$type" -o "$(nouuid "$type")ro${subvolume:+,subvol=$subvolume}" "/dev/$part" "$root" ||
  give_up mount "/dev/$part ($type) cannot be mounted"
boot=
mount_boot || give_up mount "its /boot, /dev/$boot, cannot be mounted"
keep part "$part"
keep type "$type"
keep subvolume "$subvolume"
pinned_files >"$run/pinned"
pinned=$(as_word <"$run/pinned")
ok "root=$part type=$type${subvolume:+ subvolume=$subvolume}${boot:+ boot=$boot}${pinned:+ pinned=$pinned}"
