"""Records what PyTorch computes in training, with weights and inputs by formula (formula.py).

    python tests/goldens/record_training.py

Writes tests/goldens/nn/optimizers.safetensors, schedules.safetensors and layers.safetensors, and
tests/goldens/models/training.safetensors. Everything is computed in f64. Needs torch, torchvision, numpy and
safetensors; last run with torch 2.15, torchvision 0.29.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from torch.optim import SGD, Adam, AdamW
from torch.optim import lr_scheduler as schedules

import formula
from record_models import resnet

HERE = pathlib.Path(__file__).parent


def tensor(name, shape):
    return torch.from_numpy(formula.tensor(name, shape)).double()


class Pair(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body = torch.nn.Linear(4, 3)
        self.head = torch.nn.Linear(3, 2, bias=False)


OPTIMIZERS = {
    "sgd": (SGD, dict(lr=0.1)),
    "momentum": (SGD, dict(lr=0.1, momentum=0.9, weight_decay=0.01)),
    "nesterov": (SGD, dict(lr=0.1, momentum=0.8, weight_decay=0.01, nesterov=True)),
    "adam": (Adam, dict(lr=0.05, betas=(0.8, 0.99), weight_decay=0.1)),
    "adamw": (AdamW, dict(lr=0.05, weight_decay=0.1)),
}


def record_optimizers():
    """Four steps at falling rates; the head has no gradient at the second. Biases do not decay, the body learns at
    half the rate."""
    store = {}
    for name, (optimizer_class, settings) in OPTIMIZERS.items():
        net = formula.load(Pair()).double()
        decay = settings.get("weight_decay", 0)
        optimizer = optimizer_class(
            [
                dict(params=[net.body.weight], lr=settings["lr"] / 2),
                dict(params=[net.body.bias], lr=settings["lr"] / 2, weight_decay=0 * decay),
                dict(params=[net.head.weight]),
            ],
            **settings)
        schedule = schedules.LambdaLR(optimizer, lambda step: 1 / (step + 1))
        for step in range(4):
            for key, parameter in net.named_parameters():
                parameter.grad = tensor(f"{key}.gradient{step}", parameter.shape)
            if step == 1:
                net.head.weight.grad = None
            optimizer.step()
            schedule.step()
            for key, parameter in net.named_parameters():
                store[f"{name}.{step}.{key}"] = parameter.detach().clone()
    save_file(store, HERE / "nn/optimizers.safetensors")


def schedule_values(make, steps, momentum=False):
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=1.0, momentum=0.9)
    schedule = make(optimizer)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["momentum" if momentum else "lr"])
        optimizer.step()
        schedule.step()
    return torch.tensor(values, dtype=torch.float64)


def record_schedules():
    def warm_up(optimizer):
        rising = schedules.LinearLR(optimizer, start_factor=0.1, total_iters=5)
        return schedules.SequentialLR(optimizer, [rising, schedules.CosineAnnealingLR(optimizer, 15)], [5])

    def one_cycle(steps, **options):
        return lambda optimizer: schedules.OneCycleLR(optimizer, max_lr=1.0, total_steps=steps, **options)

    odd = dict(pct_start=0.25, div_factor=10, final_div_factor=100)
    save_file({
        "linear": schedule_values(lambda o: schedules.LinearLR(o, 0.25, 0.75, 10), 15),
        "cosine": schedule_values(lambda o: schedules.CosineAnnealingLR(o, 20, 0.1), 21),
        "every": schedule_values(lambda o: schedules.StepLR(o, 7, 0.3), 30),
        "at": schedule_values(lambda o: schedules.MultiStepLR(o, [5, 12, 20], 0.5), 30),
        "warm_up": schedule_values(warm_up, 20),
        "one_cycle": schedule_values(one_cycle(20), 20),
        "one_cycle_momentum": schedule_values(one_cycle(20), 20, True),
        "one_cycle_odd": schedule_values(one_cycle(27, **odd), 27),
    }, HERE / "nn/schedules.safetensors")


def record_layers():
    """Each layer's result, and the gradients of its product with a weight by formula."""
    attention = torch.nn.MultiheadAttention(12, 3, batch_first=True)
    layers = {
        "attention": (attention, (2, 5, 12), lambda x: attention(x, x, x)[0]),
        "conv_transpose2d": (torch.nn.ConvTranspose2d(6, 4, (3, 2), (3, 2), (1, 0), (1, 0), groups=2), (2, 6, 4, 5), None),
        "layer_norm": (torch.nn.LayerNorm(7), (2, 3, 7), None),
        "group_norm": (torch.nn.GroupNorm(3, 12), (2, 12, 3, 4), None),
        "instance_norm": (torch.nn.InstanceNorm2d(5, affine=True), (2, 5, 3, 4), None),
    }
    store = {}
    for name, (layer, shape, forward) in layers.items():
        formula.load(layer).double()
        x = tensor(f"{name}.x", shape).requires_grad_()
        y = (forward or layer)(x)
        (y * tensor(f"{name}.gradient", tuple(y.shape))).sum().backward()
        store |= {f"{name}.y": y.detach().contiguous(), f"{name}.x.gradient": x.grad}
        for key, parameter in layer.named_parameters():
            store[f"{name}.{key}.gradient"] = parameter.grad
    save_file(store, HERE / "nn/layers.safetensors")


