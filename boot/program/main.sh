# The boot program: runs the stages, then the engines in turn. Ends by leaving this system, or by a
# `fail` line with this system still up.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh

# leave_alone: true when / is one of the volumes already, as where cloud-init runs our user data on it.
leave_alone() {
  system=$(system_disk)
  for each in $volumes; do
    volume_disk=$(find_disk "$each" "$device")
    if [ -n "$volume_disk" ] && [ "$volume_disk" = "$system" ]; then return 0; fi
  done
  return 1
}
entered_properly() {
  [ -e "$run/entered" ] || grep -q 'ec2spotter\.engine=' /proc/cmdline
}

# run_stage NAME SECONDS: 0, or 3 after a fail line, or 4 when another engine should go on.
run_stage() {
  status=0
  timeout "$2" sh "$run/$1.sh" 2>"$run/stderr" || status=$?
  cat "$run/stderr" >>"$log"
  stage=${1%%_*}
  case $status in
    0 | 3 | 4) return $status ;;
    124 | 137 | 143) tell "$stage fail reason=deadline text=\"not done after $2 s\"" ;;
    *) tell "$stage fail reason=internal text=\"ended with $status: $(tail -n 1 "$run/stderr")\"" ;;
  esac
  return 3
}

# judge_last_visit: an engine that was entered on an earlier visit of this body, and whose system
# did not come up, is not tried again.
judge_last_visit() {
  [ -s "$state/entered" ] || return 0
  read -r body visit engine_entered <"$state/entered"
  [ "$body" = "$(kept instance)" ] || {
    rm -f "$state/entered" "$state/failed" "$state/shim_failed"
    return 0
  }
  if [ -s "$state/shim_failed" ]; then
    read -r reason _ <"$state/shim_failed"
    rm "$state/shim_failed"
    if [ "$reason" = volume_absent ] && [ "$visit" -lt 4 ]; then return 0; fi
    echo "pivot $reason" >>"$state/failed"
  elif came_up; then
    return 0
  else
    echo "$engine_entered did_not_come_up" >>"$state/failed"
  fi
}

# came_up: the volume's own unit recorded it or, where there is none, its system wrote its logs.
came_up() {
  if [ -e "$root/etc/systemd/system/ec2spotter-root.service" ]; then
    [ "$(cat "$root/etc/ec2spotter/last-up" 2>/dev/null)" = "$body $visit $engine_entered" ]
  else
    find "$root/var/log" "$root/var/lib/systemd" -maxdepth 2 -newer "$state/entered" 2>/dev/null |
      grep -q .
  fi
}

engines_left() {
  case $engine in auto) all="kexec pivot" ;; *) all=$engine ;; esac
  for name in $all; do
    grep -qs "^$name " "$state/failed" || echo "$name"
  done
}

enter_volume() {
  judge_last_visit
  left=$(engines_left)
  stage=enter
  [ -n "$left" ] || give_up engines_exhausted \
    "each engine failed on this body: $(tr '\n' ';' <"$state/failed")"
  refusals=
  for name in $left; do
    begin enter "engine=$name${refusals:+ instead=$refusals}"
    status=0
    run_stage "enter_$name" 300 || status=$?
    [ "$status" -eq 4 ] || return "$status"
    read -r reason text <"$run/refusal"
    echo "$name $reason" >>"$state/failed"
    refusals="${refusals:+$refusals,}$name:$reason"
  done
  case $refusals in *,*) reason=engines_exhausted text=$refusals ;; esac
  give_up "$reason" "$text"
}

finish() {
  release_volume || :
  : >"$run/background"
}

if leave_alone; then
  : >"$run/background"
  entered_properly || say "check fail reason=booted_from_volume text=\"the firmware's kernel took the\
 volume for its own root, which has the same label; recycle the body\""
  exit 0
fi
trap finish EXIT
mkdir -p "$state" "$root"
visit=$(($(cat "$state/visit" 2>/dev/null || echo 0) + 1))
echo "$visit" >"$state/visit"
keep visit "$visit"
run_stage identify 100
[ -z "$own_attaching" ] || run_stage attach 3600
run_stage find 630
run_stage check 3600
run_stage adopt 120
[ -z "$address" ] || run_stage address 120
enter_volume
