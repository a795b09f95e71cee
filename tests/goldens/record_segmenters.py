"""Records what segmentation networks compute with weights and inputs by formula (formula.py).

    python tests/goldens/record_segmenters.py

`resnet_unet.*` is segmentation-models-pytorch's Unet. No library has the others, which are written here from their
papers: plain, so that they can be held against the C++ by eye. Everything is computed in f64.

Writes tests/goldens/models/segmenters.safetensors. Of a case: samples of the logits at inference (record_models.py,
`sampled`); `<case>.parameters` i64, how many there are; and `<case>.gradients` f32 [P, 2 + 6], for each parameter in
the order of the names the largest magnitude, the Euclidean norm and six samples of the gradient of the sum of the
logits times a weight by formula. They are of inference mode; `<case>.training_gradients` are of training mode without
dropout, where norms take the batch's statistics. Needs torch, segmentation-models-pytorch, numpy and safetensors;
last run with torch 2.15, segmentation-models-pytorch 0.6.0.
"""

import pathlib

import numpy as np
import segmentation_models_pytorch as smp
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torchvision.models.resnet import Bottleneck

import formula
from record_models import sampled

HERE = pathlib.Path(__file__).parent


def tensor(name, shape):
    return torch.from_numpy(formula.tensor(name, shape)).double()


def conv_norm_relu(inputs, outputs):
    parts = nn.Sequential()
    parts.add_module("conv", nn.Conv2d(inputs, outputs, 3, padding=1, bias=False))
    parts.add_module("norm", nn.BatchNorm2d(outputs))
    parts.add_module("relu", nn.ReLU())
    return parts


class Block(nn.Module):
    """Two 3x3 convolutions with batch norms; a residual one adds its input before the last ReLU."""

    def __init__(self, inputs, outputs, residual=False):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.residual = residual
        if residual and inputs != outputs:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False)
            self.shortcut_norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        if self.residual:
            y = y + (self.shortcut_norm(self.shortcut(x)) if hasattr(self, "shortcut") else x)
        return F.relu(y)


class Encoder(nn.ModuleList):
    def __init__(self, inputs, channels, residual=False):
        super().__init__(Block(i, o, residual) for i, o in zip([inputs, *channels], channels))

    def forward(self, x):
        maps = []
        for block in self:
            maps.append(block(F.max_pool2d(maps[-1], 2) if maps else x))
        return maps


class Gate(nn.Module):
    """Oktay et al. 2018, figure 2."""

    def __init__(self, channels, gate_channels):
        super().__init__()
        inner = channels // 2
        self.theta = nn.Conv2d(channels, inner, 2, 2, bias=False)
        self.phi = nn.Conv2d(gate_channels, inner, 1)
        self.psi = nn.Conv2d(inner, 1, 1)

    def forward(self, x, gate):
        weights = torch.sigmoid(self.psi(F.relu(self.theta(x) + self.phi(gate))))
        return x * F.interpolate(weights, size=x.shape[2:], mode="bilinear", align_corners=False)


class DecoderLevel(nn.Module):
    def __init__(self, channels, below, residual, gated):
        super().__init__()
        self.up = nn.ConvTranspose2d(below, channels, 2, 2)
        if gated:
            self.gate = Gate(channels, below)
        self.merge = Block(2 * channels, channels, residual)

    def forward(self, skip, below):
        if hasattr(self, "gate"):
            skip = self.gate(skip, below)
        return self.merge(torch.cat([skip, self.up(below)], 1))


class Decoder(nn.ModuleList):
    def __init__(self, channels, residual=False, gated=False):
        super().__init__(DecoderLevel(c, b, residual, gated) for c, b in zip(channels, channels[1:]))

    def forward(self, maps):
        results = [maps[-1]]
        for level, skip in zip(reversed(self), reversed(maps[:-1])):
            results.insert(0, level(skip, results[0]))
        return results[:-1]


