# shellcheck shell=sh
# Writes a small cpio archive (newc), which a kernel unpacks after the initrd that it is appended to.

cpio_pad() {
  padding=$(((4 - $1 % 4) % 4))
  while [ "$padding" -gt 0 ]; do
    printf '\0'
    padding=$((padding - 1))
  done
}

# cpio_entry NAME MODE TEXT: MODE is octal, file type included.
cpio_entry() {
  cpio_name=$1
  cpio_text=$3
  cpio_inode=$((${cpio_inode:-0} + 1))
  printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X' "$cpio_inode" "$((0$2))" \
    0 0 1 0 "${#cpio_text}" 0 0 0 0 "$((${#cpio_name} + 1))" 0
  printf '%s\0' "$cpio_name"
  cpio_pad $((110 + ${#cpio_name} + 1))
  printf '%s' "$cpio_text"
  cpio_pad "${#cpio_text}"
}

# hide_disk SERIAL: an archive whose one udev rule removes that NVMe disk from the new kernel, so no
# label, UUID or PARTUUID on it can be taken for one of the volume's.
hide_disk() {
  cpio_entry etc 40755 ''
  cpio_entry etc/udev 40755 ''
  cpio_entry etc/udev/rules.d 40755 ''
  cpio_entry etc/udev/rules.d/00-ec2spotter.rules 100644 "ACTION==\"add|change\",\
 SUBSYSTEM==\"block\", ENV{DEVTYPE}==\"disk\", ATTRS{serial}==\"$1*\",\
 ATTR{device/device/remove}=\"1\"
"
  cpio_entry 'TRAILER!!!' 0 ''
}
