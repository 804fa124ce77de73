"""Stage find: a volume that comes, one that never comes, and one that is not made yet."""

import unittest

from support.stages import StageTest

VOLUME = "vol-0123456789abcdef0"
# As user_data.cpp writes it; the metadata service is a file here.
NOT_MADE_YET = "$(cat \"{work}/named\" 2>/dev/null || echo to-come)"
# The clock is a file; a pause moves it by half a minute, and what happens by then happens.
CLOCK = """date() {{ if [ "$1" = +%s ]; then cat "{work}/now"; else /bin/date "$@"; fi; }}
sleep() {{ . "{work}/pause"; }}
"""
PAUSE = """clock=$(($(cat "{work}/now") + {seconds}))
echo "$clock" >"{work}/now"
[ "$clock" -lt {named_after} ] || echo {volume} >"{work}/named"
[ "$clock" -lt {there_after} ] || {{ mkdir -p "{disk}"; echo {serial} >"{disk}/serial"; }}
"""
FOUND = f"ec2spotter: find ok volume={VOLUME} disk=nvme1n1\n"
NEVER = 1 << 30


class FindTest(StageTest):
    def waits(self, volumes, named_after, there_after):
        """What the stage says where the volume has a name, and is there, after so many seconds."""
        for program in self.programs():
            work = program.work
            text = (work / "run/parameters").read_text()
            program.put("parameters", text.replace("volumes='vol-1'",
                                                   f"volumes={volumes.format(work=work)}"))
            program.instead(CLOCK)
            (work / "now").write_text("0\n")
            (work / "pause").write_text(PAUSE.format(
                work=work, seconds=30, named_after=named_after, there_after=there_after,
                volume=VOLUME, serial=VOLUME.replace("-", ""),
                disk=work / "sys/block/nvme1n1/device"))
            (work / "dev/nvme1n1").touch()
            # A file stands for the disk.
            program.put("find.sh", (work / "run/find.sh").read_text().replace("[ -b ", "[ -n "))
            yield program, program.stage("find")

    def test_a_volume_that_comes_is_found(self):
        for program, said in self.waits(VOLUME, NEVER, 60):
            self.assertTrue(said.startswith(f"ec2spotter: find start volume={VOLUME}\n"), said)
            self.assertTrue(said.endswith(FOUND), said)
            self.assertTrue((program.work / "run/background").exists())

    def test_a_volume_that_does_not_come_is_waited_for_ten_minutes(self):
        for program, said in self.waits(VOLUME, NEVER, NEVER):
            self.assertEqual(program.status, 3)
            self.assertIn("find fail reason=volume_absent text=\"not attached within 600 s", said)
            self.assertIn("find wait seconds=570\n", said)

    def test_a_root_that_is_to_come_is_found_once_it_has_a_name(self):
        for program, said in self.waits(NOT_MADE_YET, 7200, 7260):
            self.assertTrue(said.startswith("ec2spotter: find start volume=to-come\n"), said)
            self.assertTrue(said.endswith(FOUND), said)
            self.assertEqual((program.work / "run/volume").read_text(), f"{VOLUME}\n")

    def test_with_a_name_it_is_waited_for_as_any_other(self):
        for program, said in self.waits(NOT_MADE_YET, 7200, NEVER):
            self.assertEqual(program.status, 3)
            self.assertIn(f"text=\"not attached within 600 s: {VOLUME}\"", said)
            last = int(said.rpartition("find wait seconds=")[2].split()[0])
            self.assertTrue(7700 < last < 7900, last)


if __name__ == "__main__":
    unittest.main()
