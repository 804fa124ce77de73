# shellcheck shell=sh disable=SC2154 # run, root and kept() are those of who reads this
# What the volume's own boot loader would start, and how its root is named to a new kernel.

# read_menu [VARIABLE]: writes it to the file `entry`, as menu.py says it; false, with the reason there,
# where that is not sure.
read_menu() {
  efi=
  for name in $(partitions "$(kept disk)"); do
    case $name in
      "$(kept part)")
        note_part "$name" "$root"
        [ "$name" != "$(kept boot)" ] || note_part "$name" "$root/boot" ;;
      "$(kept boot)") note_part "$name" "$root/boot" ;;
      *)
        folder=
        if [ "$(probe "$name" | value_of TYPE)" = vfat ]; then
          mkdir -p "$run/efi.$name" || return 1
          ! mount -t vfat -o ro "/dev/$name" "$run/efi.$name" || folder=$run/efi.$name
          efi="$efi $folder"
        fi
        note_part "$name" "$folder" ;;
    esac
  done >"$run/parts" || return 1
  read_status=0
  python3 -IS "$run/menu.py" "$@" <"$run/parts" >"$run/entry" || read_status=$?
  for folder in $efi; do umount "$folder" || return 1; done
  return "$read_status"
}

# note_part NAME FOLDER: a line for menu.py of what is mounted there; on btrfs, a subvolume.
note_part() {
  printf '%s\t%s\t%s\t%s\t%s\n' "$(partition_number "$1")" "$(probe "$1" | value_of UUID)" \
    "$(probe "$1" | value_of LABEL)" "$2" "$(subvolume_at "$2" | sed 's|^.|/&|')"
}

# is_unique SPEC PART: does it mean this partition, and nothing on another disk that is here?
is_unique() {
  [ "$(resolve "$1" "$(kept disk)")" = "$2" ] || return 1
  for unique_disk in $(other_disks "$(kept disk)"); do
    [ -z "$(resolve "$1" "$unique_disk")" ] || return 1
  done
}

# root_name PART NAMED WITH_INITRD: what to put behind root=. As the menu has it, where that is sure to
# be the volume; else by what every initrd, or the kernel alone, can find; nothing without such a name.
root_name() {
  uuid=UUID=$(probe "$1" | value_of UUID)
  [ -n "$3" ] || uuid=
  for name in "$2" "$uuid" "PARTUUID=$(probe "$1" | value_of PART_ENTRY_UUID)"; do
    case $name in
      PARTUUID=?*) ;;
      LABEL=?* | UUID=?* | /dev/disk/*) [ -n "$3" ] || continue ;;
      *) continue ;;
    esac
    if is_unique "$name" "$1"; then
      echo "$name"
      return 0
    fi
  done
  # Another disk has the same names: only udev can hide it.
  if [ -n "$3" ]; then link_of_udev "$1"; fi
}

# link_of_udev PART: by the serial of its disk, where the volume's initrds are of a kind with udev.
link_of_udev() {
  for tool in share/initramfs-tools lib/dracut lib/initcpio; do
    [ -d "$(in_root "/usr/$tool")" ] || continue
    tries=0
    until link=$(by_id "$1") && [ -n "$link" ] || [ "$tries" -ge 60 ]; do
      tries=$((tries + 1))
      sleep 0.25
    done
    echo "$link"
    return 0
  done
}
