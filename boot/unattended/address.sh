# Stage address, of unattended instances: takes the machine's Elastic IP, now that nothing is left but
# to enter. A machine without its address still does its work, so it is entered all the same.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
. "$run/ask_ec2.sh"
begin address "address=$address"

ask_ec2 60 associate "$address" | while read -r result text; do
  case $result in
    wait) tell "address wait text=\"$text\"" ;;
    ok) ok "$text" ;;
    *) result "late reason=${text%% *} text=\"${text#* }\"" ;;
  esac
done
