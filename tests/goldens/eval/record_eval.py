#!/usr/bin/env python3
"""Records eval.json and coco.json: figures by scikit-learn, SciPy and pycocotools on made data.

Run in an environment that has them: python3 tests/goldens/eval/record_eval.py
"""

import contextlib
import copy
import io
import json
import pathlib
import sys

import numpy as np
import scipy.ndimage
import scipy.spatial.distance
import sklearn.calibration
import sklearn.metrics
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import formula  # noqa: E402


def rounded(name, count, digits):
    return np.round((formula.fractions(name, count) + 1) / 2, digits)


def scored_cases(name, count, digits):
    """Scores 0 to 1, rounded so that some are equal, and truths that go with them."""
    scores = rounded(name + ".score", count, digits)
    truths = (0.7 * scores + 0.3 * rounded(name + ".noise", count, 6) > 0.55).astype(int)
    flips = rounded(name + ".flip", count, 6) < 0.15
    return scores, np.where(flips, 1 - truths, truths)


def kernel(positives, negatives):
    return (positives[:, None] > negatives) + 0.5 * (positives[:, None] == negatives)


def clustered_covariance(truths, a, b, clusters):
    """Obuchowski 1997, section 3, straight from the definitions: all pairs, cluster by cluster."""
    parts = []
    for scores in (a, b):
        psi = kernel(scores[truths == 1], scores[truths == 0])
        parts.append((psi.mean(), psi.mean(axis=1), psi.mean(axis=0)))
    names = sorted(set(clusters))
    of_positive, of_negative = clusters[truths == 1], clusters[truths == 0]
    m, n = (truths == 1).sum(), (truths == 0).sum()
    i10, i01, i = len(set(of_positive)), len(set(of_negative)), len(names)
    deviations = []
    for area, v10, v01 in parts:
        x = np.array([(v10[of_positive == c] - area).sum() for c in names])
        y = np.array([(v01[of_negative == c] - area).sum() for c in names])
        deviations.append((x, y))
    (xa, ya), (xb, yb) = deviations
    s10 = i10 / ((i10 - 1) * m) * (xa * xb).sum()
    s01 = i01 / ((i01 - 1) * n) * (ya * yb).sum()
    s11 = i / (i - 1) * (xa * yb).sum()
    s11_turned = i / (i - 1) * (xb * ya).sum()
    return s10 / m + s01 / n + (s11 + s11_turned) / (m * n)


def record_scores(name, count, digits):
    scores, truths = scored_cases(name, count, digits)
    second, _ = scored_cases(name + ".second", count, digits)
    second = np.round((scores + second) / 2, digits)
    clusters = np.arange(count) // 3
    fpr, tpr, thresholds = sklearn.metrics.roc_curve(truths, scores, drop_intermediate=False)
    precision, recall, _ = sklearn.metrics.precision_recall_curve(truths, scores)
    fractions, means = sklearn.calibration.calibration_curve(truths, scores, n_bins=10)
    return {
        "scores": scores.tolist(),
        "second": second.tolist(),
        "truths": truths.tolist(),
        "clusters": clusters.tolist(),
        "auc": sklearn.metrics.roc_auc_score(truths, scores),
        "auc_second": sklearn.metrics.roc_auc_score(truths, second),
        "standardized_partial_auc": {
            str(limit): sklearn.metrics.roc_auc_score(truths, scores, max_fpr=limit) for limit in (0.05, 0.1, 0.37)
        },
        "fpr": fpr.tolist(),
        "tpr": tpr.tolist(),
        "thresholds": thresholds[1:].tolist(),
        "precision": precision[-2::-1].tolist(),
        "recall": recall[-2::-1].tolist(),
        "average_precision": sklearn.metrics.average_precision_score(truths, scores),
        "f1_at_half": sklearn.metrics.f1_score(truths, scores >= 0.5),
        "brier": sklearn.metrics.brier_score_loss(truths, scores),
        "log_loss": sklearn.metrics.log_loss(truths, scores),
        "positive_fractions": fractions.tolist(),
        "mean_scores": means.tolist(),
        "variance": clustered_covariance(truths, scores, scores, np.arange(count)),
        "covariance": clustered_covariance(truths, scores, second, np.arange(count)),
        "clustered_variance": clustered_covariance(truths, scores, scores, clusters),
        "clustered_variance_second": clustered_covariance(truths, second, second, clusters),
        "clustered_covariance": clustered_covariance(truths, scores, second, clusters),
    }


def edge(mask):
    return np.argwhere(mask & ~scipy.ndimage.binary_erosion(mask))


