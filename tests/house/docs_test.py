#!/usr/bin/env python3
"""Pages show code as it is in its file, and no link leads nowhere. usage: docs_test.py ROOT

A fenced block below a line `<!-- path -->` must stand in that file, line for line. The README shows all of
examples/13_detection.cpp, docs/training.md all of examples/05_resume.cpp.
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
pages = [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("models/*/*.md"), *root.glob("examples/**/*.md")]
problems = []

for page, example in {"README.md": "examples/13_detection.cpp", "docs/training.md": "examples/05_resume.cpp"}.items():
    shown = re.search(r"```cpp\n(.*?)```", (root / page).read_text(), re.DOTALL)
    if not shown or shown.group(1) != (root / example).read_text():
        problems.append(f"{page}: the C++ block differs from {example}")

blocks = 0
for page in pages:
    for path, block in re.findall(r"^<!-- (\S+) -->\n```\w+\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE):
        blocks += 1
        file = root / path
        if not file.exists() or f"\n{block}" not in f"\n{file.read_text()}":
            problems.append(f"{page.relative_to(root)}: the block of {path} is not in it: {block.splitlines()[0]}")

links = 0
for page in pages:
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        links += 1
        if not (page.parent / target).exists():
            problems.append(f"{page.relative_to(root)}: no {target}")

print("\n".join(problems) or f"{blocks} blocks are as in their files, {links} links of {len(pages)} pages lead somewhere")
sys.exit(bool(problems) or links == 0 or blocks == 0)
