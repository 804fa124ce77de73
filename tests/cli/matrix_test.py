"""docs/matrix.md has the lines that the tests in virtual machines announce, and no others."""

import importlib
import sys
import unittest

from program import SOURCE

sys.path.insert(0, str(SOURCE / "tests/vm"))
import matrix  # noqa: E402


class MatrixTest(unittest.TestCase):
    def test_the_page_is_made_of_the_tests_lines(self):
        for file in sorted((SOURCE / "tests/vm").glob("*_test.py")):
            importlib.import_module(file.stem)
        self.assertGreater(len(matrix.declared), 20)
        self.assertEqual((SOURCE / "docs/matrix.md").read_text(encoding="utf-8"),
                         matrix.page(matrix.declared), "run script/matrix")


if __name__ == "__main__":
    unittest.main()
