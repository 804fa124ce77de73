# Stage adopt: leaves on the volume, once, what keeps its identity on the next instances and what tells
# that its system is up. What was removed from there by hand is not put back, unless `adopt` says
# `again`; with `remove` all is taken away, and with `leave` all but the settings of cloud-init, which
# the volume's next boot still needs and takes away at its end. For each instance, cloud-init there is
# told that what it has done once for an instance is done; and where the machine file wishes so,
# network settings that are for another instance's MAC address are made this one's.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
# shellcheck source=boot/program/network.sh
. "$run/network.sh"
begin adopt

files_due=
case $adopt in
  false) said=skipped=true ;;
  remove | leave) said=removed=true files_due=true ;;
  *)
    said=
    if [ "$adopt" = true ] && [ -s "$root/etc/ec2spotter/adopted" ]; then
      said=recorded=true
    else
      files_due=true
    fi ;;
esac
network_due=
[ "$fix_network" != true ] || [ ! -s "$run/pinned" ] || network_due=true
# is_mute: has the volume no unit that says when its system is up?
is_mute() {
  unit=/etc/systemd/system/ec2spotter-root.service
  [ ! -s "$(in_root $unit)" ] || [ ! -L "$root${unit%/*}/multi-user.target.wants/${unit##*/}" ]
}

# end_well: with what could not be done, and whether the probe alone can tell that the system is up.
end_well() {
  [ -z "$undone" ] || said="undone=$undone"
  loosened=$(kept loosened | as_word)
  said=$said${loosened:+ loosened=$loosened}
  ! is_mute || said="$said mute=true"
  [ -z "$undone" ] || said="$said text=\"$(df -k "$root" | tail -n 1)\""
  ok "${said# }"
  exit 0
}

# are_semaphores_due: cloud-init has a file for each thing that it does once for an instance, in the
# instance's folder. Our settings, which call an instance a restart, let us copy the last one's.
cloud=/var/lib/cloud
last_instance=$(cat "$(in_root $cloud/data/instance-id)" 2>/dev/null || :)
semaphores=$(in_root "$cloud/instances/$last_instance/sem")
new_folder=$(in_root "$cloud/instances/$(kept instance)")
are_semaphores_due() {
  [ -s "$(in_root /etc/cloud/cloud.cfg.d)/99-ec2spotter.cfg" ] &&
    [ -d "$semaphores" ] && [ ! -e "$new_folder/sem" ]
}

undone=
[ -n "$files_due$network_due" ] || are_semaphores_due || end_well

# label PATH: as SELinux on the volume wants it, like the folder's. Where its files have no labels,
# `labels` does nothing.
label() { $labels -h --reference="${1%/*}" "$1"; }

# make_folder FOLDER: sets `to`.
make_folder() {
  to=$(in_root "/$1")
  if [ ! -d "$to" ]; then
    mkdir -p "$to"
    label "$to"
  fi
}

# install_file NAME FOLDER: from the program onto the volume.
install_file() {
  make_folder "$2"
  replace_file "$run/$1" "$to/$1"
  label "$to/$1"
}

enable_unit() {
  make_folder etc/systemd/system/multi-user.target.wants
  ln -sf "../$1" "$to/$1.new"
  mv "$to/$1.new" "$to/$1"
  label "$to/$1"
}

# What shuts the system down in order when EC2 takes the instance.
install_guest() {
  install_file guest etc/ec2spotter
  cat "$run/say.sh" "$run/on_notice.sh" >"$run/on-notice"
  install_file on-notice etc/ec2spotter
  make_folder etc/ec2spotter/notice.d
  install_file ec2spotter-guest.service etc/systemd/system
  enable_unit ec2spotter-guest.service
}

remove_all() {
  for file in cloud/cloud.cfg.d/99-ec2spotter.cfg systemd/system/ec2spotter-root.service \
    systemd/system/ec2spotter-guest.service ec2spotter/guest ec2spotter/on-notice \
    ec2spotter/root-up ec2spotter/adopted ec2spotter/last-up \
    systemd/system/multi-user.target.wants/ec2spotter-guest.service \
    systemd/system/multi-user.target.wants/ec2spotter-root.service; do
    rm -f "$(in_root "/etc/${file%/*}")/${file##*/}"
  done
  # A person's scripts stay.
  etc=$(in_root /etc)
  rmdir "$etc/ec2spotter/notice.d" "$etc/ec2spotter" 2>/dev/null || :
}

# cloud-init would give the system its new instance's name at the boot after that.
leave_settings() {
  install_file 99-ec2spotter.cfg etc/cloud/cloud.cfg.d
  make_folder var/lib/cloud/scripts/per-boot
  cat >"$to/ec2spotter-leave" <<'LEAVE'
#!/bin/sh
cd /etc/cloud/cloud.cfg.d
echo 'preserve_hostname: true' >99-preserve-hostname.cfg && rm -f 99-ec2spotter.cfg "$0"
LEAVE
  chmod 755 "$to/ec2spotter-leave"
  label "$to/ec2spotter-leave"
}

# Of a /usr apart, only the mount point is there.
has_systemd() {
  [ -e "$root/lib/systemd/systemd" ] || [ -e "$root/usr/lib/systemd/systemd" ] ||
    { [ ! -e "$root/usr/lib" ] && [ -d "$root/etc/systemd/system" ]; }
}

install_all() {
  case $adopt in
    remove | leave)
      remove_all
      if [ "$adopt" = leave ] && [ -d "$root/etc/cloud" ]; then leave_settings; fi
      return ;;
  esac
  [ ! -d "$root/etc/cloud" ] || install_file 99-ec2spotter.cfg etc/cloud/cloud.cfg.d
  if has_systemd; then
    cat "$run/say.sh" "$run/root_up.sh" >"$run/root-up"
    install_file root-up etc/ec2spotter
    install_file ec2spotter-root.service etc/systemd/system
    enable_unit ec2spotter-root.service
    [ "$guest_helper" = false ] || install_guest
  fi
  install_file adopted etc/ec2spotter
}

fix_network_files() {
  while read -r file; do
    if give_own_address "$file"; then echo "$file"; fi
  done <"$run/pinned" >"$run/loosened"
}

lay_semaphores() {
  if mkdir -p "$new_folder" && label "$new_folder" && cp -aT "$semaphores" "$new_folder/sem.new" &&
    sync && mv "$new_folder/sem.new" "$new_folder/sem"; then return 0; fi
  rm -rf "$new_folder/sem.new" || :
  return 1
}

write_all() {
  make_folder etc/ec2spotter
  [ -z "$network_due" ] || fix_network_files
  [ -z "$files_due" ] || install_all
}

# A machine whose disk is full or read-only boots on any instance, and so it does here: what could
# not be written is said, and tried again at the next visit. In the background, `set -e` holds.
if [ -n "$(kept unchecked)" ]; then
  undone=unchecked
elif mount -o remount,rw "$root"; then
  echo 1 >"$run/adopted"
  labels=chcon
  # On /run a label can be set wherever one can be read.
  chcon --reference="$root/etc" "$run/adopted" 2>/dev/null || labels=:
  write_all &
  wait $! || undone="write"
  ! are_semaphores_due || lay_semaphores || undone="write"
  mount -o remount,ro "$root" || undone="write"
else
  undone=read_only
fi
end_well
