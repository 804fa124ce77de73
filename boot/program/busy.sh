# shellcheck shell=sh disable=SC2154 # run is that of who reads this file
# say_busy STAGE SECONDS: for as long as it is let, says each minute that the stage is at work, and
# what at, as the file `doing` has it; in the end, that the stage is over its time and cannot be stopped.
say_busy() {
  busy=0
  while [ "$busy" -lt $(($2 + 60)) ]; do
    sleep 5 || return 1
    busy=$((busy + 5))
    [ $((busy % 60)) -ne 0 ] || [ "$busy" -gt "$2" ] ||
      say "$1 busy seconds=$busy doing=\"$(cat "$run/doing" 2>/dev/null)\""
  done
  say "$1 fail reason=deadline text=\"not done after $2 s, and it cannot be stopped\""
}
