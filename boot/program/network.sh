# shellcheck shell=sh disable=SC2154 # sys, root and run are those of who reads this file
# Network settings of the volume that hold for another instance: its MAC address or its interface.

# read_settings [FILE]: see network.py.
read_settings() {
  [ -e "$run/network.py" ] || return 1 # there was no room for it in the user data
  python3 -IS "$run/network.py" "$root" "$(grep . "$sys"/class/net/*/address /dev/null)" "$@"
}

# note_settings: as words for the console, which files of the volume hold them, those of another
# address in `pinned` as well, one a line.
note_settings() {
  read_settings >"$run/settings" || :
  sed -n 's/^pinned //p' "$run/settings" >"$run/pinned"
  for kind in pinned unmatched; do
    words=$(sed -n "s/^$kind //p" "$run/settings" | as_word)
    printf %s "${words:+ $kind=$words}"
  done
}

# as_word: lines as one word for the console; what a word cannot hold is a `?`.
as_word() { tr -c '[:alnum:]_./\n-' '?' | tr '\n' , | sed 's/,$//'; }

# give_own_address FILE: where its settings hold for one foreign address, and this instance has one,
# it is this one's from now on; what it was before is kept once. Fails with the file as it was.
give_own_address() {
  text=$(in_root "$1") || return 1
  before=$(in_root "/etc/ec2spotter/network-before$1") || return 1
  read_settings "$1" >"$run/cured" && keep_before && replace_file "$run/cured" "$text"
}

# What NetworkManager's files hold is root's alone to read.
keep_before() {
  [ -s "$before" ] || { mkdir -p "${before%/*}" && (umask 077 && replace_file "$text" "$before"); }
}
