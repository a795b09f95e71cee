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
    if fill == "far":
        return (h >> np.uint64(18)).astype(np.float64) * 2.0**-14 + 1000
    if fill == "unit":
        return unit
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
    count = math.prod(spec["shape"])
    if "values" in spec:
        values = np.array([math.nan if v is None else v for v in spec["values"]], dtype=np.float64)
    elif spec.get("fill") == "index":
        values = (hashes(count, seed) % np.uint64(spec["bound"])).astype(np.float64)
    else:
        values = elements(spec.get("fill", "signed"), count, seed)
    t = torch.from_numpy(values).reshape(spec["shape"])
    return t.long() if spec.get("dtype") == "i64" else t


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
    kernel, stride, padding = pair(o["kernel"]), pair(o.get("stride", 1)), pair(o.get("padding", 0))
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
    return getattr(F if o["kind"] in ("gelu", "silu") else torch, o["kind"])(x)


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


def batch_norm_training(o, x, weight, bias, residual):
    dims = (0, 2, 3)
    mean, var = x.mean(dims), x.var(dims, correction=0)
    y = F.batch_norm(x, mean, var, weight, bias, eps=o.get("eps", 1e-5))
    return activated(y if residual is None else y + residual, o), mean, var


def moments(x, dim):
    mean = x.mean(dim)
    return mean, ((x - mean.unsqueeze(dim)) ** 2).mean(dim)


def grouped(x, groups):
    return x.reshape(x.shape[0], groups, math.prod(x.shape[1:]) // groups)


def by_channel(values, x):
    return values.reshape(-1, *(1 for _ in x.shape[2:]))


def group_norm(o, x, weight, bias):
    mean, var = moments(grouped(x, o["groups"]), 2)
    eps = o.get("eps", 1e-5)
    return F.group_norm(x, o["groups"], weight, bias, eps), mean, (var + eps).rsqrt()


def layer_norm(o, x, weight, bias):
    eps = o.get("eps", 1e-5)
    mean, var = moments(x, -1)
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps), mean, (var + eps).rsqrt()


def backward(inputs, forward, g):
    """The gradients of forward(*inputs) along g."""
    leaves = [t.detach().requires_grad_() for t in inputs]
    return torch.autograd.grad(forward(*leaves), leaves, g)


def carrying(value, statistic):
    """`value`, with the derivative of `statistic`: a case's mean and variance need not be those of its x."""
    return value + (statistic - statistic.detach())


def normalised(x, mean, var, dims):
    mean = carrying(mean, x.mean(dims, keepdim=True))
    var = carrying(var, ((x - mean.detach()) ** 2).mean(dims, keepdim=True))
    return (x - mean) / var.sqrt()


def batch_norm_gradient(o, x, y, mean, var, weight, g):
    def forward(x, weight, bias, residual):
        z = normalised(x, by_channel(mean, x), by_channel(var + o.get("eps", 1e-5), x), (0, 2, 3))
        z = z * by_channel(weight, x) + by_channel(bias, x) + residual
        return z if y is None else torch.where(y <= 0, 0, z)

    grads = backward((x, weight, torch.zeros_like(weight), torch.zeros_like(x)), forward, g)
    return grads if o.get("residual") else grads[:3]


def group_norm_gradient(o, x, mean, rstd, weight, g):
    def forward(x, weight, bias):
        z = normalised(grouped(x, o["groups"]), mean.unsqueeze(-1), rstd.unsqueeze(-1) ** -2, 2)
        return z.reshape(x.shape) * by_channel(weight, x) + by_channel(bias, x)

    return backward((x, weight, torch.zeros_like(weight)), forward, g)


def layer_norm_gradient(o, x, mean, rstd, weight, g):
    def forward(x, weight, bias):
        return normalised(x, mean.unsqueeze(-1), rstd.unsqueeze(-1) ** -2, -1) * weight + bias

    return backward((x, weight, torch.zeros_like(weight)), forward, g)


def softmax_gradient(o, y, g):
    return torch._softmax_backward_data(g, y, o["dim"], y.dtype)


def picture_like(g, o):
    return torch.zeros(*g.shape[:2], *pair(o["input"]), dtype=g.dtype)


def pool2d_gradient(o, x, g):
    return backward((picture_like(g, o) if x is None else x,), lambda x: pool2d(o, x), g)


def adaptive_pool2d_gradient(o, x, g):
    o = {**o, "output": list(g.shape[2:])}
    return backward((picture_like(g, o) if x is None else x,), lambda x: adaptive_pool2d(o, x), g)


def interpolate2d_gradient(o, g):
    return backward((picture_like(g, o),), lambda x: interpolate2d({**o, "output": list(g.shape[2:])}, x), g)


