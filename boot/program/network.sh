# shellcheck shell=sh disable=SC2154 # sys and root are those of who reads this file
# Network settings of the volume that hold for one MAC address only: a body has another one, and a
# system whose settings are all for a former body's comes up without a network.

# own_addresses: this body's MAC addresses, one a line.
own_addresses() { cat "$sys"/class/net/*/address 2>/dev/null || :; }

# cloud_renews FILE: does the volume's cloud-init write the file again for each body?
cloud_renews() {
  grep -qi cloud-init "$1" && [ -e "$root/usr/bin/cloud-init" ] &&
    [ ! -e "$root/etc/cloud/cloud-init.disabled" ] &&
    ! grep -qsE '^ *(network: *\{ *)?config: *disabled' "$root"/etc/cloud/cloud.cfg.d/*.cfg
}

# foreign_addresses FILE: the MAC addresses in its settings that this body does not have.
foreign_addresses() {
  sed 's/^[[:space:]]*[#;].*//' "$1" | grep -Eio '([0-9a-f]{2}:){5}[0-9a-f]{2}' | tr A-F a-f |
    sort -u | while read -r address; do
    own_addresses | grep -qx "$address" || echo "$address"
  done
}

# pinned_files: those settings, as names in the volume's root, one a line. Netplan, ifupdown,
# networkd, NetworkManager, Red Hat's scripts and udev's names of interfaces.
pinned_files() {
  for file in "$root"/etc/netplan/*.yaml "$root"/etc/network/interfaces \
    "$root"/etc/network/interfaces.d/* "$root"/etc/systemd/network/*.network \
    "$root"/etc/systemd/network/*.link "$root"/etc/NetworkManager/system-connections/* \
    "$root"/etc/sysconfig/network-scripts/ifcfg-* "$root"/etc/udev/rules.d/*persistent-net.rules; do
    text=$(in_root "${file#"$root"}")
    [ -f "$text" ] || continue
    [ -n "$(foreign_addresses "$text")" ] || continue
    cloud_renews "$text" || printf '%s\n' "${file#"$root"}"
  done
}

# as_word: lines as one word for the console; what a word cannot hold is a `?`.
as_word() { tr -c '[:alnum:]_./\n-' '?' | tr '\n' , | sed 's/,$//'; }

# give_own_address FILE: where it names one foreign address, and this body has one interface, it is
# this body's from now on; what it was before is kept once. Fails with the file as it was.
give_own_address() {
  text=$(in_root "$1") || return 1
  old=$(foreign_addresses "$text")
  own=$(own_addresses | grep -vx '00:00:00:00:00:00')
  case $old$own in *[!0-9a-f:]*) return 1 ;; esac
  [ -n "$old" ] && [ -n "$own" ] || return 1
  new=$(in_root /etc/ec2spotter)/network-new || return 1
  before=$(in_root "/etc/ec2spotter/network-before$1") || return 1
  if keep_before && write_new && mv "$new" "$text"; then return 0; fi
  rm -f "$new" || :
  return 1
}

# Each is checked to be whole, as a full disk need not stop the program that writes.
keep_before() {
  [ ! -s "$before" ] || return 0
  mkdir -p "${before%/*}" && cp -a "$text" "$new" && sync "$new" && cmp -s "$text" "$new" &&
    mv "$new" "$before"
}

write_new() {
  cp -a "$text" "$new" && sed "s/$old/$own/Ig" "$text" >"$new" && sync "$new" &&
    [ "$(wc -c <"$new")" = "$(wc -c <"$text")" ] && [ -z "$(foreign_addresses "$new")" ]
}
