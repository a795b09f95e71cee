#!/usr/bin/env python3
"""Pages show their examples as they are, and no link of a page leads nowhere. usage: docs_test.py ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
pages = [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("models/*/*.md"), *root.glob("examples/**/*.md")]
problems = []

for page, example in {"README.md": "examples/analyze.cpp", "docs/training.md": "examples/train.cpp"}.items():
    shown = re.search(r"```cpp\n(.*?)```", (root / page).read_text(), re.DOTALL)
    if not shown or shown.group(1) != (root / example).read_text():
        problems.append(f"{page}: the C++ block differs from {example}")

links = 0
for page in pages:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        links += 1
        if not (page.parent / target).exists():
            problems.append(f"{page.relative_to(root)}: no {target}")

print("\n".join(problems) or f"{links} links of {len(pages)} pages lead somewhere")
sys.exit(bool(problems) or links == 0)
