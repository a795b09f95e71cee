"""PyTorch's side of the comparison: the workloads and the line protocol of bench/contender.cpp.

    python bench/rivals/torch_contender.py WORKLOAD THREADS f32|bf16 contiguous|channels_last

In bf16 inference runs a network converted to it, and training an autocast one.
"""

import contextlib
import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "goldens"))
import formula  # noqa: E402
import protocol  # noqa: E402
import record_models  # noqa: E402

PRECISIONS = {"f32": torch.float32, "bf16": torch.bfloat16}
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def sampled(t):
    return protocol.sampled(t.detach().reshape(-1))


def infer_detector(layout, precision):
    net = record_models.detector()
    weights = load_file(ROOT / "models" / "detector" / "weights.safetensors")
    net.load_state_dict({k: v.float() for k, v in weights.items()}, strict=False)
    net = net.eval().to(precision, memory_format=layout)
    x = (record_models.image("bench.input", (1, 1, 800, 448)) * 100).to(precision, memory_format=layout)

    def run():
        with torch.inference_mode():
            return sampled(record_models.raw_outputs(net, x)["cls_logits"])

    return run


def infer_resnet50(layout, precision):
    net = formula.load(record_models.resnet(50)).eval().to(precision, memory_format=layout)
    x = record_models.image("bench.input", (1, 3, 224, 224)).to(precision, memory_format=layout)

    def run():
        with torch.inference_mode():
            return sampled(net(x))

    return run


def training(net, precision, loss_of):
    learned = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(learned, 1e-3, 0.9, weight_decay=1e-4)

    def run():
        optimizer.zero_grad()
        with torch.autocast("cpu", precision) if precision != torch.float32 else contextlib.nullcontext():
            loss = loss_of(net)
        loss.backward()
        optimizer.step()
        return [loss.item()]

    return run


def train_resnet50(layout, precision):
    net = formula.load(record_models.resnet(50)).train().to(memory_format=layout)
    x = record_models.image("bench.input", (8, 3, 224, 224)).to(memory_format=layout)
    target = torch.arange(8) * 100
    return training(net, precision, lambda net: F.cross_entropy(net(x), target))


def focal(logits, target, alpha=0.25, gamma=2):
    """torchvision's sigmoid_focal_loss, summed."""
    p = torch.sigmoid(logits)
    loss = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    missed = 1 - (p * target + (1 - p) * (1 - target))
    return ((alpha * target + (1 - alpha) * (1 - target)) * loss * missed**gamma).sum()


def train_retinanet(layout, precision):
    net = formula.load(record_models.detector()).train().to(memory_format=layout)
    for name, module in net.named_modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
            module.requires_grad_(False)
    for part in (net.backbone.body.conv1, net.backbone.body.layer1):
        part.requires_grad_(False)
    x = record_models.image("bench.input", (4, 1, 800, 448)).to(memory_format=layout)
    targets = {}

    def loss_of(net):
        output = net.head(list(net.backbone(x).values()))
        if not targets:
            targets["classes"] = torch.zeros_like(output["cls_logits"], dtype=torch.float32)
            targets["classes"].view(-1)[1::1000] = 1
            targets["offsets"] = record_models.image("bench.offsets", tuple(output["bbox_regression"].shape))
        boxes = F.smooth_l1_loss(output["bbox_regression"].float(), targets["offsets"], reduction="sum", beta=0.1)
        return (focal(output["cls_logits"].float(), targets["classes"]) + boxes) * 1e-3

    return training(net, precision, loss_of)


WORKLOADS = {"infer-detector": infer_detector, "infer-resnet50": infer_resnet50, "train-resnet50": train_resnet50,
             "train-retinanet": train_retinanet}


def main():
    name, threads, precision, layout = sys.argv[1:]
    torch.set_num_threads(int(threads))
    protocol.serve(lambda: WORKLOADS[name](FORMATS[layout], PRECISIONS[precision]))


if __name__ == "__main__":
    main()
