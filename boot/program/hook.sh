#!/bin/sh
# The boothook: unpacks the program (the lines above were put in by the build) and starts it. While
# the program gets on, cloud-init waits here, so the two do not fight for the processor; as soon as
# it waits for the volume, the boot goes on and ssh comes up.
set -eu

mkdir /run/ec2spotter/started 2>/dev/null || exit 0
echo "${INSTANCE_ID:-}" >/run/ec2spotter/instance
systemd-run --quiet --no-block --collect --unit=ec2spotter-boot \
  --property=DefaultDependencies=no sh /run/ec2spotter/main.sh 2>/dev/null || {
  setsid sh /run/ec2spotter/main.sh </dev/null >/dev/null 2>&1 &
}
tries=0
until [ -e /run/ec2spotter/background ] || [ "$tries" -ge 300 ]; do
  tries=$((tries + 1))
  sleep 0.2
done
