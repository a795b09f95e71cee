"""Gives scripts/check-names small made-up trees. usage: check_names_test.py SOURCE_ROOT"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))


def run(files):
    """Lays out {path: text} in a new folder; gives the exit status and the output of the check."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run(
            [sys.executable, ROOT / "scripts" / "check-names", folder], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


def defined(space, name, kind="struct"):
    return f"namespace {space} {{\n\n{kind} {name} {{\n}};\n\n}} // namespace {space}\n"


class CheckNames(unittest.TestCase):
    def test_one_name_in_two_files(self):
        status, output = run(
            {"src/data/a.cpp": defined("mammo::data", "Row"), "src/data/b.cpp": defined("mammo::data", "Row", "class")}
        )
        self.assertEqual(status, 1, output)
        self.assertIn("src/data/a.cpp:3: mammo::data::Row is also defined in src/data/b.cpp:3", output)

    def test_unnamed_namespaces_keep_names_apart(self):
        hidden = "namespace mammo::data {\nnamespace {\n\nstruct Row {\n};\n\n} // namespace\n} // namespace mammo::data\n"
        status, output = run({"src/data/a.cpp": hidden, "src/data/b.cpp": hidden})
        self.assertEqual(status, 0, output)

    def test_what_follows_an_unnamed_namespace_counts(self):
        after = "namespace mammo::data {\nnamespace {\n} // namespace\n\nstruct Row {\n};\n\n} // namespace mammo::data\n"
        status, output = run({"src/data/a.cpp": after, "include/mammo/data/b.hpp": defined("mammo::data", "Row")})
        self.assertEqual(status, 1, output)

    def test_other_namespaces_and_declarations(self):
        declared = "namespace mammo::eval {\n\nstruct Row;\n\n} // namespace mammo::eval\n"
        status, output = run(
            {
                "src/data/a.cpp": defined("mammo::data", "Row"),
                "src/eval/a.cpp": defined("mammo::eval", "Row"),
                "src/eval/b.cpp": declared,
            }
        )
        self.assertEqual(status, 0, output)

    def test_nothing_to_check(self):
        self.assertEqual(run({})[0], 2)


if __name__ == "__main__":
    unittest.main()
