"""Records geometry.json: resizes by Pillow and PyTorch, warps by OpenCV, of a picture given by a formula.

    pip install pillow torch opencv-python-headless==5.0.0.93 numpy && python record_geometry.py
"""

import json
import pathlib

import cv2
import numpy as np
import torch
from PIL import Image

from record_preprocessing import noise


def rounded(values):
    return [round(float(v), 4) for v in np.asarray(values).ravel()]


def torch_bilinear(grey, new):
    x = torch.from_numpy(grey.astype(np.float32))[None, None]
    return torch.nn.functional.interpolate(x, new, mode="bilinear", antialias=True)


def main():
    record = {"resize": [], "warp": []}
    for old, new in [((31, 47), (13, 20)), ((20, 16), (33, 50)), ((40, 30), (9, 44)), ((7, 1), (3, 1)), ((1, 9), (1, 4))]:
        grey = noise(*old)
        film = Image.fromarray(grey.astype(np.float32), mode="F")
        size = new[::-1]
        plain = cv2.resize(grey.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        # PyTorch reads pictures of one column wrongly here.
        averaged = torch_bilinear(grey, new) if min(old) > 1 else film.resize(size, Image.Resampling.BILINEAR)
        for name, antialias, values in [
            ("bilinear", True, averaged),
            ("lanczos", True, film.resize(size, Image.Resampling.LANCZOS)),
            ("bilinear", False, plain),
        ]:
            record["resize"].append({"old": old, "new": new, "filter": name, "antialias": antialias,
                                     "values": rounded(values)})
        if new[1] > old[1]:
            continue  # Pillow clips bytes between the axes, which shows where Lanczos overshoots
        bytes_ = Image.fromarray(grey).resize(size, Image.Resampling.LANCZOS)
        record["resize"].append({"old": old, "new": new, "filter": "lanczos8", "antialias": True,
                                 "values": np.asarray(bytes_).ravel().tolist()})
    for angle, scale, shift in [(20, 1.0, (3, -2)), (-75, 1.3, (0, 0)), (180, 0.9, (-4, 5))]:
        matrix = cv2.getRotationMatrix2D((20, 15), angle, scale)
        matrix[:, 2] += shift
        out = cv2.warpAffine(noise(30, 40).astype(np.float32), matrix, (44, 36), flags=cv2.INTER_LINEAR)
        record["warp"].append({"matrix": matrix.ravel().tolist(), "values": rounded(out)})
    text = json.dumps(record, separators=(",", ":")).replace("},{", "},\n{")
    pathlib.Path(__file__).with_name("geometry.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
