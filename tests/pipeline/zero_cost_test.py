"""zero_cost_test.py PROGRAM

Counts the instructions of the two functions of zero_cost.cpp under callgrind. A pipeline may take at most 0.1 % more
than the calls by hand: a few instructions where values are moved, none for each pixel. Exit status 4: no valgrind.
"""
import re
import shutil
import subprocess
import sys

ALLOWED = 0.001


def instructions(program, which):
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect=*counted_{which}*", program, which],
        capture_output=True, text=True, check=True)
    count = int(re.search(r"Collected : (\d+)", run.stderr).group(1))
    return count, run.stdout


def main():
    if shutil.which("valgrind") is None:
        print("SKIPPED: there is no valgrind here")
        return 4
    hand, hand_result = instructions(sys.argv[1], "hand")
    pipeline, pipeline_result = instructions(sys.argv[1], "pipeline")
    print(f"by hand {hand} instructions, as a pipeline {pipeline}")
    if hand < 1000 or hand_result != pipeline_result:
        print(f"nothing was counted, or another result: {hand_result} {pipeline_result}")
        return 1
    return 0 if pipeline <= hand * (1 + ALLOWED) else 1


if __name__ == "__main__":
    sys.exit(main())
