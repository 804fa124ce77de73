# Stage enter, engine pivot: puts the shim in the place of this disk's init, and restarts.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
. "$run/preboot.sh"
. "$run/visits.sh"
stage=enter
part=$(kept part)
preboot_disk=$(system_disk)

[ -z "$(fstab_spec "$(in_root /etc/fstab)" /usr)" ] || next usr_apart "the volume's /usr is a file system apart"
[ -z "$(kept unchecked)" ] ||
  next unchecked "/dev/$part is not clean, and cannot be checked here"
chroot "$root" /bin/sh -c '[ -x /sbin/init ]' || next no_init "the volume's /sbin/init cannot be run"
! tr '\0' ' ' </proc/1/cmdline | grep -q -e --switched-root ||
  next systemd_initrd "this image's initrd starts systemd itself, past /sbin/init"
refuse_device_names
# Its interfaces have other names with these words, which this disk's kernel then needs too.
words=$(grep -rhoE '(net\.ifnames|biosdevname)=0' "$root"/boot/grub*/grub* "$root/boot/loader/entries" \
  2>/dev/null | sort -u | tr '\n' ' ')
stamps >"$run/stamps"
release_volume || next in_use "the volume cannot be unmounted"

init=/sbin/init
mkdir -p /ec2spotter-root
[ -e $init.ec2spotter-original ] || {
  cp -P $init $init.ec2spotter-new
  mv $init.ec2spotter-new $init.ec2spotter-original
}
{
  echo '#!/bin/sh'
  cat "$run/parameters"
  echo "volume=$volume"
  echo "number=$(partition_number "$part")"
  echo "type=$(kept type)"
  echo "subvolume='$(kept subvolume | sed "s/'/'\\\\''/g")'"
  echo "body=$(kept instance)"
  echo "visit=$(kept visit)"
  echo "words='$words'"
  echo "preboot_serial=$(serial_of "$preboot_disk")"
  cat "$run/say.sh" "$run/busy.sh" "$run/volume.sh" "$run/shim.sh"
} >$init.ec2spotter-new
chmod 755 $init.ec2spotter-new
sync
mv $init.ec2spotter-new $init
pin_preboot "$preboot_disk"
[ -z "$words" ] || add_words /boot "$words"
record_entering pivot
ok "engine=pivot restart=true"
quiesce
reboot -f -f || echo b >/proc/sysrq-trigger
sleep 60
give_up no_restart "this system would not restart"
