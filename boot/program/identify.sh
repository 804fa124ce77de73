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

# cloud-init has it from the metadata service; the hook has put it down.
case $(kept instance) in
  i-*[!0-9a-f]*) ;;
  i-?*) ok "instance=$(kept instance) engine=$engine" ;;
esac
[ -e "$run/result" ] || give_up no_instance "cloud-init gave the instance id '$(kept instance)'"
