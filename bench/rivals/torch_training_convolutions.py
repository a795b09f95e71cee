"""Times in PyTorch the convolutions that bench_training_convolutions times.

    python bench/rivals/torch_training_convolutions.py [THREADS [PART OF A NAME]]

Milliseconds a group, least of several runs, with pictures row-major (NCHW) and channels last; processor time where
there is one thread. Needs torch.
"""

import sys
import time

import torch

LEAST_RUNS, LEAST_SECONDS = 3, 0.5
FORMATS = {"rows": torch.contiguous_format, "channels last": torch.channels_last}


def resnet50(name, n, channels, height, width, features, stride_on_1x1):
    """Yields (group, x shape, output channels, kernel, stride, times)."""
    yield f"{name}/stem", (n, channels, height, width), 64, 7, 2, 1
    inputs, h, w = 64, height // 4, width // 4
    for stage, blocks in enumerate((3, 4, 6, 3)):
        group, stride = f"{name}/stage{stage + 1}", 1 if stage == 0 else 2
        small = (n, features, h // stride, w // stride)
        on_1x1, on_3x3 = (stride, 1) if stride_on_1x1 else (1, stride)
        yield group, (n, inputs, h, w), 4 * features, 1, stride, 1
        yield group, (n, inputs, h, w), features, 1, on_1x1, 1
        yield group, (n, features, h // on_1x1, w // on_1x1), features, 3, on_3x3, 1
        yield group, small, 4 * features, 1, 1, blocks
        yield group, (n, 4 * features, *small[2:]), features, 1, 1, blocks - 1
        yield group, small, features, 3, 1, blocks - 1
        inputs, h, w, features = 4 * features, *small[2:], 2 * features


def retinanet(n):
    yield from resnet50("retinanet", n, 1, 800, 448, 32, True)
    for level, (h, w) in enumerate(((100, 56), (50, 28), (25, 14), (13, 7))):
        if level < 3:
            yield "retinanet/pyramid", (n, 256 << level, h, w), 128, 1, 1, 1
            yield "retinanet/pyramid", (n, 128, h, w), 128, 3, 1, 1
        for features, times in ((128, 8), (18, 1), (36, 1)):
            yield "retinanet/heads", (n, 128, h, w), features, 3, 1, times


def steps(x_shape, features, kernel, stride, memory_format):
    x = torch.randn(x_shape).contiguous(memory_format=memory_format)
    weight = torch.randn(features, x_shape[1], kernel, kernel).contiguous(memory_format=memory_format)
    options = [stride] * 2, [kernel // 2] * 2, [1] * 2
    g = torch.randn_like(torch.conv2d(x, weight, None, *options)).contiguous(memory_format=memory_format)

    def backward(by_input, by_weight):
        return torch.ops.aten.convolution_backward(g, x, weight, None, *options, False, [0, 0], 1,
                                                   [by_input, by_weight, False])

    return {"forward": lambda: torch.conv2d(x, weight, None, *options),
            "by input": lambda: backward(True, False), "by weight": lambda: backward(False, True)}


def least(run):
    run()
    times = []
    clock = time.perf_counter if torch.get_num_threads() > 1 else time.thread_time
    while len(times) < LEAST_RUNS or sum(times) < LEAST_SECONDS:
        start = clock()
        run()
        times.append(clock() - start)
    return min(times) * 1000


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else torch.get_num_threads())
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    print("torch", torch.__version__, "threads", torch.get_num_threads())
    groups = {}
    for group, *convolution in (*resnet50("resnet50", 8, 3, 224, 224, 64, False), *retinanet(4)):
        groups.setdefault(group, []).append(convolution)
    with torch.no_grad():
        for group, convolutions in groups.items():
            for title, memory_format in FORMATS.items():
                work = [(steps(*convolution, memory_format), times) for *convolution, times in convolutions]
                for step in ("forward", "by input", "by weight"):
                    name = f"{group}/{step}/{title}"
                    if (step == "by input" and group.endswith("stem")) or wanted not in name:
                        continue

                    def run():
                        for functions, times in work:
                            for _ in range(times):
                                functions[step]()

                    print(f"{name:45} {least(run):9.1f} ms", flush=True)


if __name__ == "__main__":
    main()
