# The recipe of kinds.raw, run inside it: user.raw with what tests of other kinds of roots and networks
# need. Its usual initrd has nothing for LUKS, LVM and btrfs, to stay small; there is one for LUKS,
# which waits for its disk and so is for nothing else, and one for the others.
# shellcheck shell=sh disable=SC1091,SC2174

# aside PACKAGE...: takes away what these packages add to an initrd; `back` puts it back.
aside() {
  for package; do
    dpkg -L "$package" | grep '^/usr/share/initramfs-tools/' | while read -r file; do
      [ ! -f "$file" ] || echo "$file"
    done | tar -cPf "/tmp/$package.tar" --remove-files -T -
  done
}
back() { for package; do tar -xPf "/tmp/$package.tar"; done; }

# initrd FILE CONFIGURATION LINES: /boot/FILE, with these lines more in that file of initramfs-tools.
initrd() {
  cp -r /etc/initramfs-tools /tmp/initramfs
  printf '%s\n' "$3" >>"/tmp/initramfs/$2"
  mkinitramfs -d /tmp/initramfs -o "/boot/$1" "$(ls /lib/modules)"
  rm -r /tmp/initramfs
}

# It opens the volume by a key of its own: whoever has this image has the key, as fits a test. A
# real machine's comes over the network, or is typed at the serial console. The hook complains that
# it finds neither such a disk nor the device mapper here, and takes along what it is told to.
luks_initrd() {
  mkdir -m 700 /etc/cryptsetup-keys.d
  (umask 077 && echo 'opens the root' >/etc/cryptsetup-keys.d/root.key)
  printf '%s\n' 'KEYFILE_PATTERN=/etc/cryptsetup-keys.d/*.key' ASKPASS=n \
    >>/etc/cryptsetup-initramfs/conf-hook
  luks=UUID=0d5c9b3e-7a42-4c11-8e66-93b1f0a2c7d4
  echo "root $luks /etc/cryptsetup-keys.d/root.key luks,initramfs" >>/etc/crypttab
  initrd initrd-luks.img initramfs.conf UMASK=0077
  lsinitramfs /boot/initrd-luks.img | grep -q cryptroot/keyfiles/root.key
  sed -i '/^root /d' /etc/crypttab
}

add_kinds() {
  back busybox cryptsetup-initramfs
  luks_initrd
  aside busybox cryptsetup-initramfs
  back lvm2 btrfs-progs
  initrd initrd-roots.img modules "$(printf '%s\n' xfs btrfs f2fs dm_mod)"
  back busybox cryptsetup-initramfs
  # systemd-networkd is at work; the others are there for machines that are set up with them.
  systemctl disable networking.service NetworkManager.service NetworkManager-wait-online.service \
    NetworkManager-dispatcher.service >/dev/null 2>&1
  cat >/etc/cloud/cloud.cfg.d/92_network.cfg <<'CONF'
system_info: {network: {renderers: [networkd]}}
CONF
  systemctl mask lvm2-monitor.service blk-availability.service >/dev/null 2>&1
}

# For tests that put another init in systemd's place; both cannot be installed.
keep_sysvinit() {
  mkdir /var/lib/sysvinit-packages
  (cd /var/lib/sysvinit-packages &&
    apt-get -q download sysvinit-core sysv-rc initscripts insserv startpar)
}

keep_sysvinit
aside lvm2 btrfs-progs busybox cryptsetup-initramfs
. /tmp/common.sh
add_kinds
. /tmp/lived_in.sh
