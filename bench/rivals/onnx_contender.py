"""ONNX Runtime's side of the comparison: the inference workloads and the line protocol of bench/contender.cpp, from
the files that `mammo models export` wrote.

    python bench/rivals/onnx_contender.py WORKLOAD THREADS FILE.onnx
"""

import pathlib
import resource
import sys
import time

import numpy as np
import onnxruntime

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "goldens"))
import formula  # noqa: E402

# Of each workload the input, as it is in bench/contender.cpp, and the output that is compared.
WORKLOADS = {
    "infer-detector": (lambda: formula.tensor("bench.input", (1, 1, 800, 448)) * np.float32(100), "cls_logits"),
    "infer-resnet50": (lambda: formula.tensor("bench.input", (1, 3, 224, 224)), "logits"),
}


def sampled(t):
    flat = t.reshape(-1)
    return [float(flat[i * (len(flat) // 32)]) for i in range(32)]


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def milliseconds(run):
    start = time.perf_counter()
    result = run()
    return (time.perf_counter() - start) * 1000, result


def main():
    name, threads, path = sys.argv[1:]
    before = peak_bytes()
    made = {}

    def run():
        return sampled(made["session"].run([made["output"]], {"image": made["image"]})[0])

    def load():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(threads)
        options.log_severity_level = 3
        made["session"] = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        make_image, made["output"] = WORKLOADS[name]
        made["image"] = make_image()
        return run()

    took, values = milliseconds(load)
    print("ready", took, *(f"{v:.9g}" for v in values), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "run":
            print(*(milliseconds(run)[0] for _ in range(int(words[1]))), flush=True)
        elif words[0] == "memory":
            print(peak_bytes() - before, flush=True)
        elif words[0] == "quit":
            break


if __name__ == "__main__":
    main()
