"""Writes the small pictures of films/ and films.json, what a reader must make of each.

Everything is made from one formula picture of 12 x 16 pixels (32 x 32 for JPEG 2000). Expected values come from the picture itself where
nothing is lost, else from pydicom's decoders (pylibjpeg), and grey values from pydicom's apply_modality_lut,
apply_voi and apply_windowing, scaled to 0..255 with halves rounded up.

    python make_films.py

needs numpy, pydicom 3, pylibjpeg (with -libjpeg, -openjpeg, -rle), pyjpegls, pillow, tifffile, and DCMTK's dcmcjpeg.
"""

import json
import pathlib
import struct
import subprocess
import zlib

import numpy as np
import pydicom
import tifffile
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_modality_lut, apply_voi, apply_windowing
from pydicom.sequence import Sequence
from pydicom import uid

HERE = pathlib.Path(__file__).parent
FILMS = HERE / "films"
ROWS, COLUMNS = 12, 16
SOP_CLASS = "1.2.840.10008.5.1.4.1.1.1.2"
expected = []


def picture(bits, rows=ROWS, columns=COLUMNS):
    """Values 0 .. 2^bits - 1, both ends included."""
    y, x = np.mgrid[0:rows, 0:columns]
    grey = (37 * x * x + 91 * y * y + 53 * x * y + 1009) % 4093
    return (grey - grey.min()) * (2**bits - 1) // (grey.max() - grey.min())


def record(name, stored=None, **more):
    entry = {"file": name, **more}
    if stored is not None:
        entry |= {"shape": list(stored.shape), "stored": stored.ravel().tolist()}
    expected.append(entry)


# DICOM


def base(bits=12, allocated=16, signed=False):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = SOP_CLASS
    ds.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.SOPClassUID = SOP_CLASS
    ds.SOPInstanceUID = "2.25.1"
    ds.Modality = "MG"
    ds.Manufacturer = "Formula f\xfcr Tests"
    ds.PatientOrientation = ["A", "FR"]
    ds.ImageLaterality = "L"
    ds.ViewPosition = "CC"
    ds.ImagerPixelSpacing = [0.07, 0.08]
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = allocated, bits, bits - 1
    ds.PixelRepresentation = int(signed)
    return ds