class DoubleConv(torch.nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm1 = torch.nn.GroupNorm(4, outputs)
        self.conv2 = torch.nn.Conv2d(outputs, outputs, 3, padding=1)
        self.norm2 = torch.nn.GroupNorm(4, outputs)

    def forward(self, x):
        x = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(x)))


class UNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = DoubleConv(1, 8)
        self.down2 = DoubleConv(8, 16)
        self.bottom = DoubleConv(16, 32)
        self.up2 = torch.nn.ConvTranspose2d(32, 16, 2, 2)
        self.merge2 = DoubleConv(32, 16)
        self.up1 = torch.nn.ConvTranspose2d(16, 8, 2, 2)
        self.merge1 = DoubleConv(16, 8)
        self.out = torch.nn.Conv2d(8, 1, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        c = self.bottom(F.max_pool2d(b, 2))
        y = self.merge2(torch.cat([b, self.up2(c)], 1))
        y = self.merge1(torch.cat([a, self.up1(y)], 1))
        return self.out(y)


def resnet_loss(net, step):
    x = tensor(f"resnet.x{step}", (4, 3, 48, 48))
    return F.cross_entropy(net(x), torch.tensor([0, 1, 2, 3]))


def unet_loss(net, step):
    x = tensor(f"unet.x{step}", (2, 1, 16, 16))
    mask = (F.avg_pool2d(x, 3, 1, 1) > 0).double()
    return F.binary_cross_entropy_with_logits(net(x), mask)


def record_steps(store, name, net, loss_of, **settings):
    """Twenty steps: the loss before each, and the norm of every parameter (and running statistic) after each."""
    net = formula.load(net).double().train()
    optimizer = SGD(net.parameters(), momentum=0.9, weight_decay=1e-4, **settings)
    losses, norms = [], []
    state = {key: value for key, value in net.state_dict().items() if not key.endswith("num_batches_tracked")}
    for step in range(20):
        optimizer.zero_grad()
        loss = loss_of(net, step)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        norms.append(torch.stack([state[key].norm() for key in sorted(state)]))
    store[f"{name}.losses"] = torch.stack(losses)
    store[f"{name}.norms"] = torch.stack(norms)
    print(name, [f"{loss:.4f}" for loss in losses])


def record_networks():
    store = {}
    record_steps(store, "resnet", resnet(18, 0.25, num_classes=4), resnet_loss, lr=0.002)
    record_steps(store, "unet", UNet(), unet_loss, lr=0.05)
    save_file(store, HERE / "models/training.safetensors")


if __name__ == "__main__":
    record_optimizers()
    record_schedules()
    record_layers()
    record_networks()
