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

# pin_preboot PREBOOT: when another disk carries a same label, UUID or PARTUUID, makes the preboot
# disk's own boot menu and fstab name its partitions by its serial, or a later start from it could
# mistake the volume's, or a data volume's, for its own.
pin_preboot() {
  have_twins "$1" || return 0
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
  for twin_disk in $(other_disks "$1"); do
    for name in $(partitions "$twin_disk"); do
      probe "$name" | grep -qxFf "$run/tags" && return 0
    done
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
  for file in $(menus_in "$2"); do
    spec=$(grep -E "$kernel_line" "$file" | sed -n 's/.*[[:space:]]root=\([^[:space:]]*\).*/\1/p' |
      head -n 1)
    [ -n "$spec" ] || continue
    part_found=$(resolve "$spec" "$1")
    link_found=${part_found:+$(by_id "$part_found")}
    [ -n "$link_found" ] || continue
    change_menu "$file" "s|([[:space:]]root=)$spec|\\1$link_found|"
  done
}

# add_words FOLDER WORDS: to the options of each entry of the preboot disk's own menu.
add_words() {
  for file in $(menus_in "$1"); do
    grep -q " $2\$" "$file" || change_menu "$file" "/$kernel_line/s/\$/ $2/"
  done
}

kernel_line='^[[:space:]]*(linux|linux16|linuxefi|options)[[:space:]]'
menus_in() { find "$1/grub/grub.cfg" "$1/grub2/grub.cfg" "$1/loader/entries" -name '*.c*f*' 2>/dev/null; }
change_menu() {
  sed -E "$2" "$1" >"$run/new-menu"
  replace_file "$run/new-menu" "$1"
}

# refuse_device_names: a disk has another name on each instance; what the volume's fstab calls by one
# may be a partition of the preboot disk, or nothing. The root is named to the kernel.
refuse_device_names() {
  table=$(in_root /etc/fstab)
  [ -f "$table" ] || return 0
  named=
  while read -r spec point _ flags _; do
    case "$spec $point ,$flags," in
      *' / '* | *,noauto,*) ;;
      /dev/nvme* | /dev/[hsv]d* | /dev/xvd*) named=$spec ;;
    esac
  done <"$table"
  [ -z "$named" ] ||
    next device_names "the volume's fstab names $named, which is another disk here; use its UUID"
}
