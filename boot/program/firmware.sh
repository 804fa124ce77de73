# shellcheck shell=sh disable=SC2154 # disk, root and run are those of who reads this file
# Which firmware starts the volume's disk by itself, as the controller's own engines have it.

# note_firmware: as a word for the console; nothing where there may be a loader that is not seen here.
note_firmware() {
  bios=$(find_bios_loader) || return 0
  uefi=$(find_uefi_loader) || return 0
  loaders=$bios${bios:+${uefi:+,}}$uefi
  echo " firmware=${loaders:-none}"
}

# find_bios_loader: fails for boot code on a GPT disk without a place for GRUB, as it may be another's.
find_bios_loader() {
  [ "$(uname -m)" != aarch64 ] || return 0 # there is no such instance
  head -c 17408 "/dev/$disk" >"$run/first" || return 1 # with the whole GPT
  case $(od -An -tx1 -j 510 -N 2 "$run/first") in *'55 aa') ;; *) return 0 ;; esac
  [ "$(head -c 440 "$run/first" | tr -d '\0' | wc -c)" -gt 0 ] || return 0
  # So the type of a BIOS boot partition reads.
  [ "$(head -c 520 "$run/first" | tail -c 8)" != 'EFI PART' ] ||
    grep -q 'Hah!IdontNeedEFI' "$run/first" || return 1
  echo bios
}

# find_uefi_loader: only that of the fallback path, as the next instance remembers no other one for
# this disk. Fails for other loaders: the instance of an image that the volume was made from might.
find_uefi_loader() {
  machine=X64
  [ "$(uname -m)" != aarch64 ] || machine=AA64
  answer=
  for name in $(partitions "$disk"); do
    case $(probe "$name" | grep -E '^(PART_ENTRY_)?TYPE=') in
      *=vfat* | *=c12a7328-* | *=0xef*) ;;
      *) continue ;;
    esac
    mount -t vfat -o ro "/dev/$name" "$root" || return 1
    if [ -e "$root/EFI/BOOT/BOOT$machine.EFI" ]; then
      answer=uefi
    elif [ -e "$root/EFI" ]; then
      answer=${answer:-unsure}
    fi
    release_volume || return 1
  done
  [ "$answer" != unsure ] || return 1
  echo "$answer"
}
