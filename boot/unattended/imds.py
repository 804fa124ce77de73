# The instance metadata service: IMDSv2 only, never through a proxy. By sockets alone: Python's HTTP
# modules take longer to load than all the rest of a stage.
# usage: imds.py PATH   (below meta-data/); ec2.py reads this file in.
import socket
import sys


def ask(method, path, header):
    with socket.create_connection(("169.254.169.254", 80), 3) as s:
        s.sendall(("%s /latest/%s HTTP/1.0\r\nHost: 169.254.169.254\r\nX-aws-ec2-metadata-token%s\r\n"
                   "Content-Length: 0\r\nConnection: close\r\n\r\n" % (method, path, header)).encode())
        f = s.makefile("rb")
        status = f.readline(999).split()[1:2]
        if status != [b"200"]:
            raise OSError("the metadata service answers %s to %s" % (status, path))
        size = 65536
        for _ in range(99):
            name, _, value = f.readline(999).partition(b":")
            if name.lower() == b"content-length":
                size = min(size, int(value))
            if not name.strip():
                break
        return f.read(size).decode().strip()


def metadata(path):
    return ask("GET", "meta-data/" + path, ": " + ask("PUT", "api/token", "-ttl-seconds: 300"))


if len(sys.argv) == 2:
    print(metadata(sys.argv[1]))
