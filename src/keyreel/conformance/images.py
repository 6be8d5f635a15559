"""Images that checks send: of any size, a few hundred bytes, and padded to any length."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def build_image_data_uri(width: int, height: int, *, size_bytes: int = 0) -> str:
    """Return an image with a gradient as a data URI; with `size_bytes` its file has exactly as many."""
    data = _encode_png(width, height)
    if size_bytes:
        # A chunk of its own takes twelve bytes more than what is in it; readers skip the unknown one.
        filling = _build_chunk(b"kyRl", bytes(size_bytes - len(data) - 12))
        data = data[:-12] + filling + data[-12:]
    return "data:image/png;base64," + b64encode(data).decode("ascii")


def _encode_png(width: int, height: int) -> bytes:
    rows = b"".join(
        b"\0" + b"".join(bytes((40 + 160 * x // width, 60 + 150 * y // height, 200)) for x in range(width))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (
        _build_chunk(b"IHDR", head),
        _build_chunk(b"IDAT", zlib.compress(rows, 9)),
        _build_chunk(b"IEND", b""),
    )
    return _SIGNATURE + b"".join(parts)


def _build_chunk(chunk_type: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + chunk_type + data + struct.pack(">I", zlib.crc32(chunk_type + data))
