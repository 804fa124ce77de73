# shellcheck shell=sh
# What every stage of the boot program starts from. A stage is a process of its own; what it hands
# on to the next lies in a file of $run. It ends with `ok`, `give_up` or, for an engine, `next`.
set -eu
umask 022
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

run=/run/ec2spotter
# shellcheck disable=SC2034 # for the stages
state=/var/lib/ec2spotter # on the preboot disk; outlives a reboot
log=/var/log/ec2spotter.log
root=$run/root # the volume's root, while it is mounted

# shellcheck source=boot/program/say.sh
. "$run/say.sh"
# shellcheck source=boot/program/volume.sh
. "$run/volume.sh"
# shellcheck source=/dev/null
. "$run/parameters"
: "${volumes:?}" "${engine:?}" "${device:?}" "${adopt:?}" "${guest_helper:?}" "${fix_network:?}"

tell() {
  printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >>"$log" || :
  say "$*"
}
begin() {
  stage=$1
  shift
  tell "$stage start${*:+ $*}"
}
# result LINE: the line that says how the stage ended; without one, main says that it failed.
result() {
  tell "$stage $1"
  touch "$run/result" || :
}
ok() {
  result "ok${*:+ $*}"
}
# give_up REASON TEXT: the end; the preboot system stays up.
give_up() {
  result "fail reason=$1 text=\"$2\""
  exit 3
}
# lack PROGRAM: one that the preboot image should have.
lack() { give_up "no_${1%3}" "this preboot image has no $1: name another image"; }
# next REASON TEXT: this engine cannot.
next() {
  printf '%s\n' "$1 $2" >"$run/refusal"
  exit 4
}
keep() { printf '%s\n' "$2" >"$run/$1"; }
kept() { cat "$run/$1" 2>/dev/null || :; }

# Only unattended instances have these.
own_attaching=${own_attaching:-}
address=${address:-}
endpoint=${endpoint:-}
# shellcheck disable=SC2034 # for stage attach
data=${data:-}

# Which of the volumes it is; empty until stage find has seen it.
# shellcheck disable=SC2034 # for the stages
volume=$(kept volume)

release_volume() {
  cd / || return 1
  for point in "$root/boot" "$root"; do
    while grep -qs " $point " /proc/mounts; do
      umount "$point" || return 1
    done
  done
}
