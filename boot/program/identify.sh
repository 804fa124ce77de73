# Stage identify: which instance is this? With python3, which every cloud-init image has.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
begin identify "visit=$(kept visit)"

# What stands between may answer with a page of its own.
is_instance() {
  case $instance in
    i-*[!0-9a-z]* | i-) return 1 ;;
    i-*) return 0 ;;
  esac
  return 1
}

started=$(date +%s)
until instance=$(python3 -IS "$run/imds.py" instance-id 2>/dev/null) && is_instance; do
  waited=$(($(date +%s) - started))
  [ "$waited" -lt 300 ] || give_up imds "no answer from the instance metadata service in 300 s"
  [ "$waited" -lt 3 ] || : >"$run/background"
  sleep 1
done
keep instance "$instance"
ok "instance=$instance engine=$engine"
