# Stage identify: which instance is this? IMDSv2 only, never through a proxy.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
begin identify "visit=$(kept visit)"

ask_with_curl() {
  imds=http://169.254.169.254/latest
  token=$(curl -sf --noproxy '*' -m 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' \
    "$imds/api/token") || return 1
  curl -sf --noproxy '*' -m 3 -H "X-aws-ec2-metadata-token: $token" "$imds/meta-data/instance-id"
}

# Sockets alone: Python's HTTP modules take longer to load than all the rest of this stage.
ask_with_python() {
  python3 -IS -c '
import socket
def ask(method, path, header):
    s = socket.create_connection(("169.254.169.254", 80), 3)
    s.sendall(("%s /latest/%s HTTP/1.0\r\nHost: 169.254.169.254\r\nX-aws-ec2-metadata-token%s\r\n"
               "Content-Length: 0\r\nConnection: close\r\n\r\n" % (method, path, header)).encode())
    f = s.makefile("rb")
    if f.readline().split()[1] != b"200":
        raise SystemExit(1)
    size = -1
    for line in iter(f.readline, b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            size = int(value)
    return f.read(size).decode()
print(ask("GET", "meta-data/instance-id", ": " + ask("PUT", "api/token", "-ttl-seconds: 300")))
'
}

if command -v curl >/dev/null; then with=curl; else with=python; fi
tries=0
until instance=$(ask_with_$with 2>/dev/null); do
  tries=$((tries + 1))
  [ "$tries" -lt 20 ] || give_up imds "no answer from the instance metadata service"
  sleep 1
done
keep instance "$instance"
ok "instance=$instance engine=$engine"
