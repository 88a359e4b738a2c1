"""An ONNX file looked at from outside: is it whole, and what does its metadata say. Nothing of the network is read.

A file is one protobuf message, ModelProto: fields of a tag and a value, the network itself (field 7) one of them with
its length in front, the metadata (field 14) pairs of a key and a value. So a file that was cut short says so.
"""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

GRAPH, METADATA = 7, 14
KEY, VALUE = 1, 2
VARINT, EIGHT_BYTES, LENGTH_FIRST, FOUR_BYTES = 0, 1, 2, 5


class DamagedFile(ValueError):
    """Not a whole ONNX file; the message says in a few words what is wrong."""


def metadata(path: Path) -> dict[str, str]:
    """The file's metadata; raises :class:`DamagedFile` where it is cut short or something else."""
    found: dict[str, str] = {}
    has_network = False
    with path.open("rb") as file:
        for field, length in _fields(file):
            if field == GRAPH:
                has_network = True
            if field == METADATA:
                pair = BytesIO(file.read(length))
                entry = {key: pair.read(size).decode("utf-8", "replace") for key, size in _fields(pair)}
                found[entry.get(KEY, "")] = entry.get(VALUE, "")
    if not has_network:
        raise DamagedFile("is not an ONNX model, or is cut short")
    return found


def _fields(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Number and length of each field, the file standing at its value; afterwards it stands at the next one."""
    size = file.seek(0, os.SEEK_END)
    at = file.seek(0)
    while at < size:
        tag = _varint(file)
        field, form = tag >> 3, tag & 7
        if form == LENGTH_FIRST:
            length = _varint(file)
        elif form in (EIGHT_BYTES, FOUR_BYTES):
            length = 8 if form == EIGHT_BYTES else 4
        elif form == VARINT:
            _varint(file)
            length = 0
        else:
            raise DamagedFile("is not an ONNX model")
        at = file.tell() + length
        if at > size:
            raise DamagedFile("is cut short")
        yield field, length
        file.seek(at)


def _varint(file: BinaryIO) -> int:
    """A number in seven-bit groups, the lowest first (protobuf encoding, "Base 128 Varints")."""
    value = shift = 0
    while True:
        byte = file.read(1)
        if not byte or shift > 63:
            raise DamagedFile("is cut short")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
        shift += 7
