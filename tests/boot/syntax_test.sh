#!/bin/sh
# Every file must be one that SHELL (a command, split at blanks) can parse.
# usage: syntax_test.sh SHELL FILE...
set -eu
shell=$1
shift
status=0
for file in "$@"; do
  # shellcheck disable=SC2086 # a command and its arguments
  $shell -n "$file" || status=1
done
exit $status
