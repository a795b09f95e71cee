#!/usr/bin/env python3
"""Compiles each lesson of examples/ anew, without a cache, and fails on one that takes too long: a header that drags in
too much is felt by everybody who includes it. usage: compile_time_test.py BUILD_FOLDER SECONDS

Processor time is counted, which other programs disturb less than the clock on the wall.
"""
import json
import pathlib
import resource
import shlex
import subprocess
import sys

build, limit = pathlib.Path(sys.argv[1]), float(sys.argv[2])


def seconds_of(entry):
    command = shlex.split(entry["command"])
    if pathlib.Path(command[0]).name == "ccache":
        command = command[1:]
    command[command.index("-o") + 1] = "/dev/null"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=entry["directory"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


lessons = [entry for entry in json.loads((build / "compile_commands.json").read_text())
           if pathlib.Path(entry["file"]).parent.name == "examples"]
times = {pathlib.Path(entry["file"]).name: seconds_of(entry) for entry in lessons}
for name, seconds in times.items():
    print(f"{name}: {seconds:.1f} s{'' if seconds < limit else ': TOO LONG'}")
sys.exit(not times or max(times.values()) >= limit)
