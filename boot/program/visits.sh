# shellcheck shell=sh disable=SC2154 # state, run, root, engine and kept() are those of who reads this
# The second and later visits of an instance to the preboot disk: did the system come up that was
# entered last, or did its engine fail? No answer rests on a root that can be written.

doubts_most=12

# traces: the beginnings of the disk's file systems, which change when those are mounted to be
# written; /var may be one apart.
traces() {
  for name in $(partitions "$(kept disk)"); do
    traces_of "$name"
  done
}
traces_of() { head -c 69632 "/dev/$1" 2>/dev/null | cksum; }

# was_closed NAME TYPE: is it an ext file system that was unmounted in order? A kernel that panics
# leaves it open.
was_closed() {
  case $2 in ext*) is_clean "$1" ;; *) return 1 ;; esac
}

# stamps: when the unit of ours has run last, and when the system has written its logs; a time alone
# can be changed on a full disk too.
stamps() {
  ls -l --full-time "$root/etc/ec2spotter/root-up" 2>/dev/null || echo
  find "$(in_root /var/log)" "$(in_root /var/lib/systemd)" -maxdepth 3 -exec ls -ld --full-time '{}' + \
    2>/dev/null | cksum
}

# look_back NAME TYPE, before anything is written: what this visit finds.
look_back() {
  traces >"$run/traces"
  ! was_closed "$1" "$2" || : >"$run/closed"
}

# record_entering ENGINE: what the next visit goes by; the volume is not written any more.
record_entering() {
  traces >"$state/traces"
  cp "$run/stamps" "$state/stamps"
  echo "$(kept instance) $(kept visit) $1" >"$state/entered"
}

forget_visits() {
  rm -f "$state/entered" "$state/failed" "$state/doubts" "$state/shim_failed"
}

# judge_last_visit: an engine whose system did not come up is not tried again, unless a person restarts
# the instance. With `auto` one failure is enough: the controller has another engine.
judge_last_visit() {
  [ -s "$state/entered" ] || return 0
  read -r body visit engine_entered <"$state/entered"
  [ "$body" = "$(kept instance)" ] || {
    forget_visits
    return 0
  }
  reason=did_not_come_up
  if [ -s "$state/shim_failed" ]; then
    engine_entered=pivot
    read -r reason _ <"$state/shim_failed"
    rm "$state/shim_failed"
    doubt=$doubts_most
    [ "$reason" != volume_absent ] || doubt=4
  elif ! came_up; then
    doubt=$doubts_most
    if may_leave_no_trace || [ "$engine" != auto ]; then doubt=4; fi
  fi
  if [ "$doubt" -eq 0 ]; then
    rm -f "$state/failed" "$state/doubts"
    return 0
  fi
  doubts=$((doubt + $(cat "$state/doubts" 2>/dev/null || echo 0)))
  if [ "$doubts" -lt "$doubts_most" ]; then
    echo "$doubts" >"$state/doubts"
  else
    rm -f "$state/doubts"
    echo "$reason $engine_entered" >"$state/failed"
  fi
}

# came_up: does anything speak for it? `doubt` is then how little: 0 is certain. A system may restart
# before its unit has run, as for an update or to set its labels; one that does so again and again is
# given up at some time, one that crashes before it has logs sooner.
came_up() {
  doubt=0
  if unit_has_run || [ "$(seconds_away)" -gt 900 ]; then return 0; fi
  doubt=1
  if has_new_logs; then return 0; fi
  [ -e "$state/traces" ] && ! cmp -s "$run/traces" "$state/traces" || return 1
  [ -e "$run/closed" ] || doubt=3
}

unit_has_run() {
  [ "$(cat "$root/etc/ec2spotter/last-up" 2>/dev/null)" = "$body $visit $engine_entered" ] || {
    [ -e "$state/stamps" ] && [ "$(head -n 1 "$run/stamps_found")" != "$(head -n 1 "$state/stamps")" ]
  }
}

has_new_logs() {
  if [ -e "$state/stamps" ]; then
    ! cmp -s "$run/stamps_found" "$state/stamps"
  else
    find "$(in_root /var/log)" "$(in_root /var/lib/systemd)" -maxdepth 3 -newer "$state/entered" \
      2>/dev/null | grep -q .
  fi
}

# seconds_away: between the entering and the start of the kernel that runs now. An engine that fails
# comes back sooner than a system that is at work.
seconds_away() {
  read -r uptime _ </proc/uptime || return 1
  echo $(($(date +%s) - ${uptime%.*} - $(stat -c %Y "$state/entered")))
}

# may_leave_no_trace: a root that is never written, as its own settings say.
may_leave_no_trace() {
  case $(fstab_entry "$(in_root /etc/fstab)" / | tr ' ' ,), in
    , | *,ro,*) return 0 ;;
  esac
  grep -qsE '^overlayroot="?[^"]|[ "]overlayroot="?[a-z]|systemd\.volatile=' \
    "$root"/etc/overlayroot*.conf "$root"/boot/grub*/grub.cfg "$root"/boot/loader/entries/*.conf
}
