"""Weights and inputs by formula: the same numbers, bit by bit, as mammo/nn/formula.hpp."""

import numpy as np


def _hash_name(name):
    value = 0xCBF29CE484222325  # FNV-1a, 64 bits
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def fractions(name, count):
    """f64 [count], multiples of 2^-23 in [-1, 1)."""
    with np.errstate(over="ignore"):
        state = np.uint64(_hash_name(name)) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return ((state >> np.uint64(40)).astype(np.int64) - (1 << 23)).astype(np.float64) / (1 << 23)


def around(name, shape, centre, half_width):
    shape = tuple(shape)
    values = centre + half_width * fractions(name, int(np.prod(shape)))
    return values.astype(np.float32).reshape(shape)


def tensor(name, shape):
    return around(name, shape, 0.0, 1.0)


def _ends_residual_branch(name, names):
    if name.endswith("bn3.weight"):
        return True
    return name.endswith("bn2.weight") and name[: -len("2.weight")] + "3.weight" not in names


def weight(name, shape, names):
    """The value of one tensor of a state dict whose names are `names`."""
    if len(shape) >= 2:
        return around(name, shape, 0.0, np.sqrt(6.0 / (np.prod(shape) // shape[0])))
    if _ends_residual_branch(name, names):
        return around(name, shape, 0.25, 0.025)
    if name.rsplit(".", 1)[-1] in ("weight", "running_var"):
        return around(name, shape, 1.0, 0.1)
    return around(name, shape, 0.0, 0.1)


def load(module):
    """Gives a torch module its weights by formula."""
    import torch

    state = {k: v for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}
    names = set(state)
    filled = {k: torch.from_numpy(weight(k, tuple(v.shape), names)) for k, v in state.items()}
    missing, unexpected = module.load_state_dict(filled, strict=False)
    assert not unexpected and all(k.endswith("num_batches_tracked") for k in missing)
    return module.eval()
