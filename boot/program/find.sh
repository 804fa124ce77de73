# Stage find: waits for the volume, known by its id alone, and for its partitions.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
begin find "volume=$volume"

started=$(date +%s)
said=0
until disk=$(find_disk "$volume" "$device") && [ -n "$disk" ] && [ -b "/dev/$disk" ]; do
  waited=$(($(date +%s) - started))
  [ "$waited" -lt 600 ] || give_up volume_absent "$volume was not attached within 600 s"
  [ "$waited" -lt 3 ] || : >"$run/background"
  if [ "$waited" -ge "$said" ]; then
    tell "find wait seconds=$waited"
    said=$((waited + 15))
  fi
  sleep 0.3
done
# The kernel reads the partition table before it lets anybody open the disk.
head -c 512 "/dev/$disk" >/dev/null || give_up unreadable "/dev/$disk cannot be read"
keep disk "$disk"
ok "disk=$disk"
