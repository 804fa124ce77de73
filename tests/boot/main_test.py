"""The boot program as a whole, its stages replaced: each ends with a line that says how, and a visit
judges the one before it."""

import os
import time
import unittest

from support.stages import StageTest

STUB = '. "$(dirname "$0")/common.sh"\nbegin {name}\n{work}\nok\n'
ENTER = """. "$(dirname "$0")/common.sh"
. "$run/visits.sh"
stage=enter
[ ! -e "$state/../refuse_{name}" ] || next refused "it refuses"
record_entering {name}
ok engine={name}
"""
# Stage check alone has a second.
SHORT = """timeout() {{
  case $5 in */check.sh) set -- -k 1 1 "$4" "$5" ;; esac
  /usr/bin/timeout "$@"
}}
"""
NOTE_TIMEOUT = """timeout() {{
  echo "${{5##*/}} $3" >>"{work}/limits"
  /usr/bin/timeout "$@"
}}
"""
# A pause takes no time during the first three minutes of stage check; any other one ends after the
# boot program has.
PAUSE = """sleep() {{
  until grep -qs 'preboot stays' "{work}/console" ||
    {{ grep -qs 'check start' "{work}/console" && ! grep -qs seconds=180 "{work}/console"; }}; do
    /bin/sleep 0.01
  done
}}
"""


class StubTest(StageTest):
    def mains(self, **parameters):
        for program in self.programs(**parameters):
            for name in ("find", "adopt"):
                program.put(f"{name}.sh", STUB.format(name=name, work=":"))
            program.put("identify.sh", STUB.format(name="identify", work="keep instance i-1"))
            program.put("check.sh", STUB.format(name="check", work=":"))
            for name in ("kexec", "pivot"):
                program.put(f"enter_{name}.sh", ENTER.format(name=name))
            yield program


class MainTest(StubTest):
    def test_a_stage_that_ends_without_its_line_has_failed(self):
        for work, text in (("exit 0", "ended with 0: "), ("exit 3", "ended with 3: "),
                           ("kill -9 $$", "ended with 137: "),
                           ("echo why >&2; exit 7", "ended with 7: why"),
                           ("false | while read -r x; do ok; done; exit 0", "ended with 0: ")):
            for program in self.mains():
                program.put("check.sh", STUB.format(name="check", work=work))
                said = program.stage("main")
                self.assertIn(f"ec2spotter: check fail reason=internal text=\"{text}", said)
                self.assertNotIn("adopt start", said)
                self.assertTrue(said.splitlines()[-1].startswith("ec2spotter: preboot stays visit=1 "))

    def test_an_eject_stays_in_the_preboot_system_after_stage_adopt(self):
        for program in self.mains(engine="none"):
            said = program.stage("main").splitlines()
            at = said.index("ec2spotter: adopt ok")
            self.assertTrue(said[at + 1].startswith("ec2spotter: enter fail reason=ejected "))
            self.assertIn("preboot stays", said[-1])
            self.assertFalse((program.work / "state/entered").exists())

    def test_a_stage_has_a_deadline(self):
        for program in self.mains():
            program.instead(SHORT)
            program.put("check.sh", STUB.format(name="check", work="/bin/sleep 60"))
            self.assertIn("ec2spotter: check fail reason=deadline ", program.stage("main"))

    def test_a_stage_at_work_says_so_each_minute(self):
        for program in self.mains():
            program.instead(PAUSE)
            waits = (f'keep doing "e2fsck x"\nuntil grep -q seconds=180 {program.work}/console; do'
                     ' /bin/sleep 0.05; done')
            program.put("check.sh", STUB.format(name="check", work=waits))
            said = program.stage("main").splitlines()
            at = said.index("ec2spotter: check start")
            self.assertEqual(said[at + 1:at + 4],
                             [f'ec2spotter: check busy seconds={seconds} doing="e2fsck x"'
                              for seconds in (60, 120, 180)])
            self.assertIn("ec2spotter: check ok", said)
            program.wait_for_its_end()
            self.assertNotIn("busy", program.console().rpartition("check ok")[2])

    def test_the_preboot_disk_being_full_is_told(self):
        for program in self.mains():
            (program.work / "state").rmdir()
            (program.work / "state").write_text("no folder", encoding="utf-8")
            said = program.stage("main").splitlines()
            self.assertIn("ec2spotter: identify fail reason=internal ", said[0])
            self.assertIn("preboot stays", said[-1])

    def test_the_root_itself_is_left_alone_although_nobody_says_which_one_it_is(self):
        for program in self.mains(volumes="to-come"):
            (program.work / "run/entered").touch()
            self.assertEqual(program.stage("main"), "")
            self.assertTrue((program.work / "run/background").exists())

    def test_a_root_that_is_to_come_may_take_hours(self):
        for volumes, seconds in (("vol-1", "630"), ("to-come", "90000")):
            for program in self.mains(volumes=volumes):
                program.instead(NOTE_TIMEOUT)
                program.stage("main")
                self.assertIn(f"find.sh {seconds}\n", (program.work / "limits").read_text())