class UNet(nn.Module):
    def __init__(self, inputs, classes, channels, residual_encoder=False, residual_decoder=False, gated=False,
                 kernel=1):
        super().__init__()
        self.encoder = Encoder(inputs, channels, residual_encoder)
        self.decoder = Decoder(channels, residual_decoder, gated)
        self.head = nn.Conv2d(channels[0], classes, kernel, padding=kernel // 2)

    def forward(self, x):
        return self.head(self.decoder(self.encoder(x))[0])


class KerasAttention(nn.Module):
    """tf.keras.layers.MultiHeadAttention(heads, key_dim) of a sequence to itself: key_dim is the width of a head."""

    def __init__(self, features, heads, key_dim):
        super().__init__()
        self.heads, self.key_dim = heads, key_dim
        for name in ("query", "key", "value"):
            setattr(self, name, nn.Linear(features, heads * key_dim))
        self.output = nn.Linear(heads * key_dim, features)

    def forward(self, x):
        q, k, v = (layer(x).unflatten(2, (self.heads, self.key_dim)) for layer in (self.query, self.key, self.value))
        weights = torch.softmax(torch.einsum("nthd,nshd->nhts", q, k) / self.key_dim**0.5, -1)
        return self.output(torch.einsum("nhts,nshd->nthd", weights, v).flatten(2))


class TransformerLayer(nn.Module):
    def __init__(self, features, heads, key_dim, mlp, gelu_last):
        super().__init__()
        self.norm1 = nn.LayerNorm(features, 1e-6)
        self.attention = KerasAttention(features, heads, key_dim)
        self.norm2 = nn.LayerNorm(features, 1e-6)
        self.mlp1 = nn.Linear(features, mlp)
        self.mlp2 = nn.Linear(mlp, features)
        self.gelu_last = gelu_last

    def forward(self, x):
        x = self.attention(self.norm1(x)) + x
        y = self.mlp2(F.gelu(self.mlp1(self.norm2(x))))
        return (F.gelu(y) if self.gelu_last else y) + x


class ViTBlock(nn.Module):
    """Seed 003, listing 7.9."""

    def __init__(self, inputs, size, patch, layers, heads, features, key_dim, mlp, outputs):
        super().__init__()
        self.grid = (size[0] // patch, size[1] // patch)
        self.patches = nn.Conv2d(inputs, features, patch, patch)
        self.position = nn.Parameter(torch.zeros(self.grid[0] * self.grid[1], features))
        self.layers = nn.ModuleList(TransformerLayer(features, heads, key_dim, mlp, True) for _ in range(layers))
        self.norm = nn.LayerNorm(features, 1e-6)
        if features != outputs:
            self.project = nn.Linear(features, outputs)

    def forward(self, x):
        tokens = self.patches(x).flatten(2).transpose(1, 2) + self.position
        for layer in self.layers:
            tokens = layer(tokens)
        tokens = self.norm(tokens)
        if hasattr(self, "project"):
            tokens = self.project(tokens)
        return tokens.transpose(1, 2).unflatten(2, self.grid)


class TransResUNet(nn.Module):
    """Seed 003, listing 7.8."""

    def __init__(self, inputs, classes, size, channels, layers, heads, features, key_dim, mlp):
        super().__init__()
        self.encoder = Encoder(inputs, channels, True)
        patch = 2 ** (len(channels) - 1)
        self.transformer = ViTBlock(inputs, size, patch, layers, heads, features, key_dim, mlp, channels[-1])
        self.decoder = Decoder(channels)
        self.head = nn.Conv2d(channels[0], classes, 3, padding=1)

    def forward(self, x):
        maps = self.encoder(x)
        maps[-1] = F.relu(maps[-1] + self.transformer(x))
        return self.head(self.decoder(maps)[0])


class AUBlock(nn.Module):
    """The authors' Attention_Up_block, github.com/lich0031/AUNet, without the last block."""

    def __init__(self, channels, below, reduction):
        super().__init__()
        self.dense = conv_norm_relu(below, 4 * channels)
        self.smooth = conv_norm_relu(channels, channels)
        self.bilinear = conv_norm_relu(below, channels)
        self.squeeze = nn.Linear(2 * channels, 2 * channels // reduction)
        self.excite = nn.Linear(2 * channels // reduction, 2 * channels)

    def forward(self, fine, below):
        bilinear = self.bilinear(F.interpolate(below, scale_factor=2, mode="bilinear", align_corners=True))
        smooth = self.smooth(fine + F.pixel_shuffle(self.dense(below), 2))
        joined = torch.cat([smooth, bilinear], 1)
        weights = torch.sigmoid(self.excite(F.relu(self.squeeze(joined.mean((2, 3))))))
        return joined * weights[:, :, None, None]


class AUNet(nn.Module):
    def __init__(self, inputs, classes, channels, reduction):
        super().__init__()
        self.enter = nn.ModuleList(conv_norm_relu(i, o) for i, o in zip([inputs, *channels], channels))
        self.down = nn.ModuleList(Block(c, c, True) for c in channels)
        self.up = nn.ModuleList(AUBlock(c, b, reduction) for c, b in zip(channels, channels[1:]))
        self.merge = nn.ModuleList(Block(2 * c, c) for c in channels[:-1])
        self.head = nn.Conv2d(channels[0], classes, 1)

    def forward(self, x):
        maps = []
        for enter, down in zip(self.enter, self.down):
            maps.append(down(enter(F.max_pool2d(maps[-1], 2) if maps else x)))
        y = maps[-1]
        for skip, up, merge in list(zip(maps, self.up, self.merge))[::-1]:
            y = merge(up(skip, y))
        return self.head(y)


class Aspp(nn.Module):
    def __init__(self, inputs, outputs, dilations):
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv2d(inputs, outputs, 3, padding=d, dilation=d, bias=False) for d in (1, *dilations))
        self.norms = nn.ModuleList(nn.BatchNorm2d(outputs) for _ in self.convs)
        self.mix = nn.Conv2d(outputs, outputs, 1)

    def forward(self, x):
        return self.mix(sum(norm(conv(x)) for conv, norm in zip(self.convs, self.norms)))


class ConnectedLevel(nn.Module):
    def __init__(self, inputs, channels, residual):
        super().__init__()
        self.bring = conv_norm_relu(inputs, channels)
        self.block = Block(2 * channels, channels, residual)

    def forward(self, x, connected):
        return self.block(torch.cat([self.bring(x), connected], 1))


class ConnectedUNets(nn.Module):
    """Baccouche et al. 2021, figure 8."""

    def __init__(self, inputs, classes, channels, dilations, residual=False, gated=False):
        super().__init__()
        upper, deepest = channels[:-1], channels[-1]
        self.encoder1 = Encoder(inputs, upper, residual)
        self.bottom1 = Aspp(upper[-1], deepest, dilations)
        self.decoder1 = Decoder(channels, residual, gated)
        self.encoder2 = nn.ModuleList(ConnectedLevel(i, o, residual) for i, o in zip([upper[0], *upper], upper))
        self.bottom2 = Aspp(upper[-1], deepest, dilations)
        self.decoder2 = Decoder(channels, residual, gated)
        self.refine = Aspp(upper[0], upper[0], dilations)
        self.head = nn.Conv2d(upper[0], classes, 1)

    def forward(self, x):
        maps = self.encoder1(x)
        first = self.decoder1([*maps, self.bottom1(F.max_pool2d(maps[-1], 2))])
        maps, y = [], first[0]
        for level, connected in zip(self.encoder2, first):
            maps.append(level(y, connected))
            y = F.max_pool2d(maps[-1], 2)
        return self.head(self.refine(self.decoder2([*maps, self.bottom2(y)])[0]))


class TransUNet(nn.Module):
    """Chen et al. 2021, section 3, on torchvision's bottlenecks."""

    class Up(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.conv1 = conv_norm_relu(inputs, outputs)
            self.conv2 = conv_norm_relu(outputs, outputs)

        def forward(self, x, skip=None):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            return self.conv2(self.conv1(x if skip is None else torch.cat([x, skip], 1)))

    def __init__(self, inputs, classes, size, stem, blocks, layers, heads, features, mlp, decoder):
        super().__init__()
        self.resnet = nn.Module()
        self.resnet.conv1 = nn.Conv2d(inputs, stem, 7, 2, 3, bias=False)
        self.resnet.bn1 = nn.BatchNorm2d(stem)
        before = stem
        for i, count in enumerate(blocks):
            width, stage = stem << i, nn.Sequential()
            for j in range(count):
                stride = 2 if i and not j else 1
                down = None
                if not j:
                    down = nn.Sequential(nn.Conv2d(before, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width))
                stage.append(Bottleneck(before, width, stride, down))
                before = 4 * width
            setattr(self.resnet, f"layer{i + 1}", stage)
        self.embed = nn.Conv2d(before, features, 1)
        self.position = nn.Parameter(torch.zeros(size[0] // 16 * (size[1] // 16), features))
        self.layers = nn.ModuleList(
            TransformerLayer(features, heads, features // heads, mlp, False) for _ in range(layers))
        self.norm = nn.LayerNorm(features, 1e-6)
        self.widen = conv_norm_relu(features, decoder[0])
        skips = [8 * stem, 4 * stem, stem, 0]
        self.up = nn.ModuleList(self.Up(i + s, o) for i, s, o in zip(decoder, skips, decoder[1:]))
        self.head = nn.Conv2d(decoder[-1], classes, 3, padding=1)

    def forward(self, x):
        r = self.resnet
        stem = F.relu(r.bn1(r.conv1(x)))
        first = r.layer1(F.max_pool2d(stem, 3, 2, 1))
        second = r.layer2(first)
        deepest = self.embed(r.layer3(second))
        tokens = deepest.flatten(2).transpose(1, 2) + self.position
        for layer in self.layers:
            tokens = layer(tokens)
        y = self.widen(self.norm(tokens).transpose(1, 2).unflatten(2, deepest.shape[2:]))
        for up, skip in zip(self.up, [second, first, stem, None]):
            y = up(y, skip)
        return self.head(y)


class CascadedUNets(nn.Module):
    def __init__(self, inputs, classes, channels, scales):
        super().__init__()
        self.scales = nn.ModuleList(UNet(inputs + classes * (i > 0), classes, channels) for i in range(scales))

    def forward(self, x):
        found = None
        for i, unet in enumerate(self.scales):
            seen = F.avg_pool2d(x, 2 ** (len(self.scales) - 1 - i))
            if found is not None:
                up = F.interpolate(torch.sigmoid(found), size=seen.shape[2:], mode="bilinear", align_corners=False)
                seen = torch.cat([seen, up], 1)
            found = unet(seen)
        return found


def unet_on_resnet(name, **options):
    return smp.Unet(name, encoder_weights=None, **options)


THESIS = [32, 64, 128, 256, 512]
SMALL = [6, 8, 12]
CASES = {
    "resnet_unet.18": (lambda: unet_on_resnet("resnet18", in_channels=1, decoder_channels=[48, 32, 24, 16, 8]),
                       (2, 1, 32, 64)),
    "resnet_unet.50": (lambda: unet_on_resnet("resnet50", classes=2, decoder_channels=[32, 24, 16, 12, 8]),
                       (1, 3, 32, 32)),
    "unet.plain": (lambda: UNet(1, 1, [8, 12, 16, 20]), (2, 1, 32, 24)),
    "unet.residual": (lambda: UNet(3, 2, [8, 12, 16, 16], True, True, kernel=3), (2, 3, 16, 32)),
    "unet.gated": (lambda: UNet(1, 1, SMALL, gated=True), (2, 1, 24, 16)),
    "transres_unet": (lambda: TransResUNet(1, 1, (32, 48), [8, 8, 12, 16], 2, 2, 12, 5, 20), (2, 1, 32, 48)),
    "transres_unet.equal": (lambda: TransResUNet(3, 1, (16, 16), [8, 8, 12], 1, 2, 12, 12, 24), (2, 3, 16, 16)),
    "aunet": (lambda: AUNet(1, 2, [8, 12, 16], 4), (2, 1, 16, 24)),
    "connected_unets": (lambda: ConnectedUNets(1, 1, SMALL, [2, 3]), (2, 1, 24, 16)),
    "connected_unets.gated": (lambda: ConnectedUNets(1, 1, SMALL, [2], True, True), (2, 1, 16, 24)),
    "transunet": (lambda: TransUNet(1, 2, (64, 48), 4, [1, 2, 1], 2, 2, 8, 16, [12, 10, 8, 8, 6]), (2, 1, 64, 48)),
    "cascaded_unets": (lambda: CascadedUNets(1, 2, SMALL, 3), (2, 1, 32, 48)),
}
# Only counted.
FULL = {
    "resnet_unet.full": lambda: unet_on_resnet("resnet34"),
    "unet.full": lambda: UNet(1, 1, THESIS),
    "residual_unet.full": lambda: UNet(3, 1, THESIS, True, kernel=3),
    "transres_unet.thesis": lambda: TransResUNet(3, 1, (256, 256), THESIS, 8, 4, 512, 512, 1024),
    "transres_unet.slim": lambda: TransResUNet(1, 1, (256, 256), THESIS, 8, 4, 256, 64, 512),
    "aunet.full": lambda: AUNet(1, 1, [64, 128, 256, 512, 1024], 16),
    "connected_unets.full": lambda: ConnectedUNets(1, 1, THESIS, [6, 12, 18]),
    "transunet.full": lambda: TransUNet(3, 1, (224, 224), 64, [3, 4, 9], 12, 12, 768, 3072, [512, 256, 128, 64, 16]),
    "cascaded_unets.full": lambda: CascadedUNets(1, 1, [16, 32, 64, 128], 3),
}


def count(net):
    return torch.tensor([sum(p.numel() for p in net.parameters())])


def summary(name, gradient, samples=6):
    flat = gradient.reshape(-1)
    places = np.floor((formula.fractions(f"{name}.places", samples) + 1) / 2 * flat.numel()).astype(np.int64)
    return torch.cat([flat.abs().max()[None], flat.norm()[None], flat[torch.from_numpy(places)]]).float()


def gradients(net, x, weight):
    net.zero_grad()
    (net(x) * weight).sum().backward()
    found = {key: p.grad for key, p in net.named_parameters()}
    return torch.stack([summary(key, found[key]) for key in sorted(found)])


def record():
    store = {}
    for name, (make, shape) in CASES.items():
        net = formula.load(make()).double()
        x = tensor(f"{name}.input", shape)
        with torch.no_grad():
            logits = net(x)
        sampled(store, f"{name}.logits", logits, 64)
        store[f"{name}.parameters"] = count(net)
        weight = tensor(f"{name}.weight", tuple(logits.shape))
        store[f"{name}.gradients"] = gradients(net, x, weight)
        if name != "resnet_unet.50":  # whose deepest map is a single value a channel
            store[f"{name}.training_gradients"] = gradients(net.train(), x, weight)
        largest = store[f"{name}.gradients"][:, 0]
        print(name, tuple(logits.shape), logits.abs().max().item(), "gradients", largest.min().item(),
              largest.max().item())
    for name, make in FULL.items():
        with torch.device("meta"):  # shapes without memory
            net = make()
        store[f"{name}.parameters"] = count(net)
        print(name, int(store[f"{name}.parameters"]))
    save_file(store, HERE / "models/segmenters.safetensors")


if __name__ == "__main__":
    record()
