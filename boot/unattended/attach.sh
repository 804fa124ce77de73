# Stage attach, of unattended instances: gets the volume onto this instance. While another instance has it,
# it waits: EC2 attaches a volume to one instance only.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
. "$run/ask_ec2.sh"
begin attach "volume=$volumes"

# shellcheck disable=SC2154,SC2086 # data: each data volume and its device, as words
ask_ec2 3500 attach $data "$volumes" "$device" | while read -r result text; do
  case $result in
    wait)
      : >"$run/background"
      keep doing "$text"
      tell "attach wait text=\"$text\"" ;;
    ok) ok "$text" ;;
    *) give_up "${text%% *}" "not attached within 3500 s: ${text#* }" ;;
  esac
done
