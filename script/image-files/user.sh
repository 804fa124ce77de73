# The recipe of user.raw, run inside it.
# shellcheck shell=sh disable=SC1091
. /tmp/common.sh
. /tmp/lived_in.sh
