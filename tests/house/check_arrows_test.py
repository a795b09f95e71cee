"""Gives scripts/check-arrows small made-up trees, right and wrong. usage: check_arrows_test.py SOURCE_ROOT"""
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
            [sys.executable, ROOT / "scripts" / "check-arrows", folder], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


class CheckArrows(unittest.TestCase):
    def refused(self, path, include, said):
        status, output = run({path: f"#pragma once\n{include}\n"})
        self.assertEqual(status, 1, output)
        self.assertIn(f"{path}:2: ", output)
        self.assertIn(said, output)

    def allowed(self, path, include):
        status, output = run({path: f"#pragma once\n{include}\n"})
        self.assertEqual(status, 0, output)

    def test_upward_arrow(self):
        self.refused("include/mammo/core/a.hpp", '#include "mammo/ops/b.hpp"', "core may not include ops")
        self.refused("src/core/a.cpp", '#include "mammo/backend/b.hpp"', "core may not include backend")

    def test_sideways_arrow(self):
        self.refused("src/image/a.cpp", '#include "mammo/nn/b.hpp"', "image may not include nn")
        self.refused("src/pipeline/a.cpp", '#include "mammo/image/b.hpp"', "pipeline may not include image")
        self.refused("src/eval/a.cpp", '#include "mammo/image/b.hpp"', "eval may not include image")

    def test_private_header_of_another_layer(self):
        self.refused("src/nn/a.cpp", '#include "models/b.hpp"', "nn may not include models")

    def test_angle_brackets_and_spaces_do_not_hide(self):
        self.refused("src/core/a.cpp", "#  include <mammo/nn/b.hpp>", "core may not include nn")

    def test_kernels_belong_to_their_layer(self):
        self.refused("kernels/halide/a.cpp", '#include "mammo/nn/b.hpp"', "image may not include nn")
        self.allowed("kernels/cpu/a.cpp", '#include "mammo/backend/b.hpp"')

    def test_vendor_headers_stay_behind_their_wall(self):
        self.refused("include/mammo/backend/a.hpp", "#include <oneapi/dnnl/dnnl.hpp>", "src/backend/onednn")
        self.refused("src/ops/a.cpp", "#include <dnnl.hpp>", "src/backend/onednn")
        self.refused("src/ops/a.cpp", "#include <cuda_runtime.h>", "src/backend/cuda")
        self.refused("src/eval/a.cpp", "#include <xtensor/xarray.hpp>", "xtensor_view")
        self.refused("src/nn/a.cpp", "#include <opencv2/core.hpp>", "image")
        self.allowed("src/backend/onednn/a.cpp", "#include <oneapi/dnnl/dnnl.hpp>")
        self.allowed("include/mammo/core/xtensor_view.hpp", "#include <xtensor/xadapt.hpp>")

    def test_downward_arrows(self):
        self.allowed("src/nn/a.cpp", '#include "mammo/core/b.hpp"')
        self.allowed("src/app/a.cpp", '#include "mammo/train/b.hpp"')
        self.allowed("src/train/a.cpp", '#include "mammo/models/b.hpp"')

    def test_unknown_layer(self):
        status, output = run({"src/attic/a.cpp": "int x;\n"})
        self.assertEqual(status, 1, output)
        self.assertIn("belongs to no known layer", output)

    def test_empty_tree_is_not_a_success(self):
        status, _ = run({"README.md": "nothing here\n"})
        self.assertEqual(status, 2)


unittest.main()
