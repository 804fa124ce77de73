# Stage check: finds the root by its content, without writing a byte before it is found; then
# repairs what a power loss left, and mounts the root and its /boot read-only.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
# shellcheck source=boot/program/network.sh
. "$run/network.sh"
# shellcheck source=boot/program/visits.sh
. "$run/visits.sh"
disk=$(kept disk)
stage=check

# A preboot disk with the volume's label may have lent the volume's /boot its own mount point.
release_from_preboot() {
  for name in $(partitions "$disk"); do
    while grep -q "^/dev/$name " /proc/mounts; do
      umount "/dev/$name" || give_up in_use "/dev/$name is mounted and busy"
    done
    ! grep -q "^/dev/$name " /proc/swaps || swapoff "/dev/$name"
  done
}

# mount_untouched NAME TYPE POINT [OPTIONS]: read-only, with no replay of a journal.
mount_untouched() {
  case $2 in
    ext2) options=ro ;;
    ext3 | ext4) options=ro,noload ;;
    xfs) options=ro,norecovery,nouuid ;;
    btrfs) options=ro,rescue=nologreplay ;;
    *) return 1 ;;
  esac
  mount -t "$2" -o "$options${4:+,$4}" "/dev/$1" "$3"
}

# mount_in_order NAME TYPE POINT [OPTIONS]: read-only and, where the tools and the kernel of this
# system know how, checked; else `untouched` is set, and the order is left to the volume's own system.
mount_in_order() {
  untouched=
  repaired=0
  repair "$1" "$2" || repaired=$?
  cat "$run/e2fsck" >>"$log" 2>/dev/null || :
  keep doing "mount /dev/$1" || :
  options=ro
  [ "$2" != xfs ] || options=ro,nouuid
  case $repaired in
    0) if mount -t "$2" -o "$options${4:+,$4}" "/dev/$1" "$3"; then return 0; fi ;;
    8) ;;
    *) give_up fsck "e2fsck -p /dev/$1 ended with $repaired; repair it by hand" ;;
  esac
  untouched=" unchecked=true"
  mount_untouched "$@"
}

is_system() {
  { [ -e "$1/etc/os-release" ] || [ -L "$1/etc/os-release" ]; } || return 1
  for init in sbin/init usr/sbin/init lib/systemd/systemd usr/lib/systemd/systemd; do
    if [ -e "$1/$init" ] || [ -L "$1/$init" ]; then return 0; fi
  done
  [ -n "$(fstab_spec "$1/etc/fstab" /usr)" ]
}

# note_systems NAME TYPE: of what is mounted at $root.
note_systems() {
  if [ "$2" = btrfs ]; then
    note_subvolumes "$1"
  elif is_system "$root"; then
    found="$found $1"
  fi
}

# Beside a root on btrfs may lie its snapshots: they hold the same fstab. The root is the subvolume
# that its own fstab names or, if it names none, the default one; else the only one with a system.
note_subvolumes() {
  if is_system "$root" && [ "$(subvolume_option "$root/etc/fstab" /)" = defaults ]; then
    found="$found $1"
    return 0
  fi
  default=$(subvolume_at "$root")
  release_volume
  mount_untouched "$1" btrfs "$root" subvolid=5
  # The default one may lie deeper than the others are looked for.
  systems=$(for folder in "$root/" "$root/$default" "$root"/* "$root"/*/* "$root"/*/*/*; do
    ! is_system "$folder" ||
      printf '%s %s\n' "$(subvolume_option "$folder/etc/fstab" /)" "${folder#"$root/"}"
  done | sort -u)
  several='' named=''
  while read -r option path; do
    [ -n "$option" ] || continue # there is no system
    several="$several $1"
    release_volume
    if mount_untouched "$1" btrfs "$root" "$option" && [ "$(subvolume_at "$root")" = "$path" ]; then
      named="$named $1"
    else
      [ -z "$named" ] || continue
    fi
    subvolume=${path:-/}
    [ "$path" != "$default" ] || subvolume=
  done <<EOF
$systems
EOF
  found=$found${named:-$several}
}

# subvolume_option FSTAB POINT: the mount option that names the subvolume, or one that names none.
subvolume_option() {
  option_found=$(fstab_entry "$1" "$2" | tr ' ,' '\n' | grep -E '^subvol(id)?=' | sort | head -n 1)
  echo "${option_found:-defaults}"
}

