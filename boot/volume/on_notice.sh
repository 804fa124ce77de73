# Written by ec2-spotter: what happens when EC2 takes this instance. See ec2spotter-guest.service.
kind=$1
until=$(echo "$2" | sed -n 's/.*"time" *: *"\([^"]*\)".*/\1/p')
end=$(date -d "${until:-x}" +%s 2>/dev/null) || end=$(($(date +%s) + 120)) || :
left() { echo $((end - $(date +%s))); }
say "guest $kind seconds=$(left)"
[ "$kind" = notice ] || exit 0

echo "EC2 takes this instance in $(left) seconds: the machine shuts down, and comes back on another one."\
 | wall || :
for hook in /etc/ec2spotter/notice.d/*; do
  if [ -x "$hook" ] && [ "$(left)" -gt 30 ]; then
    timeout $(($(left) - 30)) "$hook" "$kind" "$until" </dev/null >/dev/null 2>&1 ||
      say "guest hook=${hook##*/} status=$?"
  fi
done
sync || :
# A supervised machine's next instance is being launched meanwhile; a fleet waits for this one's end.
if ! grep -qs ec2spotter.unattended /run/ec2spotter/entered /proc/cmdline &&
  [ "$(left)" -gt 25 ]; then
  sleep $(($(left) - 25)) || :
fi
say "guest poweroff seconds=$(left)"
systemctl poweroff
