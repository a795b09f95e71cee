#!/usr/bin/env python3
"""The course of examples/ is whole: numbered without a gap, every lesson short, in the syllabus and run by a test.
usage: course_test.py ROOT

What a lesson prints is held to the syllabus by the tests that run it (tests/app/lesson.hpp).
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
syllabus = (root / "examples/README.md").read_text()
build = (root / "examples/CMakeLists.txt").read_text()
tests = "".join(path.read_text() for path in root.glob("tests/*/course_*_test.cpp"))
lessons = sorted(root.glob("examples/[0-9][0-9]_*.cpp"))
problems = []

if [int(lesson.name[:2]) for lesson in lessons] != list(range(1, len(lessons) + 1)) or not lessons:
    problems.append("lessons are not numbered from 01 on: " + " ".join(lesson.name for lesson in lessons))
for number, lesson in enumerate(lessons, 1):
    lines = lesson.read_text().splitlines()
    if len(lines) >= 80:
        problems.append(f"{lesson.name}: {len(lines)} lines, expected fewer than 80")
    if not lines[0].startswith(f"// Lesson {number}, "):
        problems.append(f"{lesson.name}: does not open with what lesson {number} teaches")
    for where, text, wanted in (
        ("in the syllabus", syllabus, rf"^### {number}\. .*\n\n\[{lesson.name}\]\({lesson.name}\)"),
        ("among what the syllabus prints", syllabus, rf"^<!-- prints {lesson.stem} -->$"),
        ("in examples/CMakeLists.txt", build, rf"^mammo_lesson\(NAME {lesson.stem} "),
        ("run by a test", tests, rf'run_lesson\("{lesson.stem}"'),
    ):
        if not re.search(wanted, text, re.MULTILINE):
            problems.append(f"{lesson.name}: is not {where}")

print("\n".join(problems) or f"{len(lessons)} lessons are short, in the syllabus and run by tests")
sys.exit(bool(problems))
