# Written by ec2-spotter. Tells on the console, and to the next body, that this system is up.
words=$(cat /run/ec2spotter/entered 2>/dev/null || cat /proc/cmdline)
volume='' engine='' body='' visit=''
for word in $words; do
  case $word in
    ec2spotter.volume=*) volume=${word#*=} ;;
    ec2spotter.engine=*) engine=${word#*=} ;;
    ec2spotter.body=*) body=${word#*=} ;;
    ec2spotter.visit=*) visit=${word#*=} ;;
  esac
done
[ -n "$engine" ] || exit 0
echo "$body $visit $engine" >/etc/ec2spotter/last-up.new &&
  sync /etc/ec2spotter/last-up.new &&
  mv /etc/ec2spotter/last-up.new /etc/ec2spotter/last-up
say "root ok volume=$volume engine=$engine"
