"""Stage identify, and what it says of a preboot image that lacks a program."""

import os
import pathlib
import time
import unittest

from support.stages import StageTest


class IdentifyTest(StageTest):
    def images(self, missing):
        """A program in each shell whose preboot image has all that this host has, but for one."""
        for program in self.programs():
            tools = program.work / "tools"
            for folder in os.environ["PATH"].split(":"):
                for tool in pathlib.Path(folder).glob("*"):
                    if tool.name != missing and not (tools / tool.name).exists():
                        (tools / tool.name).symlink_to(tool)
            text = (program.work / "run/common.sh").read_text()
            program.put("common.sh", text.replace(f"{tools}:/usr/local/sbin:", f"{tools} IGNORED="))
            yield program

    def test_what_the_image_lacks_is_said_at_once(self):
        for tool, reason in (("python3", "no_python"), ("cmp", "no_cmp"), ("find", "no_find"),
                             ("gunzip", "no_gunzip")):
            for program in self.images(tool):
                if program.shell[0] == "busybox" and tool != "python3":
                    continue  # it has these itself
                began = time.monotonic()
                self.assertIn(f"ec2spotter: identify fail reason={reason} "
                              f"text=\"this preboot image has no {tool}", program.stage("identify"))
                self.assertEqual(program.status, 3)
                self.assertLess(time.monotonic() - began, 20)

    def test_an_image_that_has_all_is_asked_which_instance_it_is(self):
        for program in self.images(None):
            program.keep("instance", "i-0123")
            self.assertIn("ec2spotter: identify ok instance=i-0123 ", program.stage("identify"))

    def test_an_id_that_is_no_instances_is_refused(self):
        for wrong in ("", "iid-datasource-none", "i-", "i-<html>", "x-0123"):
            for program in self.images(None):
                program.keep("instance", wrong)
                self.assertIn("identify fail reason=no_instance ", program.stage("identify"), wrong)


if __name__ == "__main__":
    unittest.main()
