#!/usr/bin/env python3
"""Records random.json: streams of core's Generator, computed by a second implementation.

Philox4x32-10 after Salmon et al. (SC 2011), normals by the standard library's inverse distribution function.
Run: python3 tests/goldens/core/record_random.py
"""

import json
import pathlib
import statistics

MASK = 0xFFFFFFFF


def philox4x32(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 1 << 32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 1 << 32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def words(seed, stream):
    block = 0
    while True:
        counter = [block & MASK, block >> 32, stream & MASK, stream >> 32]
        yield from philox4x32(counter, [seed & MASK, seed >> 32])
        block += 1


def bits53(source):
    while True:
        high, low = next(source) >> 5, next(source) >> 6
        yield (high << 26) | low


def record(seed, stream, count=16):
    source = words(seed, stream)
    first = [next(source) for _ in range(count)]
    source = bits53(words(seed, stream))
    uniform = [next(source) * 2.0**-53 for _ in range(count)]
    source = bits53(words(seed, stream))
    normal = [statistics.NormalDist().inv_cdf(((next(source) >> 1) + 0.5) * 2.0**-52) for _ in range(count * 8)]
    return {"seed": seed, "stream": stream, "words": first, "uniform": uniform, "normal": normal}


if __name__ == "__main__":
    streams = [record(0, 0), record(1, 0), record(1, 1), record(0x0123456789ABCDEF, 0xFEDCBA9876543210)]
    path = pathlib.Path(__file__).with_name("random.json")
    path.write_text(json.dumps(streams, separators=(",", ":")).replace("},{", "},\n{") + "\n")
