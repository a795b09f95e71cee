"""Gives scripts/check-headers made-up headers. usage: check_headers_test.py SOURCE_ROOT"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))


def run(text):
    with tempfile.TemporaryDirectory() as folder:
        header = pathlib.Path(folder) / "include" / "mammo" / "core" / "a.hpp"
        header.parent.mkdir(parents=True)
        header.write_text(text)
        done = subprocess.run([ROOT / "scripts" / "check-headers", folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


class CheckHeaders(unittest.TestCase):
    def test_header_that_forgets_an_include(self):
        status, output = run("#pragma once\nstd::string name();\n")
        self.assertNotEqual(status, 0)
        self.assertIn("include/mammo/core/a.hpp: does not compile alone", output)

    def test_header_that_stands_alone(self):
        status, output = run("#pragma once\n#include <string>\nstd::string name();\n")
        self.assertEqual(status, 0, output)


unittest.main()
