"""Records what classification networks compute with weights and inputs by formula (formula.py).

    python tests/goldens/record_classifiers.py

`resnet*` and `densenet*` are torchvision's, made narrow, `seresnet*` timm's. No library has the others, which are
written here from their papers. Writes tests/goldens/models/classifiers.safetensors, in f64 and in the form that
record_segmenters.py describes; of the wide ones the logits alone. Needs torch, torchvision, timm and what
record_segmenters.py needs; last run with torch 2.15, torchvision 0.29, timm 1.0.31.
"""

import pathlib

import timm.models.resnet
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torchvision.models.densenet import DenseNet, densenet121, densenet201
from torchvision.models.resnet import Bottleneck

import formula
from record_models import resnet, sampled
from record_segmenters import count, gradients, tensor

HERE = pathlib.Path(__file__).parent


def seresnet(block, layers, channels=(64, 128, 256, 512), classes=1000):
    return timm.models.resnet.ResNet(
        block, layers, channels=channels, num_classes=classes, block_args={"attn_layer": "se"})


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, reduction):
        super().__init__()
        hidden = max(channels // reduction, 1)
        self.fc1 = nn.Conv2d(channels, hidden, 1)
        self.fc2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


class DilatedAttentionResNet(nn.Module):
    """Li et al. 2020, for one view, wired as in github.com/lich0031/Mammographic_Density_Classification."""

    def __init__(self, inputs, classes, stem, blocks, reduction):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, stem, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.attention = nn.ModuleList(SqueezeExcitation(c, reduction) for c in (stem, *(stem << i for i in range(2, 6))))
        before = stem
        for i, (number, stride, dilation) in enumerate(zip(blocks, (1, 2, 1, 1), (1, 1, 2, 4))):
            width = stem << i
            project = nn.Sequential(nn.Conv2d(before, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width))
            first = Bottleneck(before, width, stride, project, dilation=dilation)
            before = 4 * width
            setattr(self, f"layer{i + 1}",
                    nn.Sequential(first, *(Bottleneck(before, width) for _ in range(number - 1))))
        self.fc = nn.Linear(before, classes)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.max_pool2d(y + y * self.attention[0](y), 3, 2, 1)
        for i in range(1, 5):
            y = getattr(self, f"layer{i}")(y)
            y = y + y * self.attention[i](y)
        return self.fc(y.mean((2, 3)))


class PathologyEnsemble(nn.Module):
    """Seed 003, listing 7.12, with heads for shape, margin and BI-RADS and without dropout."""

    def __init__(self, branch, dense, **heads):
        super().__init__()
        self.original, self.margin, self.shape = branch(), branch(), branch()
        features = 3 * self.original.inplanes
        self.dense = nn.ModuleList(nn.Linear(i, o) for i, o in zip([features, *dense], dense))
        self.heads = nn.ModuleDict({name: nn.Linear(dense[-1], n) for name, n in {"pathology": 1, **heads}.items()})

    def forward(self, inputs):
        image, mask = inputs
        y = torch.cat([self.original(image), self.margin(image * (1 - mask)), self.shape(image * mask)], 1)
        for layer in self.dense:
            y = F.relu(layer(y))
        return torch.cat([head(y) for head in self.heads.values()], 1)


def branch(width_factor, channels):
    return lambda: resnet(50, width_factor, True, channels, 0)


BASIC, BOTTLENECK = timm.models.resnet.BasicBlock, timm.models.resnet.Bottleneck
NARROW = dict(width_factor=0.125, num_classes=5)
CASES = {
    "resnet18.narrow": (lambda: resnet(18, 0.25, num_classes=10), (2, 3, 64, 48)),
    "resnet50.narrow": (lambda: resnet(50, **NARROW), (2, 3, 64, 48)),
    "resnet50.dilated": (lambda: resnet(50, **NARROW, dilated=(False, True, True)), (2, 3, 40, 48)),
    "resnet50.dilated_around": (lambda: resnet(50, **NARROW, dilated=(True, False, True)), (2, 3, 48, 40)),
    "seresnet18.narrow": (lambda: seresnet(BASIC, [2, 2, 2, 2], (16, 32, 64, 128), 10), (2, 3, 64, 48)),
    "seresnet50.narrow": (lambda: seresnet(BOTTLENECK, [3, 4, 6, 3], (8, 16, 32, 64), 5), (2, 3, 48, 64)),
    "densenet": (lambda: DenseNet(6, (2, 3, 2), 10, bn_size=3, num_classes=4), (2, 3, 64, 48)),
    "dilated_attention_resnet": (lambda: DilatedAttentionResNet(1, 4, 12, [1, 2, 2, 2], 2), (2, 1, 48, 40)),
    "pathology_ensemble": (lambda: PathologyEnsemble(branch(0.125, 1), [24, 16, 12], shape=3, margin=2, birads=4),
                           (2, 1, 64, 48)),
}
WIDE = {
    "densenet121": (densenet121, (1, 3, 64, 96)),
    "densenet201": (densenet201, (1, 3, 96, 64)),
}
# Only counted, under the names of mammo's configurations.
FULL = {
    **{f"resnet{depth}": lambda depth=depth: resnet(depth) for depth in (18, 34, 50, 101, 152)},
    "resnet50_half": lambda: resnet(50, 0.5, num_classes=0),
    "resnet50_dilated": lambda: resnet(50, dilated=(False, True, True)),
    "seresnet50": lambda: seresnet(BOTTLENECK, [3, 4, 6, 3]),
    "densenet121": densenet121,
    "densenet201": densenet201,
    "dilated_attention_resnet50": lambda: DilatedAttentionResNet(3, 4, 64, [3, 4, 6, 3], 16),
    "pathology_ensemble_thesis": lambda: PathologyEnsemble(branch(1, 3), [512, 256, 128]),
    "pathology_ensemble_half": lambda: PathologyEnsemble(branch(0.5, 1), [512, 256, 128]),
}


def inputs_of(name, shape):
    image = tensor(f"{name}.input", shape)
    if name != "pathology_ensemble":
        return image
    return image, tensor(f"{name}.mask", (shape[0], 1, *shape[2:]))  # any weights will do


def record():
    store = {}
    for name, (make, shape) in {**CASES, **WIDE}.items():
        net = formula.load(make()).double()
        x = inputs_of(name, shape)
        with torch.no_grad():
            logits = net(x)
        sampled(store, f"{name}.logits", logits, 64)
        print(name, tuple(logits.shape), logits.abs().max().item())
        if name in WIDE:
            continue
        store[f"{name}.parameters"] = count(net)
        weight = tensor(f"{name}.weight", tuple(logits.shape))
        store[f"{name}.gradients"] = gradients(net, x, weight)
        store[f"{name}.training_gradients"] = gradients(net.train(), x, weight)
        largest = store[f"{name}.gradients"][:, 0]
        print("  gradients", largest.min().item(), largest.max().item())
    for name, make in FULL.items():
        with torch.device("meta"):  # shapes without memory
            net = make()
        store[f"{name}.parameters"] = count(net)
        print(name, int(store[f"{name}.parameters"]))
    save_file(store, HERE / "models/classifiers.safetensors")


if __name__ == "__main__":
    record()
