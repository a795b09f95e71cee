"""misfit_test.py ROOT COMPILER SOURCE

Compiles SOURCE with COMPILER as it is, which must work, and with -DMISTAKE, which must not: the first error line must
hold every word of SOURCE's lines that begin with "// message:". Exit status 4: there is no such compiler here.
"""
import pathlib
import shutil
import subprocess
import sys


def main():
    root, compiler, source = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    if shutil.which(compiler) is None:
        print(f"SKIPPED: there is no {compiler} here")
        return 4
    words = [
        word
        for line in source.read_text(encoding="utf-8").splitlines()
        if line.startswith("// message:")
        for word in line.removeprefix("// message:").split(" ")
        if word
    ]
    if not words:
        print(f"{source}: no line that begins with '// message:'")
        return 1
    command = [compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{root}/include", f"-I{root}"]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}

    def compiled(*more):
        return subprocess.run([*command, *more, str(source)], env=environment, capture_output=True, text=True, check=False)

    good = compiled()
    if good.returncode != 0:
        print(f"{source}: does not compile without its mistake:\n{good.stderr}")
        return 1
    bad = compiled("-DMISTAKE=1")
    if bad.returncode == 0:
        print(f"{source}: compiles with its mistake")
        return 1
    first = next((line for line in bad.stderr.splitlines() if "error:" in line), "")
    print(first)
    missing = [word for word in words if word not in first]
    if missing:
        print(f"{source}: the first error line lacks {missing}:\n{bad.stderr}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
