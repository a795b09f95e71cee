"""Times in PyTorch the networks that bench_models times.

    python bench/rivals/torch_models.py [THREADS]

Milliseconds a forward pass, median of 10 after 2 of warm-up, oneDNN as PyTorch ships it. Needs torch, torchvision,
numpy and safetensors.
"""

import pathlib
import statistics
import sys
import time

import torch
from safetensors.torch import load_file

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "goldens"))
import formula  # noqa: E402
import record_models  # noqa: E402


def timed(name, run):
    times = []
    for _ in range(12):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    print(f"{name:24} {statistics.median(times[2:]):8.1f} ms   least {min(times[2:]):8.1f} ms")


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else torch.get_num_threads())
    print("torch", torch.__version__, "threads", torch.get_num_threads())
    detector = record_models.detector()
    weights = load_file(ROOT / "models" / "detector" / "weights.safetensors")
    detector.load_state_dict({k: v.float() for k, v in weights.items()}, strict=False)
    detector.eval()
    film = record_models.image("bench.input", (1, 1, 800, 448)) * 100
    picture = record_models.image("bench.input", (1, 3, 224, 224))
    with torch.inference_mode():
        timed("detector/800x448", lambda: record_models.raw_outputs(detector, film))
        for depth in (18, 50):
            net = formula.load(record_models.resnet(depth))
            timed(f"resnet{depth}/224x224", lambda: net(picture))


if __name__ == "__main__":
    main()