def set_pixels(ds, values):
    kind = ("i" if ds.PixelRepresentation else "u") + str(ds.BitsAllocated // 8)
    order = "<" if ds.file_meta.TransferSyntaxUID.is_little_endian else ">"
    ds.add_new("PixelData", "OW", values.astype(order + kind).tobytes())
    return values


def save(ds, name):
    ds.save_as(FILMS / name, enforce_file_format=True)


def table(first, bits, values, explanation):
    item = Dataset()
    item.LUTDescriptor = [len(values) % 65536, first, bits]
    item["LUTDescriptor"].VR = "US"
    item.LUTExplanation = explanation
    item.add_new("LUTData", "US", [int(v) for v in values])
    return item


def to_grey(unit, ds, stored):
    unit = np.clip(unit, 0, 1)
    if ds.PhotometricInterpretation == "MONOCHROME1":
        unit = 1 - unit
    grey = np.floor(unit * 255 + 0.5).astype(int)
    if "PixelPaddingValue" in ds:
        ends = sorted([ds.PixelPaddingValue, ds.get("PixelPaddingRangeLimit", ds.PixelPaddingValue)])
        grey[(stored >= ends[0]) & (stored <= ends[1])] = 0
    return grey.ravel().tolist()


def lut_grey(ds, stored, number):
    values = apply_modality_lut(stored, ds)
    top = 2 ** ds.VOILUTSequence[number - 1].LUTDescriptor[2] - 1
    return to_grey(apply_voi(values.astype(int), ds, index=number - 1) / top, ds, stored)


def window_grey(ds, stored, number):
    # pydicom scales to the modality transform's range of the bits stored.
    low = -(2 ** (ds.BitsStored - 1)) if ds.PixelRepresentation else 0
    ends = np.array([low, low + 2**ds.BitsStored - 1], dtype=float)
    if "ModalityLUTSequence" in ds:
        ends = np.array([0, 2 ** ds.ModalityLUTSequence[0].LUTDescriptor[2] - 1], dtype=float)
    else:
        ends = ends * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
    values = apply_windowing(apply_modality_lut(stored, ds), ds, index=number - 1)
    return to_grey((values - ends[0]) / (ends[1] - ends[0]), ds, stored)


def full_grey(ds, stored):
    low = -(2 ** (ds.BitsStored - 1)) if ds.PixelRepresentation else 0
    ends = np.array([low, low + 2**ds.BitsStored - 1])
    values, ends = apply_modality_lut(stored, ds), apply_modality_lut(ends, ds)
    return to_grey((values - ends.min()) / (ends.max() - ends.min()), ds, stored)


def full(ds, stored):
    return {"voi": "full", "used": f"full range ({ds.BitsStored} bits)", "values": full_grey(ds, stored)}


def native_syntaxes():
    for name, syntax, format_name in [
        ("explicit_little.dcm", uid.ExplicitVRLittleEndian, "DICOM explicit little endian"),
        ("implicit_little.dcm", uid.ImplicitVRLittleEndian, "DICOM implicit little endian"),
        ("explicit_big.dcm", uid.ExplicitVRBigEndian, "DICOM explicit big endian"),
        ("deflated.dcm", uid.DeflatedExplicitVRLittleEndian, "DICOM deflated"),
    ]:
        ds = base()
        ds.file_meta.TransferSyntaxUID = syntax
        stored = set_pixels(ds, picture(12))
        save(ds, name)
        record(name, stored, format=format_name, bits=12, greys=[full(ds, stored)])
    data = (FILMS / "implicit_little.dcm").read_bytes()
    # Group 2 ends where its group length says: element (0002,0000) is 12 bytes at 132.
    end = 144 + struct.unpack("<I", data[140:144])[0]
    (FILMS / "no_preamble.dcm").write_bytes(data[end:])
    record("no_preamble.dcm", picture(12), format="DICOM implicit little endian", bits=12, greys=[])


def compressed_syntaxes():
    for name, syntax, format_name, options in [
        ("rle.dcm", uid.RLELossless, "DICOM RLE Lossless", {}),
        ("jpeg_ls.dcm", uid.JPEGLSLossless, "DICOM JPEG-LS Lossless", {}),
        ("jpeg_ls_near.dcm", uid.JPEGLSNearLossless, "DICOM JPEG-LS Near-lossless", {"jls_error": 3}),
        ("jpeg_2000.dcm", uid.JPEG2000Lossless, "DICOM JPEG 2000 Lossless", {}),
        ("jpeg_2000_lossy.dcm", uid.JPEG2000, "DICOM JPEG 2000", {"j2k_cr": [3]}),
    ]:
        ds = base()
        if "2000" in name:
            # OpenJPEG's encoder makes five levels, and refuses smaller pictures.
            ds.Rows = ds.Columns = 32
        stored = set_pixels(ds, picture(12, ds.Rows, ds.Columns))
        ds.compress(syntax, stored.astype("u2"), generate_instance_uid=False, **options)
        save(ds, name)
        decoded = pydicom.dcmread(FILMS / name).pixel_array
        if not options:
            assert (decoded == stored).all()
        tolerance = 1 if "j2k_cr" in options else 0
        record(name, decoded.astype(int), format=format_name, bits=12, tolerance=tolerance, greys=[])

    for name, option, bits, format_name in [
        ("jpeg_baseline.dcm", "+eb", 8, "DICOM JPEG Baseline"),
        ("jpeg_extended.dcm", "+ee", 12, "DICOM JPEG Extended"),
        ("jpeg_lossless.dcm", "+el", 12, "DICOM JPEG Lossless"),
        ("jpeg_lossless_sv1.dcm", "+e1", 12, "DICOM JPEG Lossless"),
        ("jpeg_lossless_16.dcm", "+e1", 16, "DICOM JPEG Lossless"),
    ]:
        ds = base(bits, 8 if bits == 8 else 16)
        stored = set_pixels(ds, picture(bits))
        plain = FILMS / "plain.tmp"
        save(ds, plain.name)
        subprocess.run(["dcmcjpeg", option, "+un", plain, FILMS / name], check=True)
        plain.unlink()
        ds = pydicom.dcmread(FILMS / name)
        decoded = ds.pixel_array
        lossless = "lossless" in name
        if lossless:
            assert (decoded == stored).all()
        # Two decoders may round a DCT differently, by more where the values are larger.
        tolerance = 0 if lossless else bits // 6
        record(name, decoded.astype(int), format=format_name, bits=ds.BitsStored, tolerance=tolerance, greys=[])


def display():
    ds = base()
    ds.PhotometricInterpretation = "MONOCHROME1"
    ds.WindowCenter, ds.WindowWidth = 2000, 1500
    stored = set_pixels(ds, picture(12))
    save(ds, "monochrome1.dcm")
    used = "window 1, linear, center 2000, width 1500"
    record("monochrome1.dcm", stored, format="DICOM explicit little endian", bits=12,
           greys=[{"voi": "", "used": used, "values": window_grey(ds, stored, 1)}, full(ds, stored)])

    ds = base(signed=True)
    ds.RescaleSlope, ds.RescaleIntercept = "2", "-100.5"
    ds.WindowCenter, ds.WindowWidth, ds.VOILUTFunction = "-200.25", "3000.5", "LINEAR_EXACT"
    stored = set_pixels(ds, picture(12) - 2048)
    save(ds, "signed.dcm")
    used = "window 1, linear exact, center -200.25, width 3000.5"
    record("signed.dcm", stored, signed=True, format="DICOM explicit little endian", bits=12,
           greys=[{"voi": "", "used": used, "values": window_grey(ds, stored, 1)}, full(ds, stored)])

    ds = base()
    ds.WindowCenter, ds.WindowWidth, ds.VOILUTFunction = [2000, 2500], [1000, 300], "SIGMOID"
    ds.WindowCenterWidthExplanation = ["NORMAL", "H\xc4RTER"]
    stored = set_pixels(ds, picture(12))
    save(ds, "sigmoid.dcm")
    normal = {"used": "window 1 (NORMAL), sigmoid, center 2000, width 1000", "values": window_grey(ds, stored, 1)}
    harder = {"used": "window 2 (H\xc4RTER), sigmoid, center 2500, width 300", "values": window_grey(ds, stored, 2)}
    record("sigmoid.dcm", stored, format="DICOM explicit little endian", bits=12,
           greys=[{"voi": "", **normal}, {"voi": "window:1", **normal}, {"voi": "window:normal", **normal},
                  {"voi": "window:2", **harder}])

    ds = base()
    ds.WindowCenter, ds.WindowWidth = 2000, 1500
    rising = np.linspace(0, 1, 3000) ** 2
    ds.VOILUTSequence = Sequence([table(100, 12, rising * 4095, "SOFT"), table(0, 10, rising[::-1] * 1023, "NEGATIVE")])
    ds.RescaleSlope, ds.RescaleIntercept = "1", "50"
    stored = set_pixels(ds, picture(12))
    save(ds, "voi_luts.dcm")
    soft = {"used": "lut 1 (SOFT)", "values": lut_grey(ds, stored, 1)}
    negative = {"used": "lut 2 (NEGATIVE)", "values": lut_grey(ds, stored, 2)}
    window = {"used": "window 1, linear, center 2000, width 1500", "values": window_grey(ds, stored, 1)}
    record("voi_luts.dcm", stored, format="DICOM explicit little endian", bits=12,
           greys=[{"voi": "", **soft}, {"voi": "lut:2", **negative}, {"voi": "lut:Negative", **negative},
                  {"voi": "window", **window}, full(ds, stored)])

    ds = base()
    ds.ModalityLUTSequence = Sequence([table(0, 16, 65535 - 15 * np.arange(4096), "DENSITY")])
    ds.ModalityLUTSequence[0].ModalityLUTType = "OD"
    ds.WindowCenter, ds.WindowWidth = 30000, 40000
    stored = set_pixels(ds, picture(12))
    save(ds, "modality_lut.dcm")
    used = "window 1, linear, center 30000, width 40000"
    whole = to_grey(apply_modality_lut(stored, ds) / 65535, ds, stored)
    record("modality_lut.dcm", stored, format="DICOM explicit little endian", bits=12,
           greys=[{"voi": "", "used": used, "values": window_grey(ds, stored, 1)},
                  {"voi": "full", "used": "full range (12 bits)", "values": whole}])

    ds = base()
    ds.PhotometricInterpretation = "MONOCHROME1"
    ds.add_new("PixelPaddingValue", "US", 4095)
    ds.add_new("PixelPaddingRangeLimit", "US", 3000)
    stored = set_pixels(ds, picture(12))
    save(ds, "padding.dcm")
    record("padding.dcm", stored, format="DICOM explicit little endian", bits=12, greys=[full(ds, stored)])

    ds = base()
    ds.HighBit = 15
    stored = picture(12)
    set_pixels(ds, stored * 16 + 9)
    save(ds, "high_bit_15.dcm")
    record("high_bit_15.dcm", stored, format="DICOM explicit little endian", bits=12, greys=[full(ds, stored)],
           warnings=["bits outside the 12 of Bits Stored"])

    ds = base(8, 8)
    lut = table(0, 8, [0], "PACKED")
    values = (np.arange(256) ** 2 // 255).astype("u1")
    lut.LUTDescriptor = [256, 0, 8]
    lut.add_new("LUTData", "OW", values.tobytes())
    ds.VOILUTSequence = Sequence([lut])
    stored = set_pixels(ds, picture(8))
    save(ds, "packed_lut.dcm")
    record("packed_lut.dcm", stored, format="DICOM explicit little endian", bits=8,
           greys=[{"voi": "", "used": "lut 1 (PACKED)", "values": values[stored].ravel().tolist()}])

    ds = base()
    frame_voi = Dataset()
    frame_voi.WindowCenter, frame_voi.WindowWidth = 1000, 800
    shared = Dataset()
    shared.FrameVOILUTSequence = Sequence([frame_voi])
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    ds.NumberOfFrames = 1
    stored = set_pixels(ds, picture(12))
    save(ds, "functional_groups.dcm")
    flat = base()
    flat.WindowCenter, flat.WindowWidth = 1000, 800
    used = "window 1, linear, center 1000, width 800"
    record("functional_groups.dcm", stored, format="DICOM explicit little endian", bits=12,
           greys=[{"voi": "", "used": used, "values": window_grey(flat, stored, 1)}])

    ds = base()
    ds.VOILUTSequence = Sequence([table(0, 12, np.arange(100), "SHORT"), table(0, 12, np.arange(4096), "WHOLE")])
    ds.VOILUTSequence[0].LUTDescriptor = [4096, 0, 12]
    stored = set_pixels(ds, picture(12))
    save(ds, "damaged_lut.dcm")
    record("damaged_lut.dcm", stored, format="DICOM explicit little endian", bits=12, warnings=["VOI LUT 1 is not used"],
           greys=[{"voi": "", "used": "lut 2 (WHOLE)", "values": full_grey(ds, stored)}])


def odd_and_refused():
    icon = Dataset()
    icon.Rows, icon.Columns, icon.SamplesPerPixel, icon.PhotometricInterpretation = 2, 2, 1, "MONOCHROME2"
    icon.BitsAllocated, icon.BitsStored, icon.HighBit, icon.PixelRepresentation = 8, 8, 7, 0
    icon.add_new("PixelData", "OB", b"\x01\x02\x03\x04")

    ds = base()
    ds.IconImageSequence = Sequence([icon])
    stored = set_pixels(ds, picture(12))
    save(ds, "icon.dcm")
    record("icon.dcm", stored, format="DICOM explicit little endian", bits=12, greys=[])
    del ds.PixelData
    save(ds, "icon_only.dcm")
    record("icon_only.dcm", error="DICOM without pixel data")

    ds = base()
    ds.Modality = "CT"
    stored = set_pixels(ds, picture(12))
    save(ds, "ct.dcm")
    record("ct.dcm", error="no mammogram: DICOM Modality is CT, expected MG")
    record("ct.dcm", stored, force=True, format="DICOM explicit little endian", bits=12, greys=[])

    ds = base()
    set_pixels(ds, np.stack([picture(12)] * 2))
    ds.NumberOfFrames = 2
    save(ds, "two_frames.dcm")
    record("two_frames.dcm", error="DICOM of 2 frames")

    ds = base()
    set_pixels(ds, picture(12)[:-1])
    save(ds, "short_pixels.dcm")
    record("short_pixels.dcm", error="truncated DICOM: 352 bytes of pixels, expected 384")

    ds = base()
    ds.HighBit = 3
    set_pixels(ds, picture(12))
    save(ds, "high_bit_3.dcm")
    record("high_bit_3.dcm", error="High Bit is 3, expected 11 to 15")

    ds = base(8, 8)
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 1
    red, green, blue = (picture(8) + 40) % 256, picture(8), picture(8) // 2
    ds.add_new("PixelData", "OB", np.stack([red, green, blue]).astype("u1").tobytes())
    save(ds, "rgb.dcm")
    record("rgb.dcm", error="photometric interpretation RGB")
    record("rgb.dcm", luma(red, green, blue), force=True, format="DICOM explicit little endian", bits=8, greys=[],
           warnings=["colour picture"])

    # A JPEG stream of another size than the header says.
    ds = pydicom.dcmread(FILMS / "jpeg_lossless.dcm")
    ds.Rows = ROWS - 1
    save(ds, "jpeg_size.dcm")
    record("jpeg_size.dcm", error="its JPEG stream is of 16x12x1, its header says 16x11x1")

    # A JPEG stream that ends early, in a file that is whole.
    ds = pydicom.dcmread(FILMS / "jpeg_lossless.dcm")
    stream = next(pydicom.encaps.generate_frames(ds.PixelData, number_of_frames=1)).rstrip(b"\x00")
    ds.PixelData = encapsulate([stream[:-40]])
    save(ds, "jpeg_short.dcm")
    record("jpeg_short.dcm", error="its JPEG stream has no end")
    ds.PixelData = encapsulate([stream[:-40] + b"\xff\xd9"])
    save(ds, "jpeg_gap.dcm")
    record("jpeg_gap.dcm", error="damaged")

    (FILMS / "text.dcm").write_text("This is no picture, whatever its name says.\n" * 5)
    record("text.dcm", error="not an image")
    (FILMS / "empty.dcm").write_bytes(b"")
    record("empty.dcm", error="empty file")


# Pictures


def luma(red, green, blue):
    return (299 * red.astype(int) + 587 * green.astype(int) + 114 * blue.astype(int) + 500) // 1000


def png(rows, columns, depth, colour, rows_of_bytes, before=b""):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", columns, rows, depth, colour, 0, 0, 0)
    data = b"".join(b"\0" + row for row in rows_of_bytes)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + (chunk(*before) if before else b"")
            + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def pngs():
    p8, p12, p16 = picture(8), picture(12), picture(16)
    colour = np.stack([(p8 + 40) % 256, p8, p8 // 2], axis=-1).astype("u1")
    grey = luma(colour[..., 0], colour[..., 1], colour[..., 2])

    def write(name, values, dtype, colour_type, stored, before=b"", **more):
        depth = 8 * np.dtype(dtype).itemsize
        (FILMS / name).write_bytes(png(ROWS, COLUMNS, depth, colour_type, [r.astype(dtype).tobytes() for r in values], before))
        record(name, stored, format=f"PNG {depth} bit", greys=[], **more)

    write("grey8.png", p8, "u1", 0, p8, bits=8)
    write("grey12in16.png", p12, ">u2", 0, p12, bits=12)
    write("grey16.png", p16, ">u2", 0, p16, bits=16)
    write("grey900.png", p12 % 900, ">u2", 0, p12 % 900, bits=10)
    write("sbit12_scaled.png", p12 * 16 + p12 // 256, ">u2", 0, p12, (b"sBIT", b"\x0c"), bits=12)
    write("sbit14_plain.png", p12, ">u2", 0, p12, (b"sBIT", b"\x0e"), bits=14)
    write("rgb.png", colour, "u1", 2, grey, bits=8, warnings=["colour picture"])
    alpha = np.concatenate([colour, np.full((ROWS, COLUMNS, 1), 77, "u1")], axis=-1)
    write("rgba.png", alpha, "u1", 6, grey, bits=8, warnings=["colour picture", "transparency"])
    write("grey_alpha16.png", np.stack([p16, p16 * 0 + 9], axis=-1), ">u2", 4, p16, bits=16, warnings=["transparency"])

    palette = bytes(v for i in range(256) for v in (i, 255 - i, i // 2))
    (FILMS / "palette.png").write_bytes(png(ROWS, COLUMNS, 8, 3, [r.astype("u1").tobytes() for r in p8], (b"PLTE", palette)))
    record("palette.png", luma(p8, 255 - p8, p8 // 2), format="PNG 8 bit", bits=8, greys=[], warnings=["colour picture"])
    bits = picture(8) > 100
    (FILMS / "bilevel.png").write_bytes(png(ROWS, COLUMNS, 1, 0, [np.packbits(r).tobytes() for r in bits]))
    record("bilevel.png", bits * 255, format="PNG 1 bit", bits=8, greys=[])
    (FILMS / "huge.png").write_bytes(png(60000, 60000, 16, 0, []))
    record("huge.png", error="picture of 60000x60000 pixels, expected at most 20000 a side")


def jpegs():
    p8 = picture(8).astype("u1")
    smooth = np.add.outer(5 * np.arange(ROWS), 7 * np.arange(COLUMNS)).astype("u1")
    Image.fromarray(smooth).save(FILMS / "grey.jpg", quality=95)
    record("grey.jpg", np.asarray(Image.open(FILMS / "grey.jpg")).astype(int), format="JPEG", bits=8, tolerance=1, greys=[])
    Image.fromarray(p8).save(FILMS / "progressive.jpg", quality=95, progressive=True)
    record("progressive.jpg", np.asarray(Image.open(FILMS / "progressive.jpg")).astype(int), format="JPEG", bits=8,
           tolerance=1, greys=[])
    Image.fromarray(np.stack([smooth, 255 - smooth, smooth // 2], axis=-1)).save(FILMS / "colour.jpg", quality=95, subsampling=0)
    rgb = np.asarray(Image.open(FILMS / "colour.jpg"))
    record("colour.jpg", luma(rgb[..., 0], rgb[..., 1], rgb[..., 2]), format="JPEG", bits=8, tolerance=1, greys=[],
           warnings=["colour picture"])


def tiffs():
    p8, p12 = picture(8).astype("u1"), picture(12).astype("u2")
    colour = np.stack([p8, 255 - p8, p8 // 2], axis=-1)
    grey = luma(colour[..., 0], colour[..., 1], colour[..., 2])

    def write(name, values, stored, bits, greys=(), more=None, **options):
        tifffile.imwrite(FILMS / name, values, software=None, metadata=None, **options)
        depth = 8 * values.dtype.itemsize
        record(name, stored.astype(int), format=f"TIFF {depth} bit", bits=bits, greys=list(greys), **(more or {}))

    write("grey8.tif", p8, p8, 8)
    write("grey12_deflate.tif", p12, p12, 12, compression="zlib", predictor=2)
    write("big_endian.tif", p12, p12, 12, byteorder=">")
    write("big_tiff.tif", p12, p12, 12, bigtiff=True)
    write("strips.tif", p12, p12, 12, rowsperstrip=5)
    tiled = np.tile(p12, (2, 2))[:20, :24]
    write("tiles.tif", tiled, tiled, 12, tile=(16, 16))
    inverted = {"voi": "", "used": "full range (8 bits)", "values": (255 - p8.astype(int)).ravel().tolist()}
    write("min_is_white.tif", p8, p8, 8, [inverted], photometric="miniswhite")
    write("rgb.tif", colour, grey, 8, more={"warnings": ["colour picture"]}, photometric="rgb")
    write("pages.tif", np.stack([p8, p8 // 2]), p8, 8, more={"warnings": ["first of several pages"]}, photometric="minisblack")
    tifffile.imwrite(FILMS / "float.tif", p12.astype("f4"), software=None, metadata=None)
    record("float.tif", error="TIFF of 32 bits a sample, expected 8 or 16")


def bmps():
    p8 = picture(8).astype("u1")
    Image.fromarray(p8).save(FILMS / "grey8.bmp")
    record("grey8.bmp", p8.astype(int), format="BMP 8 bit", bits=8, greys=[])
    odd = p8[:, :13]
    Image.fromarray(np.stack([odd, 255 - odd, odd // 2], axis=-1)).save(FILMS / "colour24.bmp")
    record("colour24.bmp", luma(odd, 255 - odd, odd // 2), format="BMP 24 bit", bits=8, greys=[], warnings=["colour picture"])
    bits = odd > 100
    Image.fromarray(bits).save(FILMS / "bilevel.bmp")
    record("bilevel.bmp", bits * 255, format="BMP 1 bit", bits=8, greys=[])
    data = bytearray((FILMS / "grey8.bmp").read_bytes())
    data[22:26] = struct.pack("<i", -ROWS)
    (FILMS / "top_down.bmp").write_bytes(data)
    record("top_down.bmp", p8[::-1].astype(int), format="BMP 8 bit", bits=8, greys=[])
    data = bytearray((FILMS / "grey8.bmp").read_bytes())
    data[30:34] = struct.pack("<I", 1)
    (FILMS / "rle8.bmp").write_bytes(data)
    record("rle8.bmp", error="BMP compression 1, expected none (0)")


def pgms():
    p8, p12, p16 = picture(8), picture(12), picture(16)

    def binary(name, values, largest, dtype, **more):
        (FILMS / name).write_bytes(f"P5\n# a comment\n{COLUMNS} {ROWS}\n{largest}\n".encode() + values.astype(dtype).tobytes())
        record(name, greys=[], **more)

    binary("grey8.pgm", p8, 255, "u1", stored=p8, format="PGM 8 bit", bits=8)
    binary("maxval4095.pgm", p12 // 8, 4095, ">u2", stored=p12 // 8, format="PGM 16 bit", bits=12)
    binary("maxval65535.pgm", p12, 65535, ">u2", stored=p12, format="PGM 16 bit", bits=12)
    binary("maxval100.pgm", p8 * 100 // 255, 100, "u1", stored=(p8 * 100 // 255 * 255 + 50) // 100, format="PGM 8 bit", bits=8)
    text = f"P2 # a comment\n{COLUMNS} {ROWS} 65535\n" + "\n".join(" ".join(map(str, row)) for row in p16)
    (FILMS / "text.pgm").write_text(text)
    record("text.pgm", p16, format="PGM 16 bit", bits=16, greys=[])
    (FILMS / "over.pgm").write_text("P2 2 1 100 7 101")
    record("over.pgm", error="PGM pixel of 101, expected at most Maxval 100")


if __name__ == "__main__":
    FILMS.mkdir(exist_ok=True)
    for old in FILMS.iterdir():
        old.unlink()
    for step in [native_syntaxes, compressed_syntaxes, display, odd_and_refused, pngs, jpegs, tiffs, bmps, pgms]:
        step()
    lines = ",\n".join(json.dumps(entry, separators=(",", ":"), ensure_ascii=False) for entry in expected)
    (HERE / "films.json").write_text("[\n" + lines + "\n]\n")
