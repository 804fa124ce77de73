"""docs/matrix.md has the lines that the tests in virtual machines announce, and no others."""

import importlib
import sys
import unittest

import parent  # noqa: F401: finds the modules below
from program import SOURCE

FOLDERS = [SOURCE / "tests/vm", SOURCE / "tests/arm64"]
sys.path[:0] = [str(folder) for folder in FOLDERS]
import matrix  # noqa: E402


class MatrixTest(unittest.TestCase):
    def test_the_page_is_made_of_the_tests_lines(self):
        for folder in FOLDERS:
            for file in sorted(folder.glob("*_test.py")):
                importlib.import_module(file.stem)
        self.assertGreater(len(matrix.declared), 20)
        self.assertEqual((SOURCE / "docs/matrix.md").read_text(encoding="utf-8"),
                         matrix.page(matrix.declared), "run script/matrix")


if __name__ == "__main__":
    unittest.main()
