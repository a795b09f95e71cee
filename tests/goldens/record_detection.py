"""Records how torchvision trains a RetinaNet, and how ensemble-boxes suppresses and fuses boxes.

    python tests/goldens/record_detection.py

Writes tests/goldens/models/retinanet_loss.safetensors: for three pictures, the second without boxes, the boxes and
labels; `matches.<picture>`; `<loss>.classification` and `<loss>.boxes` for torchvision's losses and for the thesis';
and `gradients` (record_segmenters.py) of torchvision's, the classification divided by 1000. All in f64, weights and
inputs by formula.

Writes tests/goldens/models/box_ensembles.safetensors: boxes (x1, y1, x2, y2), scores, labels and models that were
given, and what soft-NMS and weighted box fusion made of them. Needs torch, torchvision, ensemble-boxes, numpy and
safetensors; last run with torch 2.15, torchvision 0.29, ensemble-boxes 1.0.9.
"""

import pathlib
import sys
import types

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from torchvision.models.detection import RetinaNet
from torchvision.models.detection._utils import BoxCoder, Matcher
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import box_iou, sigmoid_focal_loss
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

import formula
from record_models import resnet
from record_segmenters import summary, tensor

# Only to compile a function that is not called here.
sys.modules.setdefault("numba", types.SimpleNamespace(jit=lambda **_: lambda function: function))
from ensemble_boxes import weighted_boxes_fusion
from ensemble_boxes.ensemble_boxes_nms import cpu_soft_nms_float

HERE = pathlib.Path(__file__).parent
SIZES = ((16, 20), (32, 40), (64, 80), (128, 160))
RATIOS = (0.5, 1.0, 2.0)
# The last is smaller than any anchor.
TRUTH = [
    ([[10.0, 12, 40, 50], [30, 20, 95.5, 80], [64, 8, 90, 40.25], [12, 14, 42, 48]], [1, 2, 0, 2]),
    ([], []),
    ([[50.5, 60.5, 55, 64]], [1]),
]


def narrow_retinanet():
    body = resnet(18, 0.25, input_channels=1, num_classes=0)
    del body.fc
    layers = {"layer2": "0", "layer3": "1", "layer4": "2"}
    backbone = BackboneWithFPN(body, layers, [32, 64, 128], 16, LastLevelMaxPool())
    return formula.load(RetinaNet(backbone, 3, anchor_generator=AnchorGenerator(SIZES, (RATIOS,) * 4))).double()


def thesis_losses(outputs, anchors, targets):
    """TensorFlow Model Garden's: everything divided by the batch's positives and one more, Huber loss averaged over
    a box's four numbers, as Keras does."""
    matcher = Matcher(0.5, 0.5, allow_low_quality_matches=True)
    classification, boxes, positives = 0, 0, 1
    coder = BoxCoder((1.0, 1.0, 1.0, 1.0))
    for logits, deltas, anchor, target in zip(outputs["cls_logits"], outputs["bbox_regression"], anchors, targets):
        wanted = torch.zeros_like(logits)
        if len(target["boxes"]):
            matches = matcher(box_iou(target["boxes"], anchor))
            found = matches >= 0
            wanted[found, target["labels"][matches[found]]] = 1
            encoded = coder.encode_single(target["boxes"][matches[found]], anchor[found])
            boxes = boxes + F.huber_loss(deltas[found], encoded, reduction="none", delta=0.1).mean(1).sum()
            positives += int(found.sum())
        classification = classification + sigmoid_focal_loss(logits, wanted, 0.25, 1.5, "sum")
    return {"classification": classification / positives, "bbox_regression": boxes / positives}


