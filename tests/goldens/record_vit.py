"""Records what timm's vision transformers compute with weights and inputs by formula (formula.py), in f64.

    python tests/goldens/record_vit.py

Writes tests/goldens/models/vit.safetensors in the form of record_segmenters.py: samples of the logits (and of the
tokens), the number of parameters, and of small networks each parameter's gradient. Needs torch, timm, numpy and
safetensors; last run with torch 2.15, timm 1.0.31.
"""

import pathlib

import timm
import torch
from safetensors.torch import save_file
from timm.models.vision_transformer import VisionTransformer

import formula
from record_models import sampled
from record_segmenters import count, gradients, tensor

SMALL = {
    "vit": (dict(img_size=(32, 48), patch_size=16, in_chans=1, num_classes=5, embed_dim=24, depth=2, num_heads=3,
                 mlp_ratio=4), (2, 1, 32, 48)),
    "vit.deep": (dict(img_size=(24, 16), patch_size=8, in_chans=3, num_classes=2, embed_dim=16, depth=5, num_heads=2,
                      mlp_ratio=2), (1, 3, 24, 16)),
}
FULL = {"vit_tiny": "vit_tiny_patch16_224", "vit_small": "vit_small_patch16_224"}


def record():
    store = {}

    def keep(name, net, shape):
        net = formula.load(net).double()
        x = tensor(f"{name}.input", shape)
        with torch.no_grad():
            logits = net(x)
            sampled(store, f"{name}.logits", logits, 64)
            sampled(store, f"{name}.tokens", net.forward_features(x), 64)
        store[f"{name}.parameters"] = count(net)
        print(name, int(store[f"{name}.parameters"]), tuple(logits.shape), logits.abs().max().item())
        return net, x, tensor(f"{name}.weight", tuple(logits.shape))

    for name, (config, shape) in SMALL.items():
        store[f"{name}.gradients"] = gradients(*keep(name, VisionTransformer(**config), shape))
    for name, model in FULL.items():
        keep(name, timm.create_model(model), (1, 3, 224, 224))
    save_file(store, pathlib.Path(__file__).parent / "models/vit.safetensors")


if __name__ == "__main__":
    record()
