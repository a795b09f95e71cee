"""The line protocol of bench/contender.cpp, for contenders in Python."""

import resource
import sys
import time


def sampled(flat):
    """32 elements at even distances."""
    return [float(flat[i * (len(flat) // 32)]) for i in range(32)]


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def milliseconds(run):
    start = time.perf_counter()
    result = run()
    return (time.perf_counter() - start) * 1000, result


def serve(load):
    """`load()` gives the workload, a function whose result is what is compared."""
    before = peak_bytes()

    def load_and_run():
        run = load()
        return run, run()

    took, (run, values) = milliseconds(load_and_run)
    print("ready", took, *(f"{v:.9g}" for v in values), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "run":
            print(*(milliseconds(run)[0] for _ in range(int(words[1]))), flush=True)
        elif words[0] == "memory":
            print(peak_bytes() - before, flush=True)
        elif words[0] == "quit":
            break
