# Runs inside a new image, sourced by the recipes of user.raw and kinds.raw: the system of a machine
# that its owner has lived in.
# shellcheck shell=sh disable=SC2174

echo saturn >/etc/hostname
echo '127.0.0.1 localhost saturn' >/etc/hosts
cat >/etc/fstab <<'FSTAB'
UUID=6b0c8d7e-52a1-4d55-9f0e-1c0f5e9a7a11 / ext4 defaults,errors=remount-ro 0 1
FSTAB
install_update_grub UUID=6b0c8d7e-52a1-4d55-9f0e-1c0f5e9a7a11 /boot

mkdir -p -m 700 /root/.ssh
install -m 600 /tmp/key.pub /root/.ssh/authorized_keys
cat >/etc/cloud/cloud.cfg.d/91_root.cfg <<'CONF'
disable_root: false
CONF

# A service with a state of its own: a number that grows by one each second and is fsynced.
mkdir -p /var/lib/counter
cat >/usr/local/sbin/counter <<'SCRIPT'
#!/bin/sh
# Counts seconds of service in /var/lib/counter/value, across reboots and power losses.
cd /var/lib/counter || exit 1
n=$(cat value 2>/dev/null || echo 0)
while :; do
  n=$((n + 1))
  echo "$n" >value.new && sync value.new && mv value.new value
  sleep 1
done
SCRIPT
chmod 755 /usr/local/sbin/counter
cat >/etc/systemd/system/counter.service <<'UNIT'
[Unit]
Description=Counts the seconds that this machine has been in service

[Service]
ExecStart=/usr/local/sbin/counter
Restart=always

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable counter.service >/dev/null 2>&1
