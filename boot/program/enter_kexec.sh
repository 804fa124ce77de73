# Stage enter, engine kexec: the volume's own newest kernel, straight from this one.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
. "$run/boot_entry.sh"
. "$run/cpio.sh"
. "$run/preboot.sh"
. "$run/visits.sh"
stage=enter kernel='' initrd='' options=''
part=$(kept part)
preboot_disk=$(system_disk)

if on_xen && [ "$engine" = auto ]; then next xen "kexec is not dependable on Xen"; fi
boot_entry "$root/boot" || next no_kernel "no kernel with its initrd in the volume's /boot"
tries=0
until link=$(by_id "$part") && [ -n "$link" ] || [ "$tries" -ge 60 ]; do
  tries=$((tries + 1))
  sleep 0.25
done
[ -n "$link" ] || next no_link "udev made no by-id link for /dev/$part"

# On arm64 it may be compressed, which only a boot loader there undoes.
if gzip -t "$kernel" 2>/dev/null; then
  gunzip <"$kernel" >"$state/${kernel##*/}"
  kernel=$state/${kernel##*/}
fi
serial=$(serial_of "$preboot_disk")
cp "$initrd" "$state/initrd"
cpio_pad "$(wc -c <"$initrd")" >>"$state/initrd"
[ -z "$serial" ] || hide_disk "$serial" >>"$state/initrd"

options=$(kernel_options "$link" "ec2spotter.engine=kexec ec2spotter.volume=$volume\
 ec2spotter.body=$(kept instance) ec2spotter.visit=$(kept visit)\
${own_attaching:+ ec2spotter.unattended}" "$options")
status=0
if [ -s "$run/helper.base64" ] && [ "$(uname -m)" = "$helper_machine" ]; then
  unpack_helper "$state/helper"
  "$state/helper" load "$kernel" "$state/initrd" "$options" || status=$?
  restart="$state/helper kexec"
else
  kexec -s -l "$kernel" --initrd="$state/initrd" --command-line="$options" || status=$?
  restart="kexec -e"
fi
rm -f "$state/initrd" "$state/${kernel##*/}"
[ "$status" -eq 0 ] ||
  next kexec_refused "the kernel refused ${kernel##*/} (errno $status)"

pin_preboot "$preboot_disk" "$(kept disk)"
stamps >"$run/stamps"
release_volume || next in_use "the volume cannot be unmounted"
record_entering kexec
ok "engine=kexec kernel=${kernel##*/vmlinuz-} root=$link"
quiesce
# shellcheck disable=SC2086 # a command and its argument
$restart || status=$?
mount -o remount,rw /
next kexec_failed "the switch to the loaded kernel failed ($status)"
