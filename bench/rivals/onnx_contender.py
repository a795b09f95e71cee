"""ONNX Runtime's side of the comparison: the inference workloads and the line protocol of bench/contender.cpp, from
the files that `mammo models export` wrote.

    python bench/rivals/onnx_contender.py WORKLOAD THREADS FILE.onnx
"""

import pathlib
import sys

import numpy as np
import onnxruntime

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "goldens"))
import formula  # noqa: E402
import protocol  # noqa: E402

# Of each workload the input, as it is in bench/contender.cpp, and the output that is compared.
WORKLOADS = {
    "infer-detector": (lambda: formula.tensor("bench.input", (1, 1, 800, 448)) * np.float32(100), "cls_logits"),
    "infer-resnet50": (lambda: formula.tensor("bench.input", (1, 3, 224, 224)), "logits"),
}


def main():
    name, threads, path = sys.argv[1:]

    def load():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(threads)
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        make_image, output = WORKLOADS[name]
        image = make_image()
        return lambda: protocol.sampled(session.run([output], {"image": image})[0].reshape(-1))

    protocol.serve(load)


if __name__ == "__main__":
    main()
