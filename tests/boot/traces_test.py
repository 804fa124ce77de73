"""What a second visit goes by: the traces that a system leaves on the disk, on real file systems."""

import subprocess
import tempfile
import unittest

from support.disks import FILE_SYSTEMS, SYSTEM, DiskTest, write
from support.stages import SHELLS, SOURCE


class TracesTest(unittest.TestCase):
    """What file systems tell of those who mounted them."""

    def disk(self, *command):
        file = tempfile.NamedTemporaryFile(prefix="ec2spotter-disk-")
        self.addCleanup(file.close)
        file.truncate(300 << 20)
        subprocess.run([*command, file.name], check=True, capture_output=True)
        return file.name

    def look(self, disk, type_, shell):
        text = "".join((SOURCE / f"boot/program/{name}.sh").read_text().replace('"/dev/$1"', '"$1"')
                       for name in ("volume", "visits"))
        done = subprocess.run(
            [*shell, "-c", text + '\ntraces_of "$1" "$2"; if was_closed "$1" "$2"; then echo closed; fi',
             "sh", disk, type_], check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    def test_an_ext_file_system(self):
        for shell in SHELLS:
            disk = self.disk("mke2fs", "-q", "-t", "ext4")
            before = self.look(disk, "ext4", shell)
            self.assertEqual(before[1:], ["closed"])
            self.assertEqual(self.look(disk, "ext4", shell), before)
            debugfs(disk, "ssv mnt_count 3")
            mounted = self.look(disk, "ext4", shell)
            self.assertNotEqual(mounted[0], before[0])
            debugfs(disk, "feature needs_recovery")
            self.assertEqual(self.look(disk, "ext4", shell)[1:], [], "the journal is in use")
            debugfs(disk, "feature ^needs_recovery")
            debugfs(disk, "ssv state 0")
            self.assertEqual(self.look(disk, "ext4", shell)[1:], [], "without a journal")

    def test_xfs_and_btrfs(self):
        for type_, place in (("xfs", 160), ("btrfs", 0x10000 + 72)):
            for shell in SHELLS:
                disk = self.disk(f"mkfs.{type_}", "-q")
                before = self.look(disk, type_, shell)
                with open(disk, "r+b") as file:
                    file.seek(place)
                    file.write(b"\xff")
                self.assertNotEqual(self.look(disk, type_, shell), before)


class JudgedTest(DiskTest):
    """A second visit sees what the system did on any file system of its disk, and what it did not."""

    def entered(self, program, kind):
        """Enters the disk, as far as the record of it."""
        program.put("record.sh", '. "$(dirname "$0")/common.sh"\n. "$run/visits.sh"\n'
                    'stamps >"$run/stamps"\nrelease_volume\nrecord_entering kexec\n')
        program.put("judge.sh", '. "$(dirname "$0")/common.sh"\n. "$run/visits.sh"\n'
                    'judge_last_visit\necho "doubts $(cat "$state/doubts" 2>/dev/null)'
                    ' $(cat "$state/failed" 2>/dev/null)" >"$run/judged"\n')
        program.keep("instance", "i-1")
        program.keep("visit", "1")
        self.assertIn("check ok", self.last(program, "check"), kind)
        program.stage("record")
        self.assertEqual(program.status, 0, program.errors)

    def judged(self, program):
        self.assertIn("check ok", self.last(program, "check"))
        program.stage("judge")
        self.assertEqual(program.status, 0, program.errors)
        return (program.work / "run/judged").read_text().strip()

    def test_logs_and_mounts_count_as_up(self):
        def mounted(root):
            write(root, {"home/me": "a"})

        def logs(root):
            write(root, {"var/log/journal/1/system.journal": "a"})

        for kind in FILE_SYSTEMS:
            files = SYSTEM | {"var/log/journal/1/other": ""}
            for how, wanted in ((None, "doubts  did_not_come_up kexec"), (logs, "doubts 1"),
                                (mounted, "doubts 1" if kind == "ext4" else "doubts 3")):
                for program in self.programs():
                    file = self.make(program, kind, files)
                    self.attach(program, file)
                    self.entered(program, kind)
                    self.detach(program)
                    if how:
                        self.change(file, how)
                    self.attach(program, file)
                    self.assertEqual(self.judged(program), wanted, (kind, how))
                    self.detach(program)


def debugfs(disk, request):
    subprocess.run(["debugfs", "-w", "-R", request, disk], check=True, capture_output=True)


if __name__ == "__main__":
    unittest.main()
