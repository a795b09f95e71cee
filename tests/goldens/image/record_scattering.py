"""Records scattering.json: kymatio's wavelet scattering of pictures given by a formula.

    pip install kymatio==0.3.0 numpy scipy==1.14.1 opencv-python-headless && python record_scattering.py
"""

import json
import pathlib

from kymatio.numpy import Scattering2D

from record_preprocessing import noise


def main():
    record = []
    # The third is as small as a picture may be, so that its mirror image is mirrored again.
    for height, width, scales, orientations, order in [(33, 40, 3, 8, 2), (20, 27, 2, 5, 1), (8, 9, 3, 4, 2),
                                                       (9, 7, 1, 8, 2)]:
        scattering = Scattering2D(J=scales, shape=(height, width), L=orientations, max_order=order)
        features = scattering(noise(height, width).astype("float64"))
        record.append({"height": height, "width": width, "scales": scales, "orientations": orientations,
                       "order": order, "shape": list(features.shape),
                       "features": [float(f"{value:.7g}") for value in features.ravel()]})
    text = json.dumps(record, separators=(",", ":")).replace("},{", "},\n{")
    pathlib.Path(__file__).with_name("scattering.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
