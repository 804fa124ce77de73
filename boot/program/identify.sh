# Stage identify: has this preboot image all that the stages need, and which instance is this?
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
begin identify "visit=$(kept visit)"

# What a small image may lack; the rest comes with any shell.
for tool in python3 blkid cmp find gunzip; do
  status=0
  "$tool" --version </dev/null >/dev/null 2>&1 || status=$?
  [ "$status" -lt 126 ] || lack "$tool"
done

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
