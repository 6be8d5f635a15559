"""What a picture says about itself in its first bytes: format and size. Decodes no pixel, trusts no length.

PNG: https://www.w3.org/TR/png-3/ · JPEG: ITU-T T.81 · WebP: https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from keyreel.order import Size

MOST_SCANS: Final = 200
"""A 141 kB progressive JPEG with 1,500 repeated scans keeps a decoder busy for 15 s; real ones have 10."""

_MOST_BLOCKS: Final = 4000
_EXIF_ORIENTATION: Final = 0x0112
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_XMP_ORIENTATION: Final = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')
_TURNED: Final = range(5, 9)


class BadHeader(Exception):
    """The picture's header is damaged, or asks for something that no decoder here does."""


@dataclass(frozen=True, slots=True)
class Header:
    """`size` is the shown one, after EXIF orientation; `sequential` JPEGs can be decoded line by line."""

    format: str
    size: Size
    sequential: bool = False


def read(data: bytes) -> Header:
    """Read the header of a PNG, JPEG or WebP.

    Raises:
        BadHeader: it is none of these, or broken; the message completes "the image …".
    """
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        raise BadHeader("ends within its header") from None
    raise BadHeader(f"is {_guess(data)}; PNG, JPEG and WebP are accepted")


def _guess(data: bytes) -> str:
    if not data:
        return "empty"
    for name, start in _OTHERS:
        if start.match(data):
            return name
    return "of an unknown format"


_OTHERS: Final = (
    ("a GIF", re.compile(rb"GIF8")),
    ("a BMP", re.compile(rb"BM")),
    ("a TIFF", re.compile(rb"II\*\0|MM\0\*")),
    ("an AVIF or HEIC", re.compile(rb"....ftyp(?:avi|hei|mif)", re.DOTALL)),
    (
        "a web page",
        re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE),
    ),
    ("an SVG or another text", re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<")),
    ("a PDF", re.compile(rb"%PDF")),
)


_BY_PALETTE: Final = 3
# Bits by colour type: grey, colours, palette, grey and colours with alpha (PNG, third edition, 11.2.1).
_PNG_DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, _BY_PALETTE: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}


def _png(data: bytes) -> Header:
    width, height, colour = _png_head(data)
    at, notes, palette = 33, _Notes(), colour != _BY_PALETTE
    for _ in range(_MOST_BLOCKS):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            if data.rfind(b"IEND", at) < 0:
                raise BadHeader("is cut off: its end is missing")
            if not palette:
                raise BadHeader("has no palette although its PNG header promises one")
            return Header("PNG", _shown(width, height, notes))
        palette = palette or kind == b"PLTE"
        if kind in {b"eXIf", b"iTXt"}:
            notes.add(data[at + 8 : at + 8 + length])
        at += 12 + length
    raise BadHeader("has too many blocks before its pixels")


def _png_head(data: bytes) -> tuple[int, int, int]:
    """Return width, height and colour type; decoders would stumble over what is refused here."""
    length, kind, width, height = struct.unpack_from(">I4sII", data, 8)
    depth, colour, packing, filters, interlace, checksum = struct.unpack_from(">5BI", data, 24)
    if (length, kind) != (13, b"IHDR") or zlib.crc32(data[12:29]) != checksum:
        raise BadHeader("has a damaged PNG header")
    if depth not in _PNG_DEPTHS.get(colour, ()):
        raise BadHeader(f"has a PNG header of colour type {colour} with {depth} bits: there is no such PNG")
    if packing or filters or interlace > 1:
        raise BadHeader("has a PNG header with an unknown compression, filter or interlace method")
    return width, height, colour


_MARKER: Final = re.compile(rb"\xff{1,64}([^\xff])", re.DOTALL)
# Within coded pixels 0xFF is followed by a stuffed 0 or a restart marker (D0 to D7) unless they end there.
_MARKER_AFTER_PIXELS: Final = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])", re.DOTALL)
_SEQUENTIAL, _PROGRESSIVE, _SCAN, _END, _APP1 = {0xC0, 0xC1}, 0xC2, 0xDA, 0xD9, 0xE1
# Searching holds up every other thread: 1 MiB of the worst bytes takes 6 ms.
_WINDOW: Final = 1 << 20
_FACTORS: Final = range(1, 5)
_FRAMES: Final = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _jpeg(data: bytes) -> Header:
    at, notes, frame, kind = 2, _Notes(), b"", 0
    for _ in range(_MOST_BLOCKS):
        found = _MARKER.match(data, at)
        if not found:
            raise BadHeader("has a damaged JPEG header" if at < len(data) else "ends within its header")
        marker = found[1][0]
        (length,) = struct.unpack_from(">H", data, found.end())
        block = data[found.end() + 2 : found.end() + length]
        if marker == _SCAN:
            size, components = _frame(kind, frame)
            _check_scans(data, found.start())
            # With a scan for each colour a decoder has to keep them all, as it does for a progressive one.
            at_once = kind in _SEQUENTIAL and block[0] == components
            return Header("JPEG", _shown(*size, notes), sequential=at_once)
        if marker in _FRAMES:
            kind, frame = marker, block
        elif marker == _APP1:
            notes.add(block)
        at = found.end() + length
    raise BadHeader("has too many blocks before its pixels")


