# Stage identify: which instance is this? With python3, which every cloud-init image has.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
begin identify "visit=$(kept visit)"

tries=0
until instance=$(python3 -IS "$run/imds.py" instance-id 2>/dev/null); do
  tries=$((tries + 1))
  [ "$tries" -lt 20 ] || give_up imds "no answer from the instance metadata service"
  sleep 1
done
keep instance "$instance"
ok "instance=$instance engine=$engine"