def check_normalised():
    """With statistics that are those of x, the gradients are the ones of PyTorch's own batch norm."""
    x, g = torch.rand(2, 3, 4, 5, dtype=torch.float64), torch.rand(2, 3, 4, 5, dtype=torch.float64)
    weight, bias = torch.rand(3, dtype=torch.float64), torch.rand(3, dtype=torch.float64)
    ours = batch_norm_gradient({}, x, None, x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0), weight, g)
    theirs = backward((x, weight, bias), lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), g)
    for a, b in zip(ours, theirs):
        assert torch.allclose(a, b, rtol=1e-10, atol=1e-12)


def gradient(function, x, g):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(function(x), x, g)[0]


def unary_gradient(o, v, g):
    # Some kinds are given the result y: it is led back to an x.
    inverse = {"sigmoid": torch.logit, "exp": torch.log, "sqrt": torch.square, "tanh": torch.atanh}
    return gradient(lambda x: unary(o, x), inverse.get(o["kind"], lambda y: y)(v), g)


def extreme_gradient(o, a, b, g):
    shape = torch.broadcast_shapes(a.shape, b.shape)
    return gradient(lambda x: getattr(torch, o["kind"])(x, b.expand(shape)), a.expand(shape), g)


def dropout(o, x, seed):
    return F.dropout(x, o["probability"])


def reduce_gradient(o, x, y, g):
    if not o["dims"]:
        return g
    largest = torch.amax(x, o["dims"], keepdim=True)
    return gradient(lambda x: (torch.amax if largest.equal(y) else torch.amin)(x, o["dims"], keepdim=True), x, g)


def argmax(o, x):
    return torch.argmax(x, o["dim"])


def gather(o, x, index):
    return torch.gather(x, o["dim"], index)


def scatter_add(o, g, index):
    return torch.zeros(o["shape"], dtype=g.dtype).scatter_add(o["dim"], index, g)


def embedding(o, x, index):
    return F.embedding(index, x)


def embedding_gradient(o, g, index):
    return gradient(lambda x: F.embedding(index, x), torch.zeros(o["rows"], g.shape[-1], dtype=g.dtype), g)


def box_decode_gradient(o, deltas, anchors, g):
    return gradient(lambda d: box_decode(o, d, anchors).reshape(-1, 4), deltas, g)


def pointwise_loss(o, x, t):
    if o["kind"] == "mse":
        return F.mse_loss(x, t, reduction="none")
    if o["kind"] == "smooth_l1":
        return F.smooth_l1_loss(x, t, reduction="none", beta=o.get("beta", 1))
    if o["kind"] == "huber":
        return F.huber_loss(x, t, reduction="none", delta=o.get("beta", 1))
    if o["kind"] == "bce":
        return F.binary_cross_entropy_with_logits(x, t, reduction="none")
    return torchvision.ops.sigmoid_focal_loss(x, t, o.get("alpha", 0.25), o.get("gamma", 2))


def pointwise_loss_gradient(o, x, t, g):
    return gradient(lambda x: pointwise_loss(o, x, t), x, g)


def cross_entropy(o, logits, target):
    return F.cross_entropy(logits, target, reduction="none", label_smoothing=o.get("label_smoothing", 0))


def cross_entropy_gradient(o, logits, target, g):
    return gradient(lambda x: cross_entropy(o, x, target), logits, g)


def stepped(optimizer, p, g, state):
    p.grad = g
    optimizer.state[p] = state
    optimizer.step()
    return p.detach()


def sgd_step(o, p, g, velocity, settings):
    rate, momentum, decay = settings.tolist()
    p = p.clone().requires_grad_()
    # PyTorch keeps no velocity without momentum: it is the gradient then.
    state = {"momentum_buffer": velocity.clone()}
    new_velocity = g + decay * p.detach()
    optimizer = torch.optim.SGD([p], rate, momentum, weight_decay=decay, nesterov=o.get("nesterov", False))
    return stepped(optimizer, p, g, state), state["momentum_buffer"] if momentum else new_velocity


def adam_step(o, p, g, first, second, settings):
    rate, beta1, beta2, eps, decay, step = settings.tolist()
    p = p.clone().requires_grad_()
    state = {"step": torch.tensor(step - 1), "exp_avg": first.clone(), "exp_avg_sq": second.clone()}
    kind = torch.optim.AdamW if o.get("decoupled") else torch.optim.Adam
    optimizer = kind([p], rate, (beta1, beta2), eps, weight_decay=decay)
    return stepped(optimizer, p, g, state), state["exp_avg"], state["exp_avg_sq"]


def average_step(o, average, p, settings):
    return torch.optim.swa_utils.get_ema_avg_fn(settings.item())(average, p, 1)


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
    check_normalised()
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
