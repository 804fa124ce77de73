# shellcheck shell=sh disable=SC2154
# What the engines do to the preboot disk, which is ours to change.

# quiesce: everything written, every file system read-only; nothing of this system is needed again.
quiesce() {
  sync
  echo u >/proc/sysrq-trigger || :
  tries=0
  while [ "$tries" -lt 50 ] && ! grep -q ' / [^ ]* ro[, ]' /proc/mounts; do
    tries=$((tries + 1))
    sleep 0.1
  done
}

# pin_preboot PREBOOT VOLUME: when both disks carry a same label, UUID or PARTUUID, makes the
# preboot disk's own boot menu and fstab name its partitions by its serial, or a later start from
# it could mistake the volume's for its own.
pin_preboot() {
  have_twins "$1" "$2" || return 0
  pin_fstab "$1"
  boot_part=$(resolve "$(fstab_spec /etc/fstab.ec2spotter-original /boot)" "$1")
  mkdir -p "$run/preboot"
  if [ -n "$boot_part" ] && mount "/dev/$boot_part" "$run/preboot"; then
    pin_boot_menu "$1" "$run/preboot"
    umount "$run/preboot"
  fi
  pin_boot_menu "$1" /boot
}

have_twins() {
  for name in $(partitions "$1"); do
    probe "$name" | sed -n 's/^\(LABEL\|UUID\|PART_ENTRY_UUID\)=/&/p'
  done >"$run/tags" || return 0
  for name in $(partitions "$2"); do
    probe "$name" | grep -qxFf "$run/tags" && return 0
  done
  return 1
}

pin_fstab() {
  [ -s /etc/fstab.ec2spotter-original ] || replace_file /etc/fstab /etc/fstab.ec2spotter-original
  while read -r spec rest; do
    case $spec in
      LABEL=* | UUID=* | PARTUUID=* | PARTLABEL=* | /dev/disk/*)
        part_found=$(resolve "$spec" "$1")
        link_found=${part_found:+$(by_id "$part_found")}
        spec=${link_found:-$spec} ;;
    esac
    echo "$spec $rest"
  done </etc/fstab.ec2spotter-original >"$run/fstab"
  replace_file "$run/fstab" /etc/fstab
}

# pin_boot_menu PREBOOT FOLDER
pin_boot_menu() {
  for file in "$2/grub/grub.cfg" "$2/grub2/grub.cfg" "$2"/loader/entries/*.conf; do
    [ -f "$file" ] || continue
    spec=$(grep -E '^[[:space:]]*(linux|linux16|linuxefi|options)[[:space:]]' "$file" |
      sed -n 's/.*[[:space:]]root=\([^[:space:]]*\).*/\1/p' | head -n 1)
    [ -n "$spec" ] || continue
    part_found=$(resolve "$spec" "$1")
    link_found=${part_found:+$(by_id "$part_found")}
    [ -n "$link_found" ] || continue
    sed "s|\\([[:space:]]root=\\)$spec|\\1$link_found|" "$file" >"$run/pinned-menu"
    replace_file "$run/pinned-menu" "$file"
  done
}
