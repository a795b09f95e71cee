"""Records what PyTorch and torchvision compute with weights and inputs by formula (formula.py).

    python tests/goldens/record_models.py

Writes tests/goldens/models/*.safetensors. Of every output only samples are kept: `<case>.<output>.samples` f32 at the
flat places `.places` i32, and `.summary` f64: largest magnitude, Euclidean norm. `detector_small.safetensors` holds
whole outputs of the shipped detector. Needs torch, torchvision, numpy and safetensors; last run with torch 2.15,
torchvision 0.29.
"""

import pathlib

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torchvision.models.detection import RetinaNet, retinanet_resnet50_fpn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.image_list import ImageList
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.ops import FeaturePyramidNetwork
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool, LastLevelP6P7

import formula

HERE = pathlib.Path(__file__).parent
OUT = HERE / "models"
DEPTHS = {
    18: (BasicBlock, [2, 2, 2, 2]),
    34: (BasicBlock, [3, 4, 6, 3]),
    50: (Bottleneck, [3, 4, 6, 3]),
    101: (Bottleneck, [3, 4, 23, 3]),
    152: (Bottleneck, [3, 8, 36, 3]),
}
DETECTOR_SIZES = ((24, 30, 38), (48, 60, 76), (96, 120, 152), (192, 241, 305))
DETECTOR_RATIOS = (0.75, 1.0, 1.35)


def resnet(depth, width_factor=1.0, stride_on_1x1=False, input_channels=3, num_classes=1000, dilated=(False,) * 3):
    block, layers = DEPTHS[depth]
    net = ResNet(block, layers)
    net.inplanes = 64
    for stage in range(4):
        planes = round((64 << stage) * width_factor)
        layer = net._make_layer(block, planes, layers[stage], 1 if stage == 0 else 2, stage > 0 and dilated[stage - 1])
        setattr(net, f"layer{stage + 1}", layer)
    if stride_on_1x1:
        for module in net.modules():
            if isinstance(module, Bottleneck):
                module.conv1.stride, module.conv2.stride = module.conv2.stride, module.conv1.stride
    if input_channels != 3:
        net.conv1 = torch.nn.Conv2d(input_channels, 64, 7, 2, 3, bias=False)
    net.fc = torch.nn.Linear(net.inplanes, num_classes) if num_classes else torch.nn.Identity()
    return net


def resnet_outputs(net, x):
    y = net.maxpool(net.relu(net.bn1(net.conv1(x))))
    outputs = {}
    for stage in (1, 2, 3, 4):
        y = outputs[f"layer{stage}"] = getattr(net, f"layer{stage}")(y)
    if isinstance(net.fc, torch.nn.Linear):
        outputs["logits"] = net.fc(torch.flatten(net.avgpool(y), 1))
    return outputs


def detector():
    body = resnet(50, 0.5, True, 1, 0)
    del body.fc
    backbone = BackboneWithFPN(
        body, {"layer2": "0", "layer3": "1", "layer4": "2"}, [256, 512, 1024], 128, LastLevelMaxPool())
    anchors = AnchorGenerator(DETECTOR_SIZES, (DETECTOR_RATIOS,) * 4)
    return RetinaNet(backbone, 2, anchor_generator=anchors)


def sampled(store, name, value, count=256):
    flat = value.detach().reshape(-1)
    count = min(count, flat.numel())
    places = torch.from_numpy(np.unique(np.floor((formula.fractions(name, count) + 1) / 2 * flat.numel()).astype(np.int32)))
    store[f"{name}.places"] = places
    store[f"{name}.samples"] = flat[places.long()].float().clone()
    store[f"{name}.shape"] = torch.tensor(value.shape, dtype=torch.int32)
    wide = flat.double()
    store[f"{name}.summary"] = torch.tensor([wide.abs().max().item(), wide.norm().item()], dtype=torch.float64)


def image(name, shape):
    return torch.from_numpy(formula.tensor(name, shape))


def record_resnets():
    store = {}
    cases = {
        "resnet18": (dict(depth=18), (1, 3, 64, 48)),
        "resnet34": (dict(depth=34), (1, 3, 48, 64)),
        "resnet50": (dict(depth=50), (2, 3, 64, 64)),
        "resnet101": (dict(depth=101), (1, 3, 64, 48)),
        "resnet152": (dict(depth=152), (1, 3, 48, 48)),
        "resnet18_narrow": (dict(depth=18, width_factor=0.25, num_classes=10), (1, 3, 65, 71)),
        "resnet50_half_grey": (dict(depth=50, width_factor=0.5, stride_on_1x1=True, input_channels=1, num_classes=0),
                               (1, 1, 96, 64)),
        "resnet50_full": (dict(depth=50), (1, 3, 224, 224)),
    }
    for name, (config, shape) in cases.items():
        net = formula.load(resnet(**config))
        for output, value in resnet_outputs(net, image(f"{name}.input", shape)).items():
            sampled(store, f"{name}.{output}", value)
            print(name, output, tuple(value.shape), float(value.abs().max()))
    save_file(store, OUT / "resnet.safetensors")


