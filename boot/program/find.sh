# Stage find: waits for the volume, known by its id alone, and for its partitions. Where several are
# named, this instance is one of several, and only one of them is ever attached to it.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
begin find "volume=$(echo "$volumes" | tr ' ' ,)"

keep doing "waiting for $volumes"
started=$(date +%s)
named=$started
said=0
until disk=$(find_disk "$volumes" "$device") && [ -n "$disk" ] && [ -b "/dev/$disk" ]; do
  now=$(date +%s)
  waited=$((now - started))
  [ $((now - named)) -lt 600 ] || give_up volume_absent "not attached within 600 s: $volumes"
  [ "$waited" -lt 3 ] || : >"$run/background"
  if [ "$waited" -ge "$said" ]; then
    tell "find wait seconds=$waited"
    said=$((waited + 15))
  fi
  sleep 0.3
  [ "$volumes" = to-come ] || continue
  # It is made from a snapshot, which may take hours; once it is there, it has a name.
  named=$now
  sleep 0.7
  # shellcheck source=/dev/null
  . "$run/parameters"
done
# The kernel reads the partition table before it lets anybody open the disk.
head -c 512 "/dev/$disk" >/dev/null || give_up unreadable "/dev/$disk cannot be read"
keep disk "$disk"
keep volume "$(volume_of "$disk" "$volumes")"
ok "volume=$(kept volume) disk=$disk"
