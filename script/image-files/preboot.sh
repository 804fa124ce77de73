# The recipe of preboot.raw, run inside it: a stock image, with nothing of ours in it.
# shellcheck shell=sh disable=SC1091,SC2174
. /tmp/common.sh

echo preboot >/etc/hostname
mkdir -p /boot
cat >/etc/fstab <<'FSTAB'
LABEL=cloudimg-rootfs / ext4 defaults,errors=remount-ro 0 1
LABEL=BOOT /boot ext4 defaults 0 2
FSTAB
install_update_grub LABEL=cloudimg-rootfs ""
