# shellcheck shell=sh disable=SC2154 # run, endpoint and kept() are those of who reads this
# ask_ec2 SECONDS JOB WORDS...: see ec2.py.
ask_ec2() {
  limit=$1
  shift
  python3 -IS "$run/ec2.py" "$limit" "$endpoint" "$(kept instance)" "$@"
}
