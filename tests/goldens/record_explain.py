"""Records what captum computes on a small ResNet with weights and inputs by formula (formula.py).

    python tests/goldens/record_explain.py

Writes tests/goldens/explain/resnet.safetensors: maps f32 [H, W], computed in f64. Needs torch, torchvision, captum,
numpy and safetensors; last run with torch 2.15, torchvision 0.29, captum 0.9.
"""

import pathlib

import torch
from captum.attr import IntegratedGradients, LayerGradCam, Occlusion, Saliency
from safetensors.torch import save_file
from torch.nn import functional as F

import formula
from record_models import resnet

OUT = pathlib.Path(__file__).parent / "explain"
TARGET = 7


def element_by_element(net, layer, x):
    """HiResCAM (Draelos and Carin 2020), which captum lacks."""
    kept = {}
    handle = layer.register_forward_hook(lambda module, inputs, output: kept.update(features=output))
    score = net(x)[0, TARGET]
    handle.remove()
    (gradient,) = torch.autograd.grad(score, kept["features"])
    return F.relu((gradient * kept["features"]).sum(1, keepdim=True))


def main():
    net = formula.load(resnet(18, 0.25, num_classes=10)).double()
    x = torch.from_numpy(formula.tensor("explain.input", (1, 3, 48, 40))).double()
    store = {}

    def keep(name, attribution):
        store[name] = attribution.detach().squeeze().float().contiguous()
        print(name, tuple(store[name].shape), float(store[name].abs().max()))

    def enlarged(attribution):
        return F.interpolate(attribution, x.shape[2:], mode="bilinear", align_corners=False)

    keep("input_gradient", Saliency(net).attribute(x.clone(), target=TARGET).amax(1))
    keep("integrated_gradients", IntegratedGradients(net).attribute(
        x, baselines=0.5, target=TARGET, n_steps=20, method="riemann_middle").sum(1))
    for stage in (3, 4):
        layer = getattr(net, f"layer{stage}")
        keep(f"grad_cam.layer{stage}", enlarged(LayerGradCam(net, layer).attribute(
            x, target=TARGET, relu_attributions=True)))
        keep(f"elementwise.layer{stage}", enlarged(element_by_element(net, layer, x)))
    keep("occlusion", Occlusion(net).attribute(
        x, sliding_window_shapes=(3, 12, 10), strides=(3, 6, 5), baselines=0.25, target=TARGET)[:, 0])
    OUT.mkdir(exist_ok=True)
    save_file(store, OUT / "resnet.safetensors")


if __name__ == "__main__":
    main()
