# Written by ec2-spotter. Tells on the console, and to the next instance, that this system is up.
words=$(cat /run/ec2spotter/entered 2>/dev/null || cat /proc/cmdline) || exit 1
volume='' engine='' body='' visit='' preboot=none
for word in $words; do
  case $word in
    ec2spotter.volume=*) volume=${word#*=} ;;
    ec2spotter.engine=*) engine=${word#*=} ;;
    ec2spotter.instance=*) body=${word#*=} ;;
    ec2spotter.visit=*) visit=${word#*=} ;;
    ec2spotter.preboot=*) preboot=${word#*=} ;;
  esac
done
[ -n "$engine" ] || exit 0
# On a full disk the time of a file can still be changed.
touch /etc/ec2spotter/root-up 2>/dev/null || :
last=/etc/ec2spotter/last-up
{
  echo "$body $visit $engine" >$last.new && sync $last.new && [ -s $last.new ] && mv $last.new $last ||
    rm -f $last.new || :
} 2>/dev/null
# What carries the label of a part of this system may be the preboot disk's: kernels would be upgraded there.
foreign=
while read -r _ _ device _ point _; do
  case $point in / | /boot | /boot/efi) ;; *) continue ;; esac
  case $(cat "/sys/dev/block/$device/device/serial" "/sys/dev/block/$device/../device/serial" 2>/dev/null) in
    "$preboot"*) foreign=$foreign,$point ;;
  esac
done </proc/self/mountinfo || :
# What failures are grouped by.
driver=
for link in /sys/class/net/*/device/driver; do
  if [ -e "$link" ]; then
    driver=$(readlink -f "$link") || driver=
    driver=${driver##*/}
  fi
done
say "root ok volume=$volume engine=$engine kernel=$(uname -r)${driver:+ driver=$driver}${foreign:+ foreign=${foreign#,}}"
