"""The thesis' preprocessing in this OpenCV, in the one that the project is built with, and ours, in turns, and the IoU
of our mask and this OpenCV's.

    python bench/rivals/opencv_preprocess.py FILM [ROUNDS [THREADS]]

FILM is anything that mammo reads; mammo itself turns it into the 16-bit picture that OpenCV starts from, brought back
to its own bits outside of the time taken. bench/preprocess_bench.cpp holds the same chain in C++.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOWER_LIMIT = 40
PAUSE = 0.1  # seconds: threads of the one that ran before may still be spinning for more work


def rows_with_breast(sums):
    above = np.nonzero(sums - sums.min() > 0.02 * (sums.max() - sums.min()))[0]
    return (int(above[0]), int(above[-1]) + 1) if len(above) else (0, len(sums))


def chain(film, bits, clahe):
    """Its picture, its mask and the first row."""
    full = cv2.multiply(film, 65535 / (2**bits - 1), dtype=cv2.CV_16U)
    sums = cv2.reduce(full, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F)[:, 0]
    left = cv2.sumElems(full[:, : full.shape[1] // 2])[0]
    if left < sums.sum() - left:
        full = cv2.flip(full, 1)
    first, last = rows_with_breast(sums)
    equalised = clahe.apply(full[first:last])
    _, equalised = cv2.threshold(equalised, 101, 0, cv2.THRESH_TOZERO)
    # (v - 127) / 255, rounded and saturated, is v // 255; what is below 0 there rounds to 0 either way.
    grey = cv2.convertScaleAbs(equalised, alpha=1 / 255, beta=-127 / 255)
    grey = cv2.GaussianBlur(grey, (151, 151), 0)
    _, grey = cv2.threshold(grey, LOWER_LIMIT, 255, cv2.THRESH_BINARY)
    contours, _ = cv2.findContours(grey, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    longest = max(contours, key=lambda contour: cv2.arcLength(contour, True))
    mask = np.zeros(grey.shape, np.uint8)
    cv2.drawContours(mask, [longest], -1, 255, 10)
    cv2.fillPoly(mask, [longest], 255)
    x, _, width, _ = cv2.boundingRect(mask)
    picture = cv2.copyTo(equalised[:, x : x + width], mask[:, x : x + width])
    return picture, mask, first


def preprocessed(film, folder):
    """Our full-range picture, our mask, the film's bits and the row at which the mask begins."""
    subprocess.run([ROOT / "build" / "mammo", "preprocess", film, "--out", folder], check=True, stdout=subprocess.DEVNULL)
    report = json.loads(next(folder.glob("*_steps.json")).read_text())
    picture = {step["name"]: cv2.imread(str(folder / step["picture"]), cv2.IMREAD_UNCHANGED) for step in report["steps"]}
    first = int(report["steps"][2]["to_film"][5])
    return picture["full_range"], picture["contour"], report["image"]["bits"], first


def main():
    film = pathlib.Path(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 31
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    cv2.setNumThreads(threads)
    with tempfile.TemporaryDirectory() as name:
        full, our_mask, bits, our_first = preprocessed(film, pathlib.Path(name))
    stored = np.rint(full * ((2**bits - 1) / 65535)).astype(np.uint8 if bits <= 8 else np.uint16)
    clahe = cv2.createCLAHE(clipLimit=100, tileGridSize=(5, 5))
    def contender(flag):
        """bench_preprocess, which runs a chain for each line that it reads, and says how long it took."""
        process = subprocess.Popen([ROOT / "build" / "bench_preprocess", film, str(rounds), str(threads), flag],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def run():
            process.stdin.write("\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        return run

    masks = []

    def current():
        start = time.perf_counter()
        _, mask, first = chain(stored, bits, clahe)
        took = (time.perf_counter() - start) * 1000
        masks.append((mask, first))
        return took

    contenders = {"mammo": contender("--contend"), "OpenCV 4.6, C++": contender("--contend-opencv"),
                  f"OpenCV {cv2.__version__}, Python": current}
    times = {name: [] for name in contenders}
    for _ in range(rounds + 3):
        for name, run in contenders.items():
            time.sleep(PAUSE)
            times[name].append(run())
    print(f"{film}: {stored.shape[0]} x {stored.shape[1]}, {bits} bits; {threads} threads, {rounds} rounds")
    ours = statistics.median(times["mammo"][3:])
    for name, each in times.items():
        low, median, high = statistics.quantiles(each[3:], n=4)
        print(f"{name:24} median {median:7.2f} ms   quartiles {low:7.2f} to {high:7.2f}   ours is {ours / median:.3f} of it")
    mask, first = masks[-1]
    assert first == our_first and mask.shape == our_mask.shape
    inside, other = mask > 0, our_mask > 0
    print(f"mask IoU {(inside & other).sum() / (inside | other).sum():.5f}")


if __name__ == "__main__":
    main()
