# The boot program: runs the stages, the last of which is the engine. Ends by leaving this system, or by a
# `fail` line with this system still up.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
# shellcheck source=boot/program/busy.sh
. "$run/busy.sh"
# shellcheck source=boot/program/visits.sh
. "$run/visits.sh"

entered_properly() {
  [ -e "$run/entered" ] || grep -q 'ec2spotter\.engine=' /proc/cmdline
}

# leave_alone: true when / is one of the volumes already, as where cloud-init runs our user data on it.
leave_alone() {
  # Nobody answers which one it is.
  if [ "$volumes" = to-come ] && entered_properly; then return 0; fi
  system=$(system_disk) || return 1
  for each in $volumes; do
    volume_disk=$(find_disk "$each" "$device")
    if [ -n "$volume_disk" ] && [ "$volume_disk" = "$system" ]; then return 0; fi
  done
  return 1
}

# run_stage NAME SECONDS: 0, or 3 after a fail line, or 4 when the engine cannot. A stage
# that ends without a line that says how is a failure, whatever its status.
run_stage() {
  stage=${1%%_*}
  rm -f "$run/result" "$run/doing" || return 3
  say_busy "$stage" "$2" </dev/null >/dev/null 2>&1 &
  busy_teller=$!
  status=0
  timeout -k 10 "$2" sh "$run/$1.sh" 2>"$run/stderr" || status=$?
  kill "$busy_teller" 2>/dev/null || :
  cat "$run/stderr" >>"$log" || :
  case $status in
    4) return 4 ;;
    0 | 3) [ ! -e "$run/result" ] || return "$status" ;;
  esac
  reason=internal
  text="ended with $status: $(tail -n 1 "$run/stderr")" || :
  [ "$status" -ne 124 ] || reason=deadline text="not done after $2 s"
  tell "$stage fail reason=$reason text=\"$text\""
  return 3
}

enter_volume() {
  judge_last_visit
  stage=enter
  [ "$engine" != none ] || give_up_entering ejected "EC2 itself boots the volume, on another instance"
  if [ -s "$state/failed" ]; then
    read -r reason text <"$state/failed"
    give_up_entering "$reason" "$text failed on this instance"
  fi
  name=$engine
  [ "$name" != auto ] || name=kexec
  begin enter "engine=$name"
  status=0
  run_stage "enter_$name" 300 || status=$?
  [ "$status" -eq 4 ] || return "$status"
  read -r reason text <"$run/refusal"
  give_up_entering "$reason" "$text"
}

# give_up_entering REASON TEXT: a person may make it work, and restarts; then all is tried anew.
give_up_entering() {
  forget_visits
  give_up "$1" "$2"
}

finish() {
  ended=$?
  case $ended in
    0 | 3) ;;
    *) tell "$stage fail reason=internal text=\"the boot program ended with $ended\"" ;;
  esac
  release_volume || :
  touch "$run/background" || :
  tell "preboot stays visit=$visit text=\"this is the preboot system, not the machine\""
}

if leave_alone; then
  : >"$run/background"
  entered_properly || say "check fail reason=booted_from_volume text=\"the firmware's kernel took the\
 volume for its own root, which has the same label; pause and resume\""
  exit 0
fi
stage=identify
visit=$(($(cat "$state/visit" 2>/dev/null || echo 0) + 1))
trap finish EXIT
mkdir -p "$state" "$root"
echo "$visit" >"$state/visit"
keep visit "$visit"
run_stage identify 30
[ -z "$own_attaching" ] || run_stage attach 3600
find_seconds=630
[ "$volumes" != to-come ] || find_seconds=90000 # as long as EC2 may need to make it
run_stage find "$find_seconds"
run_stage check 3600
run_stage adopt 120
[ -z "$address" ] || run_stage address 120
enter_volume