def _frame(kind: int, frame: bytes) -> tuple[tuple[int, int], int]:
    if kind not in _SEQUENTIAL and kind != _PROGRESSIVE:
        raise BadHeader("is a lossless or arithmetic JPEG; baseline and progressive ones are accepted")
    bits, height, width, components = struct.unpack_from(">BHHB", frame)
    factors = [frame[7 + 3 * number] for number in range(components)]
    sampled = all(factor >> 4 in _FACTORS and factor & 15 in _FACTORS for factor in factors)
    if bits != 8 or components not in {1, 3, 4} or not sampled:  # noqa: PLR2004 - grey, YCbCr, CMYK at 8 bits
        raise BadHeader("has JPEG components that cannot be shown")
    return (width, height), components


def _check_scans(data: bytes, scan_at: int) -> None:
    if data.rfind(b"\xff\xd9", scan_at) < 0:
        raise BadHeader("is cut off: its end is missing")
    # Counting the bytes is an upper bound, hundreds of times as fast as walking the markers.
    if data.count(b"\xff\xda", scan_at) > MOST_SCANS:
        _count_scans(data, scan_at)


def _count_scans(data: bytes, at: int) -> None:
    scans = 0
    for _ in range(_MOST_BLOCKS):
        found = _MARKER_AFTER_PIXELS.search(data, at, at + _WINDOW)
        if not found and at + _WINDOW < len(data):
            at += _WINDOW - 1
            continue
        if not found or found[1][0] == _END:
            return
        scans += found[1][0] == _SCAN
        if scans > MOST_SCANS:
            break
        at = found.end() + struct.unpack_from(">H", data, found.end())[0]
    raise BadHeader(f"has more than {MOST_SCANS} progressive scans")


def _webp(data: bytes) -> Header:
    size, kind = struct.unpack_from("<4xI4x4s", data)
    if size + 8 > len(data):
        raise BadHeader("is cut off: its end is missing")
    if kind == b"VP8 ":
        start, width, height = struct.unpack_from("<3sHH", data, 23)
        if start != b"\x9d\x01\x2a":
            raise BadHeader("has a damaged WebP header")
        return Header("WEBP", _shown(width & 0x3FFF, height & 0x3FFF))
    if kind == b"VP8L":
        mark, packed = struct.unpack_from("<BI", data, 20)
        if mark != 0x2F:  # noqa: PLR2004 - the format's signature
            raise BadHeader("has a damaged WebP header")
        return Header("WEBP", _shown((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1))
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return Header("WEBP", _shown(width, height, _webp_notes(data, 30)))
    raise BadHeader("has a damaged WebP header")


def _webp_notes(data: bytes, at: int) -> _Notes:
    notes = _Notes()
    for _ in range(_MOST_BLOCKS):
        if at + 8 > len(data):
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind in {b"EXIF", b"XMP "}:
            notes.add(data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return notes


class _Notes:
    """What blocks of metadata say of how a picture is to be turned: EXIF goes before XMP, as in decoders."""

    def __init__(self) -> None:
        self._exif = self._xmp = 0

    def add(self, block: bytes) -> None:
        """Read a block, whichever it is; the first of a kind that says anything counts."""
        tiff = block.removeprefix(b"Exif\0\0")
        if tiff[:4] in _BYTE_ORDERS:
            self._exif = self._exif or _orientation(tiff)
        else:
            found = _XMP_ORIENTATION.search(block)
            self._xmp = self._xmp or int(found[1] if found else 0)

    @property
    def orientation(self) -> int:
        """The orientation; 0 where nothing is said."""
        return self._exif or self._xmp


def _orientation(tiff: bytes) -> int:
    """Read the orientation from EXIF; 0 where it says nothing."""
    order = _BYTE_ORDERS[tiff[:4]]
    try:
        (at,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, value = struct.unpack_from(order + "H6xH", tiff, entry)
            if tag == _EXIF_ORIENTATION:
                return int(value)
    except struct.error:
        pass
    return 0


def _shown(width: int, height: int, notes: _Notes | None = None) -> Size:
    if not width or not height:
        raise BadHeader("has no pixels")
    return Size(height, width) if notes and notes.orientation in _TURNED else Size(width, height)