def record_masks():
    """Two blobs as lists of rows, and how far they are apart."""
    y, x = np.mgrid[0:24, 0:20]
    truth = ((y - 10) / 7.0) ** 2 + ((x - 8) / 5.0) ** 2 < 1
    found = (np.abs(y - 13) + np.abs(x - 11) < 8) & ~((y == 13) & (x == 11))
    a, b = edge(truth), edge(found)
    distances = scipy.spatial.distance.cdist(a, b)
    values = np.round(formula.fractions("pixels", truth.size).reshape(truth.shape), 2) + truth
    return {
        "truth": truth.astype(int).tolist(),
        "found": found.astype(int).tolist(),
        "map": values.tolist(),
        "iou": sklearn.metrics.jaccard_score(truth.ravel(), found.ravel()),
        "miou": sklearn.metrics.jaccard_score(truth.ravel(), found.ravel(), average="macro"),
        "dice": sklearn.metrics.f1_score(truth.ravel(), found.ravel()),
        "hausdorff": max(
            scipy.spatial.distance.directed_hausdorff(a, b)[0], scipy.spatial.distance.directed_hausdorff(b, a)[0]
        ),
        "percentile95": max(np.percentile(distances.min(axis=1), 95), np.percentile(distances.min(axis=0), 95)),
        "pixel_auc": sklearn.metrics.roc_auc_score(truth.ravel(), values.astype(np.float32).ravel()),
    }


def made_images():
    """Objects and found boxes of 14 images: crowds, equal scores, more than 100 boxes, areas unlike the boxes',
    overlaps of exactly 0.5 and 0.9, an image without objects, one without boxes, a category without objects."""
    images = []
    for i in range(12):
        draw = iter(rounded(f"image{i}", 900, 3))
        objects = []
        for _ in range(i % 4):
            w, h = 6 + 150 * next(draw) ** 2, 6 + 130 * next(draw) ** 2
            x, y = 300 * next(draw), 300 * next(draw)
            area = w * h * (0.5 + next(draw))
            crowd = int(next(draw) < 0.15)
            objects.append([1 + int(next(draw) < 0.3), *np.round([x, y, w, h, area], 2).tolist(), crowd])
        found = []
        for category, x, y, w, h, _, _ in objects:
            for _ in range(3):
                shift = 0.35 * (np.array([next(draw) for _ in range(4)]) - 0.5)
                box = [x + shift[0] * w, y + shift[1] * h, w * (1 + shift[2]), h * (1 + shift[3])]
                found.append([category, *np.round(box, 2).tolist(), round(float(next(draw)), 1)])
        for _ in range(120 if i == 3 else 5):
            box = [300 * next(draw), 300 * next(draw), 5 + 60 * next(draw), 5 + 60 * next(draw)]
            found.append([1 + int(3 * next(draw) ** 2), *np.round(box, 2).tolist(), round(float(next(draw)) ** 2, 2)])
        images.append({"truth": objects, "found": found if i != 6 else []})
    images.append({"truth": [[1, 0, 0, 10, 10, 100, 0], [1, 40, 0, 10, 10, 100, 0]],
                   "found": [[1, 0, 0, 5, 10, 0.9], [1, 40, 0, 9, 10, 0.8]]})
    images.append({"truth": [], "found": []})
    return images


def coco_figures(images):
    truth = {"images": [{"id": i + 1} for i in range(len(images))], "annotations": [],
             "categories": [{"id": c} for c in (1, 2, 3)]}
    results = []
    for i, image in enumerate(images):
        for category, x, y, w, h, area, crowd in image["truth"]:
            truth["annotations"].append({"id": len(truth["annotations"]) + 1, "image_id": i + 1, "area": area,
                                         "category_id": category, "bbox": [x, y, w, h], "iscrowd": crowd})
        for category, x, y, w, h, score in image["found"]:
            results.append({"image_id": i + 1, "category_id": category, "bbox": [x, y, w, h], "score": score})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = copy.deepcopy(truth)
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    names = ["ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar_1", "ar_10", "ar", "ar_small", "ar_medium",
             "ar_large"]
    return dict(zip(names, evaluation.stats.tolist()))


def main():
    with open(HERE / "eval.json", "w") as file:
        json.dump({"versions": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__},
                   "coarse": record_scores("coarse", 90, 1), "fine": record_scores("fine", 120, 4),
                   "masks": record_masks()}, file, separators=(",", ":"))
        file.write("\n")
    images = made_images()
    one = [{kind: [row for row in image[kind] if row[0] == 1] for kind in ("truth", "found")} for image in images]
    for image in one:  # without crowds, and nothing small
        image["truth"] = [row for row in image["truth"] if not row[6] and row[5] > 32 * 32]
    with open(HERE / "coco.json", "w") as file:
        json.dump({"images": images, "figures": coco_figures(images), "one_figures": coco_figures(one)}, file,
                  separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