class VisitsTest(StubTest):
    """Visit after visit of one instance; `found` says what the stage check finds of the root."""

    def visit(self, program, traces="same", closed=True, unit=0, logs=0, instance="i-1", away=0):
        """The engines that are tried; then the record of them is `away` seconds older."""
        for name in ("traces", "closed", "stamps", "stamps_found", "refusal"):
            (program.work / "run" / name).unlink(missing_ok=True)
        program.put("identify.sh", STUB.format(name="identify", work=f"keep instance {instance}"))
        (program.work / "run/traces").write_text(traces)
        (program.work / "run/stamps_found").write_text(f"unit {unit}\nlogs {logs}\n")
        (program.work / "run/stamps").write_text(f"unit {unit}\nlogs {logs}\n")
        if closed:
            (program.work / "run/closed").touch()
        # What an engine leaves behind on the disk, as the next visit finds it.
        program.keep("part", "disk")
        program.keep("type", "ext4")
        (program.work / "dev/disk").write_bytes(b"")
        said = program.stage("main")
        entered = program.work / "state/entered"
        if entered.exists():
            (program.work / "state/traces").write_text(traces)
            with open("/proc/uptime", encoding="ascii") as file:
                booted = time.time() - float(file.read().split()[0])
            os.utime(entered, (booted - away, booted - away))
        if "enter fail reason=did_not_come_up" in said:
            return "given up"
        return " ".join(line.partition("engine=")[2].split()[0] for line in said.splitlines()
                        if "enter start" in line)

    def root(self, program, **files):
        root = program.work / "run/root"
        for name, text in ({"etc/fstab": "LABEL=r / ext4 defaults 0 1\n"} | files).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)

    def test_an_engine_that_leaves_no_trace_has_failed(self):
        for program in self.mains():
            self.root(program)
            self.assertEqual(self.visit(program), "kexec")
            self.assertEqual(self.visit(program), "given up")
            self.assertIn('reason=did_not_come_up text="kexec failed on this instance"',
                          program.console())
            self.assertEqual(self.visit(program), "kexec", "whoever restarts then, wants it anew")

    def test_a_restart_of_a_system_whose_unit_has_run_enters_again(self):
        for program in self.mains():
            self.root(program)
            for times in range(6):
                self.assertEqual(self.visit(program, unit=times, closed=False), "kexec")

    def test_a_restart_that_a_record_names_enters_again(self):
        for program in self.mains():
            for times in range(6):
                self.root(program, **{"etc/ec2spotter/last-up": f"i-1 {times} kexec\n"})
                self.assertEqual(self.visit(program), "kexec")

    def test_a_root_without_our_unit_that_was_unmounted_in_order_enters_again(self):
        for program in self.mains():
            self.root(program)
            for times in range(6):
                self.assertEqual(self.visit(program, traces=str(times)), "kexec")

    def test_a_root_that_crashes_again_and_again_is_given_up(self):
        for program in self.mains():
            self.root(program)
            tried = [self.visit(program, traces=str(times), closed=False) for times in range(5)]
            self.assertEqual(tried, ["kexec"] * 4 + ["given up"])

    def test_logs_alone_speak_for_it_too(self):
        for program in self.mains():
            self.root(program)
            self.assertEqual([self.visit(program, logs=times) for times in range(3)], ["kexec"] * 3)

    def test_a_read_only_root_is_entered_again_by_its_own_settings(self):
        for files in ({"etc/fstab": "LABEL=r / ext4 errors=remount-ro,ro 0 1\n"},
                      {"etc/fstab": "LABEL=other /srv ext4 defaults 0 1\n"},
                      {"etc/overlayroot.conf": 'overlayroot_cfgdisk="disabled"\noverlayroot="tmpfs"\n'},
                      {"boot/grub/grub.cfg": "\tlinux /vmlinuz root=x overlayroot=tmpfs ro\n"}):
            for program in self.mains():
                self.root(program, **files)
                tried = [self.visit(program) for _ in range(4)]
                self.assertEqual(tried, ["kexec"] * 3 + ["given up"], files)
        for program in self.mains():
            self.root(program, **{"etc/overlayroot.conf": 'overlayroot=""\n'})
            self.assertEqual([self.visit(program), self.visit(program)], ["kexec", "given up"])

    def test_a_system_that_restarts_itself_before_its_unit_has_run_keeps_its_engine(self):
        """For offline updates, or to set its labels: each restart has traces, some have logs too."""
        for closed in (True, False):
            for program in self.mains():
                self.root(program)
                for times in range(8):
                    tried = self.visit(program, traces=str(times), closed=closed, logs=times)
                    self.assertEqual(tried, "kexec", times)

    def test_the_engine_that_the_file_names_is_tried_more_often(self):
        for name in ("kexec", "pivot"):
            for program in self.mains(engine=name):
                self.root(program)
                self.assertEqual([self.visit(program) for _ in range(5)],
                                 [name] * 3 + ["given up", name])

    def test_logs_are_found_behind_links(self):
        for program in self.mains():
            self.root(program, **{"srv/log/journal/1/system.journal": "a"})
            (program.work / "run/root/var").mkdir()
            (program.work / "run/root/var/log").symlink_to("/srv/log")
            stamps = [self.stamps(program)]
            self.root(program, **{"srv/log/journal/1/system.journal": "ab"})
            stamps.append(self.stamps(program))
            self.assertNotEqual(*stamps)

    def stamps(self, program):
        program.put("look.sh", '. "$(dirname "$0")/common.sh"\n. "$run/visits.sh"\n'
                    'stamps >"$run/seen"\n')
        program.stage("look")
        self.assertEqual(program.status, 0, program.errors)
        return (program.work / "run/seen").read_text()

    def test_who_stays_away_for_long_has_come_up(self):
        for program in self.mains():
            self.root(program)
            for _ in range(6):
                self.assertEqual(self.visit(program, away=1000), "kexec")

    def test_an_engine_is_not_lost_for_good(self):
        for program in self.mains():
            self.root(program)
            self.assertEqual([self.visit(program), self.visit(program)], ["kexec", "given up"])
            self.assertEqual(self.visit(program, unit=1), "kexec")

    def test_the_shims_reason_counts(self):
        for program in self.mains(engine="pivot"):
            self.root(program)
            self.visit(program)
            for times in range(2):
                (program.work / "state/shim_failed").write_text("volume_absent it is not there\n")
                self.assertEqual(self.visit(program), "pivot", times)
            (program.work / "state/shim_failed").write_text("fsck it is damaged\n")
            self.assertEqual(self.visit(program), "")
            self.assertIn('enter fail reason=fsck text="pivot failed', program.console())

    def test_another_instance_begins_anew(self):
        for program in self.mains():
            self.root(program)
            self.assertEqual([self.visit(program), self.visit(program)], ["kexec", "given up"])
            self.assertEqual(self.visit(program, instance="i-2"), "kexec")

    def test_what_is_refused_is_tried_anew_by_whoever_restarts(self):
        for program in self.mains(engine="kexec"):
            self.root(program)
            (program.work / "refuse_kexec").touch()
            self.assertIn("enter fail reason=refused", program.stage("main"))
            (program.work / "refuse_kexec").unlink()
            self.assertEqual(self.visit(program), "kexec")

    def test_a_full_disk_in_the_words_of_the_field(self):
        """No record of the entering but its name; the unit could not write; logs are newer."""
        for program in self.mains():
            self.root(program, **{"etc/systemd/system/ec2spotter-root.service": "[Unit]\n"})
            (program.work / "state/entered").write_text("i-1 1 kexec\n")
            os.utime(program.work / "state/entered", (time.time() - 60, time.time() - 60))
            self.root(program, **{"var/log/journal/a": "x"})
            self.assertEqual(self.visit(program), "kexec")


if __name__ == "__main__":
    unittest.main()
