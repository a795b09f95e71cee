"""Records the procedure of seed 001 (explain/film_risk.hpp) in PyTorch, in f64, with small ResNets and a film by formula.

    python tests/goldens/record_film_risk.py

Writes tests/goldens/explain/film_risk.safetensors: of `holistic` the picture, its class scores and the absolute
gradients of the loss for each class; the centre of attention in the picture; the region's left and top edge in the
film; the class scores of `attention`. Needs torch, torchvision, numpy and safetensors; last run with torch 2.15,
torchvision 0.29.
"""

import pathlib

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional as F

import formula
from record_models import resnet

HEIGHT, WIDTH, SIDE = 171, 130, 48


def main():
    holistic = formula.load(resnet(18, 0.25, input_channels=1, num_classes=2)).double()
    attention = formula.load(resnet(34, 0.25, input_channels=1, num_classes=2)).double()
    film = torch.from_numpy(formula.tensor("film", (HEIGHT, WIDTH))).double()
    height = round(HEIGHT * SIDE / WIDTH)
    top = round(height / 2 - SIDE / 2)
    picture = F.adaptive_avg_pool2d(film[None, None], (height, SIDE))[:, :, top:top + SIDE].clone().requires_grad_()
    scores = holistic(picture)
    store = {"picture": picture.detach()[0, 0], "holistic": scores.detach()}
    for label in (0, 1):
        (gradient,) = torch.autograd.grad(F.cross_entropy(scores, torch.tensor([label])), picture, retain_graph=True)
        store[f"gradient.{label}"] = gradient.abs()[0, 0]
    values = store["gradient.1"].numpy().ravel()
    order = np.argsort(-values)
    count = int(np.ceil(0.01 * len(values)))
    print("gap at the limit", values[order[count - 1]] / values[order[count]] - 1)
    assert values[order[count - 1]] > 1.001 * values[order[count]], "which pixels count would be a matter of rounding"
    y, x = np.unravel_index(order[:count], (SIDE, SIDE))
    centre = np.array([x.mean() + 0.5, y.mean() + 0.5])
    in_film = (centre + [0, top]) * [WIDTH / SIDE, HEIGHT / height]
    corner = np.clip(np.round(in_film - SIDE / 2), 0, [WIDTH - SIDE, HEIGHT - SIDE]).astype(int)
    print("centre", centre, "in film", in_film, "region", corner)
    region = film[corner[1]:corner[1] + SIDE, corner[0]:corner[0] + SIDE]
    store["centre"] = torch.from_numpy(centre)
    store["region"] = torch.from_numpy(corner)
    store["attention"] = attention(region[None, None]).detach()
    print("scores", store["holistic"], store["attention"])
    out = pathlib.Path(__file__).parent / "explain/film_risk.safetensors"
    whole = ("centre", "region")
    save_file({k: (v if k in whole else v.float()).contiguous() for k, v in store.items()}, out)


if __name__ == "__main__":
    main()
