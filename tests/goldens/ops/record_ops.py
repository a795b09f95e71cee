#!/usr/bin/env python3
"""Records <operation>.json: PyTorch's results on the cases of tests/ops/cases, in f64.

Inputs come from an integer hash that tests/ops/op_case.cpp computes too, so only results are stored: of each
output its shape, up to 64 of its elements at even distances, and the sum of all elements, each multiplied by a
number that depends on its place, NaN as 0.

Run with torch and torchvision installed: python3 tests/goldens/ops/record_ops.py
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

HERE = pathlib.Path(__file__).parent
CASES = HERE.parent.parent / "ops" / "cases"
SAMPLES = 64


def hashes(count, seed):
    x = (np.arange(count, dtype=np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B9)) & np.uint64(0xFFFFFFFF)
    for multiplier, shift in ((0x85EBCA6B, 16), (0xC2B2AE35, 13), (1, 16)):
        x ^= x >> np.uint64(shift)
        x = (x * np.uint64(multiplier)) & np.uint64(0xFFFFFFFF)
    return x


def elements(fill, count, seed):
    h = hashes(count, seed)
    unit = (h >> np.uint64(8)).astype(np.float64) * 2.0**-24
    if fill == "positive":
        return unit + 0.5
    if fill == "negative":
        return -(unit + 0.5)
    if fill == "wide":
        return (unit * 2 - 1) * 8
    if fill == "huge":
        return (unit * 2 - 1) * 1000
    if fill == "small":
        return (h % np.uint64(5)).astype(np.float64)
    if fill == "nan":
        return np.where(h % np.uint64(7) == 0, np.nan, (h % np.uint64(5)).astype(np.float64))
    if fill == "boxes":
        eighths = (h % np.uint64(256)).astype(np.float64) / 8
        corners = eighths.reshape(-1, 4)
        low = corners[:, :2] * 2
        return np.concatenate([low, low + 1 + corners[:, 2:]], axis=1).reshape(-1)
    return unit * 2 - 1


def tensor(spec, seed):
    if spec is None:
        return None
    values = elements(spec.get("fill", "signed"), math.prod(spec["shape"]), seed)
    return torch.from_numpy(values).reshape(spec["shape"])


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


def activated(y, options):
    return F.relu(y) if options.get("activation") == "relu" else y


def conv2d(o, x, weight, bias, residual):
    y = F.conv2d(x, weight, bias, pair(o.get("stride", 1)), pair(o.get("padding", 0)), pair(o.get("dilation", 1)),
                 o.get("groups", 1))
    return activated(y if residual is None else y + residual, o)


def batch_norm(o, x, mean, var, weight, bias):
    return activated(F.batch_norm(x, mean, var, weight, bias, eps=o.get("eps", 1e-5)), o)


def pool2d(o, x):
    kernel, stride, padding = pair(o["kernel"]), pair(o["stride"]), pair(o.get("padding", 0))
    if o["kind"] == "max":
        return F.max_pool2d(x, kernel, stride, padding, pair(o.get("dilation", 1)))
    return F.avg_pool2d(x, kernel, stride, padding, count_include_pad=o.get("count_padding", True))


def adaptive_pool2d(o, x):
    return (F.adaptive_max_pool2d if o["kind"] == "max" else F.adaptive_avg_pool2d)(x, pair(o["output"]))


def interpolate2d(o, x):
    corners = o.get("align_corners", False) if o["mode"] == "bilinear" else None
    return F.interpolate(x, size=pair(o["output"]), mode=o["mode"], align_corners=corners)


def linear(o, x, weight, bias):
    return activated(F.linear(x, weight, bias), o)


def concat(o, *tensors):
    return torch.cat(tensors, o["dim"])


def pad(o, x):
    amounts = [n for both in zip(o["before"][::-1], o["after"][::-1]) for n in both]
    return F.pad(x, amounts, value=o.get("value", 0))


def unary(o, x):
    return getattr(torch, o["kind"])(x)


def binary(o, a, b):
    return activated(getattr(torch, o["kind"])(a, b), o)


def reduce(o, x):
    if not o["dims"]:
        return x
    kind = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin}[o["kind"]]
    return kind(x, dim=o["dims"], keepdim=o.get("keep_dims", False))


def softmax(o, x):
    return F.softmax(x, o["dim"])


def top_k(o, x):
    return torch.topk(x, o["k"])


def box_decode(o, deltas, anchors):
    coder = torchvision.models.detection._utils.BoxCoder(weights=tuple(o.get("weights", (1, 1, 1, 1))))
    return coder.decode_single(deltas, anchors)


def nms(o, boxes, scores):
    kept = torchvision.ops.nms(boxes, scores, o.get("iou_threshold", 0.5))[: o.get("max_output", len(scores))]
    filled = torch.full((len(scores),), -1)
    filled[: len(kept)] = kept
    return filled, torch.tensor([len(kept)])


def conv_options(o):
    return {"stride": pair(o.get("stride", 1)), "padding": pair(o.get("padding", 0)),
            "dilation": pair(o.get("dilation", 1)), "groups": o.get("groups", 1)}


def gradients(result, g, *inputs):
    return torch.autograd.grad(result, inputs, g)


def conv_transpose2d(o, x, weight, bias):
    shape = (x.shape[0], weight.shape[1] * o.get("groups", 1), *pair(o["output"]))
    y = torch.zeros(shape, dtype=x.dtype, requires_grad=True)
    y, = gradients(F.conv2d(y, weight, **conv_options(o)), x, y)
    return y if bias is None else y + bias[:, None, None]


def conv_weight_gradient(o, x, g):
    shape = (g.shape[1], x.shape[1] // o.get("groups", 1), *pair(o["kernel"]))
    weight = torch.zeros(shape, dtype=x.dtype, requires_grad=True)
    bias = torch.zeros(g.shape[1], dtype=x.dtype, requires_grad=True)
    result = F.conv2d(x, weight, bias, **conv_options(o))
    return gradients(result, g, weight, bias) if o.get("bias", False) else gradients(result, g, weight)


def matmul(o, a, b):
    return (a.mT if o.get("transpose_a", False) else a) @ (b.mT if o.get("transpose_b", False) else b)


def number(value):
    value = float(value)
    return None if math.isnan(value) else float(f"{value:.12g}")


def record(output):
    flat = output.reshape(-1).to(torch.float64).numpy()
    step = max(1, -(-len(flat) // SAMPLES))
    weights = hashes(len(flat), 12345).astype(np.float64) * 2.0**-32
    return {"shape": list(output.shape), "samples": [number(v) for v in flat[::step]],
            "weighted_sum": number(np.sum(np.nan_to_num(flat) * weights))}


if __name__ == "__main__":
    for path in sorted(CASES.glob("*.json")):
        operation = globals()[path.stem]
        recorded = {}
        for index, case in enumerate(json.loads(path.read_text())):
            if not case.get("torch", True):
                continue
            inputs = [tensor(spec, index * 16 + i + 1) for i, spec in enumerate(case["inputs"])]
            outputs = operation(case["options"], *inputs)
            outputs = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
            recorded[case["name"]] = [record(output) for output in outputs]
        text = json.dumps(recorded, separators=(",", ":")).replace("}],", "}],\n")
        (HERE / path.name).write_text(text + "\n")
