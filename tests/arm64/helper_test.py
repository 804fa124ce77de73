"""The arm64 helper of the boot program on Debian's arm64 kernel, in an emulated machine: it makes its
system calls, and hears of a notice."""

import errno
import gzip
import os
import pathlib
import subprocess
import tempfile
import unittest

PACKAGES = "linux-image-cloud-arm64,busybox-static"
SECONDS_MOST = 300
NOTICE = '{"action": "terminate", "time": "2026-01-01T00:00:00Z"}'
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
ip link set lo up
ip address add 169.254.169.254/32 dev lo
(while :; do nc -l -p 80 -e /metadata; done) &
/helper load /no-kernel /init x || echo "without a kernel: $?"
/helper load /init /init x || echo "with what is none: $?"
/helper /hook
poweroff -f
"""
# The metadata service, one request each time.
METADATA = f"""#!/bin/busybox sh
read -r method path _
while read -r line && [ "$line" != "$(printf '\\r')" ]; do :; done
status="404 Not Found" body=
case "$method $path" in
  "PUT /latest/api/token") status="200 OK" body=a-token ;;
  "GET /latest/meta-data/spot/instance-action") status="200 OK" body='{NOTICE}' ;;
esac
printf 'HTTP/1.0 %s\\r\\nContent-Length: %s\\r\\n\\r\\n%s' "$status" "${{#body}}" "$body"
"""
HOOK = """#!/bin/sh
echo "told of a $1: $2"
"""


def archive(folder, target):
    """A packed initramfs of the folder."""
    names = "\n".join(["."] + [str(each.relative_to(folder)) for each in sorted(folder.rglob("*"))])
    packed = subprocess.run(["busybox", "cpio", "-o", "-H", "newc"], cwd=folder, check=True,
                            input=names.encode(), stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL).stdout
    target.write_bytes(gzip.compress(packed, 1))


def fetch(folder):
    """The packages' files for arm64, unpacked and not installed."""
    subprocess.run(["mmdebstrap", "--quiet", "--architectures=arm64", "--variant=extract",
                    f"--include={PACKAGES}", "bookworm", folder / "tree.tar"], check=True)
    subprocess.run(["tar", "-xf", "tree.tar", "./boot", "./bin/busybox"], cwd=folder, check=True)
    return next((folder / "boot").glob("vmlinuz-*")), folder / "bin/busybox"


def write(path, content, mode=0o755):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)


class HelperTest(unittest.TestCase):
    def test_its_system_calls_work(self):
        with tempfile.TemporaryDirectory(prefix="ec2spotter-test-") as name:
            said = self.run_guest(pathlib.Path(name))
        self.assertIn(f"without a kernel: {errno.ENOENT}", said)
        self.assertRegex(said, f"with what is none: ({errno.ENOSYS}|{errno.ENOEXEC})")
        self.assertIn(f"told of a notice: {NOTICE}", said)

    def run_guest(self, folder):
        """What the guest says on its console until it ends."""
        kernel, busybox = fetch(folder)
        helpers = pathlib.Path(os.environ["EC2SPOTTER_HELPERS"])
        tree = folder / "tree"
        for name in ("bin", "dev"):
            (tree / name).mkdir(parents=True)
        write(tree / "bin/busybox", busybox.read_bytes())
        write(tree / "init", INIT)
        write(tree / "helper", (helpers / "helper.aarch64").read_bytes())
        write(tree / "metadata", METADATA)
        write(tree / "hook", HOOK)
        (tree / "bin/sh").symlink_to("busybox")
        archive(tree, folder / "initramfs")
        done = subprocess.run(
            ["timeout", str(SECONDS_MOST), "qemu-system-aarch64", "-machine", "virt", "-cpu",
             "cortex-a72", "-m", "768", "-nographic", "-nodefaults", "-serial", "stdio", "-no-reboot",
             "-kernel", kernel, "-initrd", folder / "initramfs", "-append",
             "console=ttyAMA0 panic=-1 quiet"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", check=False)
        return done.stdout


if __name__ == "__main__":
    unittest.main()