def record_fpn():
    store = {}
    shapes = [(1, 16, 25, 14), (1, 24, 13, 7), (1, 40, 7, 4)]
    maps = {str(i): image(f"fpn.input.{i}", s) for i, s in enumerate(shapes)}
    channels = [s[1] for s in shapes]
    extras = {"none": None, "pool": LastLevelMaxPool(), "p6p7_on_p5": LastLevelP6P7(20, 20),
              "p6p7_on_c5": LastLevelP6P7(40, 20)}
    for name, extra in extras.items():
        net = formula.load(FeaturePyramidNetwork(channels, 20, extra))
        for i, value in enumerate(net(dict(maps)).values()):
            sampled(store, f"fpn_{name}.{i}", value)
    save_file(store, OUT / "fpn.safetensors")


def raw_outputs(net, x):
    features = list(net.backbone(x).values())
    outputs = net.head(features)
    outputs.update({f"feature.{i}": f for i, f in enumerate(features)})
    return outputs


def record_retinanets():
    store = {}
    net = formula.load(retinanet_resnet50_fpn(weights=None, weights_backbone=None, num_classes=91))
    for name, shape in {"retinanet_small": (1, 3, 96, 128), "retinanet_full": (1, 3, 800, 800)}.items():
        for output, value in raw_outputs(net, image(f"{name}.input", shape)).items():
            sampled(store, f"{name}.{output}", value)
            print(name, output, tuple(value.shape), float(value.abs().max()))
    save_file(store, OUT / "retinanet.safetensors")


def record_detector():
    net = detector()
    weights = load_file(HERE.parents[1] / "models" / "detector" / "weights.safetensors")
    missing, unexpected = net.load_state_dict({k: v.float() for k, v in weights.items()}, strict=False)
    assert not unexpected and all(k.endswith("num_batches_tracked") for k in missing)
    x = image("detector_small.input", (1, 1, 128, 96)) * 100
    outputs = {k: v.contiguous() for k, v in raw_outputs(net.eval(), x).items()}
    outputs.pop("feature.0")  # the largest by far; the finest logits depend on all of it
    save_file(outputs, OUT / "detector_small.safetensors")
    for output, value in outputs.items():
        print("detector_small", output, tuple(value.shape), float(value.abs().max()))


def anchors_of(generator, grids, size):
    features = [torch.zeros(1, 1, *grid) for grid in grids]
    return generator(ImageList(torch.zeros(1, 1, *size), [size]), features)[0]


def record_anchors():
    store = {}
    generator = AnchorGenerator(DETECTOR_SIZES, (DETECTOR_RATIOS,) * 4)
    store["detector_small"] = anchors_of(generator, [(16, 12), (8, 6), (4, 3), (2, 2)], (128, 96))
    sampled(store, "detector", anchors_of(generator, [(100, 56), (50, 28), (25, 14), (13, 7)], (800, 448)), 4000)
    sizes = tuple((x, int(x * 2 ** (1 / 3)), int(x * 2 ** (2 / 3))) for x in (32, 64, 128, 256, 512))
    generator = AnchorGenerator(sizes, ((0.5, 1.0, 2.0),) * 5)
    sampled(store, "retinanet", anchors_of(generator, [(38, 51), (19, 26), (10, 13), (5, 7), (3, 4)], (300, 403)), 4000)
    save_file(store, OUT / "anchors.safetensors")


def record_detections():
    """RetinaNet.postprocess_detections on raw outputs by formula: 2 images, 3 classes, 4 levels."""
    store = {}
    grids, size, classes = [(20, 14), (10, 7), (5, 4), (3, 2)], (160, 112), 3
    for name, threshold, nms, candidates, best in (("usual", 0.05, 0.5, 1000, 300), ("tight", 0.3, 0.3, 40, 25)):
        net = detector()
        net.score_thresh, net.nms_thresh, net.topk_candidates, net.detections_per_img = threshold, nms, candidates, best
        anchors = anchors_of(net.anchor_generator, grids, size)
        logits = image("detections.logits.2", (2, len(anchors), classes)) * 12 - 10
        deltas = image("detections.deltas", (2, len(anchors), 4)) * 0.5
        counts = [h * w * 9 for h, w in grids]
        outputs = {"cls_logits": list(logits.split(counts, 1)), "bbox_regression": list(deltas.split(counts, 1))}
        found = net.postprocess_detections(outputs, [list(anchors.split(counts))] * 2, [size] * 2)
        for i, image_found in enumerate(found):
            gaps = (image_found["scores"][:-1] - image_found["scores"][1:]).min()
            print(name, i, len(image_found["scores"]), "smallest gap of scores", float(gaps))
            assert gaps > 1e-7, "the order of equal scores would be a matter of chance"
            store[f"{name}.{i}.boxes"] = image_found["boxes"]
            store[f"{name}.{i}.scores"] = image_found["scores"]
            store[f"{name}.{i}.labels"] = image_found["labels"].to(torch.int32)
    save_file(store, OUT / "detections.safetensors")


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    with torch.inference_mode():
        record_resnets()
        record_fpn()
        record_retinanets()
        record_detector()
        record_anchors()
        record_detections()
