#!/usr/bin/env python3
"""Records train/events.bin: what tensorboardX writes for two events, for tests/train/tensorboard_test.cpp.

usage: record_tensorboard.py     needs tensorboardX 2.6 and protobuf from PyPI
"""
import pathlib
import struct

from tensorboardX.crc32c import crc32c
from tensorboardX.proto import event_pb2, summary_pb2


def masked(data):
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(event):
    data = event.SerializeToString()
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


values = [summary_pb2.Summary.Value(tag="loss/total", simple_value=0.75),
          summary_pb2.Summary.Value(tag="rate", simple_value=1e-4)]
events = [event_pb2.Event(wall_time=1700000000, file_version="brain.Event:2"),
          event_pb2.Event(wall_time=1700000012.5, step=300, summary=summary_pb2.Summary(value=values))]
path = pathlib.Path(__file__).parent / "train" / "events.bin"
path.write_bytes(b"".join(map(record, events)))
print(path, path.stat().st_size, "bytes")
