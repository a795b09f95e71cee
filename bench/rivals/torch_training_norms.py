"""Times in PyTorch what bench_training_norms times.

    python bench/rivals/torch_training_norms.py [THREADS]

Milliseconds, the least and the median of 15 calls after 3 of warm-up; the gradients without the forward pass.
"""

import statistics
import sys
import time

import torch
import torch.nn.functional as F


def report(name, run, prepare=lambda: None):
    times = []
    for _ in range(18):
        prepared = prepare()
        start = time.perf_counter()
        run() if prepared is None else run(prepared)
        times.append((time.perf_counter() - start) * 1000)
    print(f"{name:64} least {min(times[3:]):8.2f} ms   median {statistics.median(times[3:]):8.2f} ms", flush=True)


def both(name, forward, *inputs):
    """Forward with recording, and back from it."""
    leaves = [t.detach().requires_grad_() for t in inputs]
    report(name, lambda: forward(*leaves))

    def prepare():
        for leaf in leaves:
            leaf.grad = None
        y = forward(*leaves)
        return y, torch.ones_like(y)

    report(f"{name}, gradient", lambda prepared: prepared[0].backward(prepared[1]), prepare)


def batch_norm(x, weight, bias, *residual):
    y = F.batch_norm(x, None, None, weight, bias, training=True)
    for r in residual:
        y += r
    return F.relu(y, inplace=True)


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else torch.get_num_threads())
    print("torch", torch.__version__, "threads", torch.get_num_threads())
    for memory_format in (torch.channels_last, torch.contiguous_format):
        kind = str(memory_format).removeprefix("torch.")
        picture = lambda *shape: torch.randn(*shape).to(memory_format=memory_format)  # noqa: E731
        for shape, residual in (((8, 64, 112, 112), False), ((8, 256, 56, 56), True), ((8, 512, 28, 28), True),
                                ((8, 2048, 7, 7), True)):
            ones = torch.ones(shape[1])
            others = [picture(*shape)] if residual else []
            both(f"batch norm, relu: {list(shape)} {kind}{' +residual' if residual else ''}", batch_norm,
                 picture(*shape), ones, ones, *others)
        both(f"max pool: {kind}", lambda x: F.max_pool2d(x, 3, 2, 1), picture(8, 64, 112, 112))
        both(f"global average: {kind}", lambda x: F.adaptive_avg_pool2d(x, 1), picture(8, 2048, 7, 7))
        for mode in ("nearest", "bilinear"):
            both(f"{mode} x2: {kind}", lambda x, mode=mode: F.interpolate(x, scale_factor=2, mode=mode),
                 picture(8, 256, 28, 28))
        both(f"group norm: {kind}", lambda x, w, b: F.group_norm(x, 32, w, b), picture(8, 256, 56, 56),
             torch.ones(256), torch.ones(256))
    both("layer norm", lambda x, w, b: F.layer_norm(x, (768,), w, b), torch.randn(8, 196, 768), torch.ones(768),
         torch.ones(768))
    both("softmax", lambda x: F.softmax(x, 3), torch.randn(8, 12, 196, 196))


if __name__ == "__main__":
    main()
