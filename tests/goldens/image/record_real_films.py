"""Records real_films.json: checksums and a few sampled values of real mammograms, decoded and shown by pydicom.

    python record_real_films.py SHARED_FOLDER

needs numpy, pydicom 3 and pylibjpeg (with -libjpeg, -openjpeg). Grey values are pydicom's apply_voi and
apply_windowing scaled to 0..255, halves rounded up, padding black. Checksums are zlib's crc32 over the pixels, row by row, 16 bit
little endian for stored values and 8 bit for grey ones.
"""

import json
import pathlib
import sys
import zlib

import numpy as np
import pydicom
from pydicom.pixels import apply_modality_lut, apply_voi, apply_windowing

HERE = pathlib.Path(__file__).parent
SAMPLES = 42


def crc(values, dtype):
    return zlib.crc32(np.ascontiguousarray(values.astype(dtype)).tobytes())


def gh133(path):
    ds = pydicom.dcmread(path)
    stored = ds.pixel_array
    values = apply_modality_lut(stored, ds)
    padding = (stored >= ds.PixelPaddingValue) & (stored <= ds.PixelPaddingRangeLimit)
    # Positions spread over the film by a multiplicative congruence.
    positions = [(k * 7919 * 7907) % stored.size for k in range(1, SAMPLES + 1)]
    films = []
    for kind in ["lut", "window"]:
        for number in [1, 2, 3]:
            if kind == "lut":
                unit = apply_voi(values.astype(int), ds, index=number - 1) / (2 ** ds.VOILUTSequence[number - 1].LUTDescriptor[2] - 1)
            else:
                unit = apply_windowing(values, ds, index=number - 1) / (2**ds.BitsStored - 1)
            grey = np.floor(np.clip(unit, 0, 1) * 255 + 0.5).astype("u1")
            grey[padding] = 0
            flat = grey.ravel()
            films.append({"voi": f"{kind}:{number}", "crc": crc(grey, "u1"),
                          "positions": positions, "values": [int(flat[p]) for p in positions]})
    return {"shape": list(stored.shape), "stored_crc": crc(stored, "<u2"), "greys": films}


def tomosynthesis(path):
    frames = pydicom.dcmread(path).pixel_array
    return {"shape": list(frames.shape[1:]), "frame_crcs": [crc(frame, "<u2") for frame in frames]}


def cbis(folder):
    return {path.relative_to(folder).as_posix(): crc(pydicom.dcmread(path).pixel_array, "<u2")
            for path in sorted(folder.rglob("*.dcm"))}


if __name__ == "__main__":
    dicom = pathlib.Path(sys.argv[1]) / "data/dicom"
    result = {
        "GH133.dcm": gh133(dicom / "GH133.dcm"),
        "dbt_hologic_jpeg2000.dcm": tomosynthesis(dicom / "dbt_hologic_jpeg2000.dcm"),
        "cbis-tcia-layout": cbis(dicom / "cbis-tcia-layout"),
    }
    (HERE / "real_films.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