# note_unread NAME TYPE: it could not be mounted, and yet may hold the root; with what is known of it.
note_unread() {
  case $(probe "$1" | value_of USAGE):$2 in
    *:vfat | *:iso9660 | *:LVM2_member | *:crypto_LUKS | *:linux_raid_member) return 0 ;;
    filesystem:* | raid:* | crypto:*) ;;
    *:) holds_unknown "$1" || return 0 ;;
    *) return 0 ;;
  esac
  unread="$unread${unread:+; }/dev/$1 type=${2:-unknown}$(probe "$1" |
    sed -n 's/^\(LABEL\|VERSION\)=/ &/p' | tr -d '\n') $(dmesg 2>/dev/null | grep "($1)" |
    tail -n 1 | sed 's/.*]//')"
}

# holds_unknown NAME: is there something where a Linux file system belongs, that blkid does not know?
holds_unknown() {
  [ -z "$(probe "$1" | value_of PTTYPE)" ] || return 1
  case $(probe "$1" | value_of PART_ENTRY_TYPE) in
    '' | 0x83 | 0fc63daf-* | 4f68bce3-* | b921b045-*) ;;
    *) return 1 ;;
  esac
  [ "$(head -c 1048576 "/dev/$1" | tr -d '\0' | head -c 1 | wc -c)" -gt 0 ]
}

refuse_btrfs_twin() {
  twin=$(probe "$1" | value_of UUID)
  for twin_disk in $(other_disks "$disk"); do
    for other in $(partitions "$twin_disk"); do
      [ "$(probe "$other" | value_of UUID)" != "$twin" ] ||
        give_up btrfs_twin "/dev/$other holds a btrfs of the same UUID; use another image or data volume"
    done
  done
}

find_root() {
  found=
  also=
  subvolume=
  unread=
  for name in $(partitions "$disk"); do
    type=$(probe "$name" | value_of TYPE)
    case $type in
      LVM2_member) also=lvm ;;
      crypto_LUKS) also=luks ;;
      linux_raid_member) also=raid ;;
      btrfs) refuse_btrfs_twin "$name" ;;
    esac
    mount_untouched "$name" "$type" "$root" || {
      note_unread "$name" "$type"
      continue
    }
    note_systems "$name" "$type"
    release_volume
  done
  case $found in
    '') ;;
    *' '*' '*) give_up ambiguous_root "more than one partition holds a system:$found" ;;
    *) return 0 ;;
  esac
  [ -z "$also" ] || give_up "$also" "the root is inside $also, which these engines do not enter"
  [ -z "$unread" ] || give_up unreadable "this kernel cannot read $unread; left untouched"
  give_up no_system "no partition of /dev/$disk holds a system (os-release and init); left untouched"
}

mount_boot() {
  spec=$(fstab_spec "$(in_root /etc/fstab)" /boot)
  [ -n "$spec" ] || return 0
  boot=$(resolve "$spec" "$disk") || return 1
  [ -n "$boot" ] || return 0
  boot_type=$(probe "$boot" | value_of TYPE) || return 1
  mount_in_order "$boot" "$boot_type" "$root/boot" \
    "$(subvolume_option "$(in_root /etc/fstab)" /boot)"
}

release_from_preboot
# The controller needs to know it wherever this stage ends, so it is in its first line.
firmware=
if [ -e "$run/firmware.sh" ]; then
  # shellcheck source=boot/program/firmware.sh
  . "$run/firmware.sh"
  firmware=$(note_firmware)
fi
begin check "disk=$disk$firmware"
find_root
part=${found# }
type=$(probe "$part" | value_of TYPE)
look_back "$part" "$type"
mount_in_order "$part" "$type" "$root" "${subvolume:+subvol=$subvolume}" ||
  give_up mount "/dev/$part ($type) cannot be mounted"
unchecked=$untouched
keep unchecked "$unchecked"
boot=
mount_boot || give_up mount "its /boot, /dev/$boot, cannot be mounted"
keep part "$part"
keep boot "$boot"
keep type "$type"
keep subvolume "$subvolume"
stamps >"$run/stamps_found"
settings=$(note_settings)
ok "root=$part type=$type${subvolume:+ subvolume=$subvolume}${boot:+ boot=$boot}$unchecked$settings"
