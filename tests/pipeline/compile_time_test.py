"""compile_time_test.py ROOT COMPILE_COMMANDS

Compiles each example as the build does, and a pipeline of ten stages, without a compiler cache: an example may take 6 s
of processor time, the pipeline 8 s. Exit status 4: there is no list of the build's commands.
"""
import json
import os
import pathlib
import resource
import shlex
import subprocess
import sys

EXAMPLE_SECONDS = 6
PIPELINE_SECONDS = 8


def seconds_of(arguments, directory):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(arguments, cwd=directory, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode != 0:
        sys.exit(run.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def without_output(command):
    arguments = [word for word in shlex.split(command) if os.path.basename(word) != "ccache"]
    arguments[arguments.index("-o") + 1] = os.devnull
    for flag in ("-MD", "-MMD"):
        while flag in arguments:
            arguments.remove(flag)
    for flag in ("-MT", "-MF"):
        while flag in arguments:
            at = arguments.index(flag)
            del arguments[at : at + 2]
    return arguments


def main():
    root, commands = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    if not commands.exists():
        print(f"SKIPPED: no {commands}")
        return 4
    entries = json.loads(commands.read_text(encoding="utf-8"))
    slow = 0
    sample = None
    for entry in entries:
        source = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if source.name == "zero_cost.cpp":
            sample = entry, source
        if source.parent != root / "examples":
            continue
        seconds = seconds_of(without_output(entry["command"]), entry["directory"])
        slow += seconds > EXAMPLE_SECONDS
        print(f"{seconds:5.2f} s  {source.name}")
    entry, source = sample
    arguments = [
        str(source.with_name("ten_stages.cpp")) if word.endswith("zero_cost.cpp") else word
        for word in without_output(entry["command"])
    ]
    seconds = seconds_of(arguments, entry["directory"])
    slow += seconds > PIPELINE_SECONDS
    print(f"{seconds:5.2f} s  ten_stages.cpp")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
