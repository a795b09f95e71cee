"""Records a file written by Python's safetensors: tests/goldens/nn/python.safetensors.

    python tests/goldens/record_safetensors.py

Needs torch, numpy and safetensors; last run with safetensors 0.8.
"""

import pathlib

import torch
from safetensors.torch import save_file

import formula

OUT = pathlib.Path(__file__).parent / "nn"


def main():
    OUT.mkdir(exist_ok=True)
    values = torch.from_numpy(formula.tensor("values", (2, 3)))
    save_file(
        {
            "a.f16": values.half(),
            "a.bool": values > 0,
            "b.f32": values,
            "a.f32": values.clone().reshape(3, 2),
            "c.f64": values.double(),
            "d.bf16": values.bfloat16(),
            "e.i64": (values * 1000).long(),
            "f.i32": (values * 1000).int(),
            "g.u8": (values * 100 + 100).byte(),
            "h.u16": (values * 100 + 100).to(torch.uint16),
            "i.scalar": torch.tensor(1.5),
            "j.empty": torch.zeros(0, 3),
        },
        OUT / "python.safetensors",
        {"format": "pt"},
    )


if __name__ == "__main__":
    main()