def record_losses():
    net = narrow_retinanet()
    x = tensor("retinanet_loss.input", (3, 1, 96, 128))
    features = list(net.backbone(x).values())
    outputs = net.head(features)
    anchors = net.anchor_generator(ImageList(x, [(96, 128)] * 3), features)
    targets = [dict(boxes=torch.tensor(b).double().reshape(-1, 4), labels=torch.tensor(l).long()) for b, l in TRUTH]
    store = {}
    for i, (target, anchor) in enumerate(zip(targets, anchors)):
        store[f"boxes.{i}"] = target["boxes"]
        store[f"labels.{i}"] = target["labels"]
        if len(target["boxes"]):
            store[f"matches.{i}"] = net.proposal_matcher(box_iou(target["boxes"].float(), anchor.float())).int()
            matches = net.proposal_matcher(box_iou(target["boxes"], anchor))
            assert torch.equal(store[f"matches.{i}"], matches.int()), "what ties would be a matter of rounding"
            print("picture", i, "positives", int((matches >= 0).sum()), "between", int((matches == -2).sum()))
    for kind in ("l1", "smooth_l1", "giou", "thesis"):
        if kind == "thesis":
            losses = thesis_losses(outputs, anchors, targets)
        else:
            net.head.regression_head._loss_type = kind
            losses = net.compute_loss(targets, outputs, anchors)
        store[f"{kind}.classification"] = losses["classification"].detach().reshape(1)
        store[f"{kind}.boxes"] = losses["bbox_regression"].detach().reshape(1)
        print(kind, {key: value.item() for key, value in losses.items()})
    net.head.regression_head._loss_type = "l1"
    losses = net.compute_loss(targets, outputs, anchors)
    (losses["classification"] / 1000 + losses["bbox_regression"]).backward()  # about equally large
    gradients = {key: p.grad for key, p in net.named_parameters()}
    store["gradients"] = torch.stack([summary(key, gradients[key]) for key in sorted(gradients)])
    save_file(store, HERE / "models/retinanet_loss.safetensors")


def some_boxes(name, count):
    """Around six places, so that many overlap."""
    place = formula.fractions(f"{name}.place", 12).reshape(6, 2) * 0.3 + 0.5
    jitter = formula.fractions(f"{name}.jitter", 4 * count).reshape(count, 4)
    middle = place[np.arange(count) % 6] + 0.03 * jitter[:, :2]
    half = 0.1 + 0.03 * jitter[:, 2:]
    boxes = np.concatenate([middle - half, middle + half], 1)
    assert boxes.min() > 0 and boxes.max() < 1
    return boxes, (formula.fractions(f"{name}.score", count) + 1) / 2, np.arange(count) // 6 % 2


def record_ensembles():
    store = {}
    boxes, scores, labels = some_boxes("ensemble", 48)
    models = np.arange(48) * 7 % 3
    gaps = np.diff(np.sort(scores))
    assert gaps.min() > 1e-6, "the order of equal scores would be a matter of chance"
    store |= {"boxes": boxes, "scores": scores, "labels": labels, "models": models}
    for name, method, options in (("linear", 1, dict(Nt=0.3, sigma=0.5)), ("gaussian", 2, dict(Nt=0.3, sigma=0.5)),
                                  ("gaussian_wide", 2, dict(Nt=0.3, sigma=2.0))):
        for label in (0, 1):
            here = labels == label
            # It changes the scores that it is given, and leaves them in the order of the boxes that it keeps.
            decayed = scores[here].copy()
            kept = cpu_soft_nms_float(boxes[here], decayed, thresh=0.05, method=method, **options)
            store[f"soft_nms.{name}.{label}.boxes"] = boxes[here][kept]
            store[f"soft_nms.{name}.{label}.scores"] = decayed[decayed > 0.05]
            print("soft_nms", name, label, here.sum(), "->", len(kept))
    def by_model(values):
        return [values[models == i] for i in range(3)]
    for name, options in (("average", {}), ("weighted", dict(weights=[2, 1, 0.5], iou_thr=0.4, skip_box_thr=0.1)),
                          ("maximum", dict(weights=[2, 1, 0.5], conf_type="max"))):
        fused = weighted_boxes_fusion(by_model(boxes), by_model(scores), by_model(labels), **options)
        for key, value in zip(("boxes", "scores", "labels"), fused):
            store[f"fusion.{name}.{key}"] = value
        print("fusion", name, len(boxes), "->", len(fused[0]), "smallest gap", np.diff(np.sort(fused[1])).min())
    store = {k: torch.from_numpy(np.ascontiguousarray(v, dtype=np.float64)) for k, v in store.items()}
    save_file(store, HERE / "models/box_ensembles.safetensors")


if __name__ == "__main__":
    record_losses()
    record_ensembles()
