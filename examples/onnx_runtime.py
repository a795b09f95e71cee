"""Runs an ONNX file in ONNX Runtime, for lesson 18.

usage: python onnx_runtime.py NETWORK.onnx THREADS RUNS

The input is read from NETWORK.input (f32, row-major), the first output written to NETWORK.output. Prints the version
and the milliseconds of each run after the first. Exit status 4: onnxruntime or numpy is not installed.
"""

import pathlib
import sys
import time

try:
    import numpy as np
    import onnxruntime
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(4)

path, threads, runs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.log_severity_level = 3
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
name, shape = session.get_inputs()[0].name, session.get_inputs()[0].shape
x = np.fromfile(path.with_suffix(".input"), np.float32).reshape(shape)
outputs = session.run(None, {name: x})
outputs[0].tofile(path.with_suffix(".output"))

print(onnxruntime.__version__)
for _ in range(runs):
    start = time.perf_counter()
    session.run(None, {name: x})
    print((time.perf_counter() - start) * 1000)
