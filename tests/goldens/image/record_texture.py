"""Records texture.json: co-occurrence and local binary patterns by scikit-image, of pictures given by a formula.

    pip install scikit-image==0.26.0 numpy && python record_texture.py
"""

import json
import pathlib

import numpy as np
from skimage.feature import graycomatrix, graycoprops, local_binary_pattern

from record_preprocessing import noise

PROPERTIES = ["contrast", "dissimilarity", "homogeneity", "ASM", "energy", "correlation", "entropy"]


def main():
    record = {"glcm": [], "lbp": []}
    grey = noise(21, 30) // 32
    for distance, angle, symmetric in [(1, 0, True), (2, np.pi / 4, False), (3, np.pi / 2, True), (1, 3 * np.pi / 4, True)]:
        matrix = graycomatrix(grey, [distance], [angle], levels=8, symmetric=symmetric, normed=True)
        record["glcm"].append({"distance": distance, "angle": angle, "symmetric": symmetric,
                               "matrix": matrix[:, :, 0, 0].ravel().tolist(),
                               "features": [float(graycoprops(matrix, p)[0, 0]) for p in PROPERTIES]})
    for points, radius in [(8, 1), (8, 2), (12, 1.5), (4, 1)]:
        for method in ["default", "ror", "uniform"]:
            codes = local_binary_pattern(noise(17, 23), points, radius, method)
            record["lbp"].append({"points": points, "radius": radius, "method": method,
                                  "codes": codes.astype(int).ravel().tolist()})
    text = json.dumps(record, separators=(",", ":")).replace("},{", "},\n{")
    pathlib.Path(__file__).with_name("texture.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
