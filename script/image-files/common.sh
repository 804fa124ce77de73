# Runs inside a new image, sourced by the recipe of each: what both systems have in common.
# shellcheck shell=sh disable=SC1091,SC2174
set -eu
export DEBIAN_FRONTEND=noninteractive

# The initrd holds what EC2-like machines need, no more: it is unpacked by an emulated processor.
cat >/etc/initramfs-tools/conf.d/ec2spotter <<'CONF'
MODULES=list
COMPRESS=lz4
COMPRESSLEVEL=1
FSTYPE=ext4
CONF
printf '%s\n' nvme ext4 virtio_pci virtio_net >>/etc/initramfs-tools/modules
update-initramfs -u -k all

# Writes /boot/grub/grub.cfg as update-grub would: $1 = root= value, $2 = path of /boot in its file
# system. A kernel package's hook runs it again, so a kernel upgrade shows up as on a real machine.
# norandmaps: QEMU translates a process at another address again, which makes a boot nearly twice as
# long; a kernel that kexec starts has the words of this menu alone.
install_update_grub() {
  cat >/usr/sbin/update-grub <<SCRIPT
#!/bin/sh
set -eu
{
  echo "set default=0"
  for kernel in \$(ls /boot/vmlinuz-* | sort -Vr); do
    version=\${kernel#/boot/vmlinuz-}
    [ -f "/boot/initrd.img-\$version" ] || continue
    echo "menuentry 'Debian GNU/Linux, with Linux \$version' --class debian --class os {"
    echo "	linux	$2/vmlinuz-\$version root=$1 ro console=tty0 console=ttyS0,115200 net.ifnames=1 norandmaps"
    echo "	initrd	$2/initrd.img-\$version"
    echo "}"
  done
} >/boot/grub/grub.cfg.new
mv /boot/grub/grub.cfg.new /boot/grub/grub.cfg
SCRIPT
  chmod 755 /usr/sbin/update-grub
  mkdir -p /boot/grub /etc/kernel/postinst.d /etc/kernel/postrm.d
  printf '#!/bin/sh\nexec update-grub\n' >/etc/kernel/postinst.d/zz-update-grub
  chmod 755 /etc/kernel/postinst.d/zz-update-grub
  cp /etc/kernel/postinst.d/zz-update-grub /etc/kernel/postrm.d/
  update-grub
}

cat >/etc/cloud/cloud.cfg.d/90_dpkg.cfg <<'CONF'
datasource_list: [ Ec2, None ]
CONF

# No timers and helpers that only cost time in a short-lived emulated machine.
systemctl mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer \
  dpkg-db-backup.timer e2scrub_reap.service systemd-pstore.service >/dev/null 2>&1
systemctl enable systemd-networkd.service serial-getty@ttyS0.service >/dev/null 2>&1
systemctl disable systemd-networkd-wait-online.service >/dev/null 2>&1 || true
sed -i 's/^#\?UseDNS.*/UseDNS no/' /etc/ssh/sshd_config
rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
: >/etc/machine-id
rm -rf /var/lib/cloud/* /var/cache/apt/archives/*.deb /var/lib/apt/lists/*
python3 -m compileall -q /usr/lib/python3/dist-packages || true
