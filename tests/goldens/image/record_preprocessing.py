"""Records preprocessing.json: what OpenCV and NumPy make of pictures given by a formula.

    pip install opencv-python-headless==5.0.0.93 numpy && python record_preprocessing.py

The formulas are repeated in tests/image/formula_pictures.hpp.
"""

import json
import pathlib

import cv2
import numpy as np


def noise(height, width):
    """Any level anywhere, by hashing the place."""
    y, x = np.mgrid[:height, :width].astype(np.uint64)
    h = ((x * 73856093) ^ (y * 19349663)) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0x5BD1E995) & 0xFFFFFFFF
    return ((h >> 15) & 255).astype(np.uint8)


def film(height, width, side, top, bottom):
    """A half ellipse of tissue at one side, from `top` to `bottom` (fractions of the height), on dark air with a
    white rim above and a marker in the air."""
    y, x = np.mgrid[:height, :width]
    n = noise(height, width).astype(np.int64)
    depth = x if side == "left" else width - 1 - x
    middle, half = (top + bottom) * height // 200, (bottom - top) * height // 200
    reach = width * 7 // 10
    inside = (depth * half) ** 2 + ((y - middle) * reach) ** 2 <= (half * reach) ** 2
    grey = np.where(inside, 80 + n // 4 + (reach - depth) * 60 // width, n // 64)
    grey[: height // 60] = 250
    marker = (depth > width * 8 // 10) & (depth < width * 9 // 10) & (y > height // 10) & (y < height // 6)
    grey[marker] = 220
    return grey.astype(np.uint8)


def breast_box(grey):
    height, width = grey.shape
    blurred = cv2.GaussianBlur(grey, (0, 0), 5)
    otsu, _ = cv2.threshold(blurred, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = (blurred > max(12, 0.35 * otsu)).astype(np.uint8)
    mask[:, :14] = mask[:, -14:] = mask[:28] = mask[-28:] = 0
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    x, y, w, h, area = (int(v) for v in stats[1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])])
    assert area >= 0.05 * height * width
    left = 0 if x <= 16 else x - 8
    right = width if x + w >= width - 16 else x + w + 8
    top = y - (24 if y <= 30 else 10)
    bottom = y + h + (24 if y + h >= height - 30 else 10)
    left, top = max(left, 0), max(top, 0)
    return int(otsu), [left, top, min(right, width) - left, min(bottom, height) - top]


def fit(grey, height, width, max_scale):
    h, w = grey.shape
    scale = min(height / h, width / w, max_scale)
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), 0, scale)
    matrix[:, 2] += (width / 2 - w / 2, height / 2 - h / 2)
    return cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_LINEAR)


def detector_canvas(grey, aspect):
    working = cv2.resize(grey, (round(800 * aspect), 800), interpolation=cv2.INTER_AREA)
    otsu, (x, y, w, h) = breast_box(working)
    crop = working[y : y + h, x : x + w]
    percentile = float(np.percentile(crop[crop > 20], 99.5))
    bright = np.clip(crop.astype(np.float32) * (235 / max(percentile, 60)), 0, 255).astype(np.uint8)
    return otsu, [x, y, w, h], percentile, fit(bright, 800, 448, 1.6)


def main():
    record = {"opencv": cv2.__version__, "resize": [], "blur": [], "fit": [], "film": []}
    for old, new in [((61, 97), (23, 40)), ((64, 64), (32, 16)), ((50, 80), (50, 48)), ((19, 21), (40, 50)),
                     ((500, 300), (33, 17)), ((90, 130), (90, 130)), ((7, 1), (3, 1)), ((1, 9), (1, 4))]:
        out = cv2.resize(noise(*old), new[::-1], interpolation=cv2.INTER_AREA)
        record["resize"].append({"old": old, "new": new, "values": out.ravel().tolist()})
    for size, sigma in [((40, 70), 5), ((20, 9), 5), ((33, 35), 1.5), ((1, 40), 2), ((1, 1), 5)]:
        out = cv2.GaussianBlur(noise(*size), (0, 0), sigma)
        record["blur"].append({"size": size, "sigma": sigma, "values": out.ravel().tolist()})
    for size, canvas, max_scale in [((100, 50), (60, 40), 1.6), ((20, 30), (48, 50), 1.6), ((70, 20), (40, 44), 3.0),
                                    ((9, 9), (36, 36), 8.0)]:
        out = fit(noise(*size), *canvas, max_scale)
        record["fit"].append({"size": size, "canvas": canvas, "max_scale": max_scale, "values": out.ravel().tolist()})
    picked = np.random.default_rng(7)
    for size, side, top, bottom, aspect in [((1000, 640), "left", 20, 90, None), ((1000, 640), "right", 5, 70, None),
                                            ((900, 900), "right", 0, 100, 0.6), ((1600, 1000), "left", 40, 110, None),
                                            ((700, 420), "left", 15, 85, None)]:
        grey = film(*size, side, top, bottom)
        otsu, box, percentile, canvas = detector_canvas(grey, aspect or size[1] / size[0])
        places = np.stack([picked.integers(0, 800, 200), picked.integers(0, 448, 200)], 1)
        samples = [[int(y), int(x), int(canvas[y, x])] for y, x in places]
        record["film"].append({"size": size, "side": side, "top": top, "bottom": bottom, "aspect": aspect, "otsu": otsu,
                               "working_box": box, "percentile": percentile, "samples": samples})
        print(size, side, "otsu", otsu, "box", box, "percentile", percentile)
    text = json.dumps(record, separators=(",", ":")).replace('},{', '},\n{')
    pathlib.Path(__file__).with_name("preprocessing.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
