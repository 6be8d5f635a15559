"""Reads format and size from an image's header. It decodes no pixel and trusts no length.

PNG: https://www.w3.org/TR/png-3/ · JPEG: ITU-T T.81 · WebP: https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from keyreel.order import Size

MAX_SCANS: Final = 200
"""A 141 kB progressive JPEG with 1,500 repeated scans keeps a decoder busy for 15 s; real ones have 10."""

_MAX_BLOCKS: Final = 4000
"""Chunks or segments that are read of one header."""
_EXIF_ORIENTATION: Final = 0x0112
"""The tag (TIFF 6.0: Orientation)."""
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_XMP_ORIENTATION: Final = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')
_SIDEWAYS_ORIENTATIONS: Final = range(5, 9)


class InvalidImageHeader(Exception):
    """The image's header is damaged, or asks for something that no decoder here does."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """`size` is as displayed, after EXIF orientation; `sequential` JPEGs can be decoded line by line."""

    format: str
    size: Size
    sequential: bool = False


def read_header(data: bytes) -> ImageHeader:
    """Read the header of a PNG, JPEG or WebP.

    Raises:
        InvalidImageHeader: it is none of these, or broken; the message completes "the image …".
    """
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _read_png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _read_jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _read_webp(data)
    except (struct.error, IndexError):
        raise InvalidImageHeader("ends within its header") from None
    raise InvalidImageHeader(f"is {_guess_format(data)}; PNG, JPEG and WebP are accepted")


def _guess_format(data: bytes) -> str:
    if not data:
        return "empty"
    for name, start in _OTHER_FORMATS:
        if start.match(data):
            return name
    return "of an unknown format"


_OTHER_FORMATS: Final = (
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


_PALETTE_COLOUR_TYPE: Final = 3
"""PNG, third edition, 11.2.1."""
# Bits by colour type: grey, colours, palette, grey and colours with alpha (PNG, third edition, 11.2.1).
_PNG_DEPTHS: Final = {
    0: {1, 2, 4, 8, 16},
    2: {8, 16},
    _PALETTE_COLOUR_TYPE: {1, 2, 4, 8},
    4: {8, 16},
    6: {8, 16},
}


def _read_png(data: bytes) -> ImageHeader:
    width, height, colour = _read_ihdr(data)
    at, notes, palette = 33, _OrientationMetadata(), colour != _PALETTE_COLOUR_TYPE
    for _ in range(_MAX_BLOCKS):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            if data.rfind(b"IEND", at) < 0:
                raise InvalidImageHeader("is truncated: its end is missing")
            if not palette:
                raise InvalidImageHeader("has no palette although its PNG header requires one")
            return ImageHeader("PNG", _orient_size(width, height, notes))
        palette = palette or kind == b"PLTE"
        if kind in {b"eXIf", b"iTXt"}:
            notes.add(data[at + 8 : at + 8 + length])
        at += 12 + length
    raise InvalidImageHeader("has too many blocks before its pixels")


def _read_ihdr(data: bytes) -> tuple[int, int, int]:
    """Return width, height and colour type; what is rejected here would make decoders fail."""
    length, kind, width, height = struct.unpack_from(">I4sII", data, 8)
    depth, colour, packing, filters, interlace, checksum = struct.unpack_from(">5BI", data, 24)
    if (length, kind) != (13, b"IHDR") or zlib.crc32(data[12:29]) != checksum:
        raise InvalidImageHeader("has a damaged PNG header")
    if depth not in _PNG_DEPTHS.get(colour, ()):
        raise InvalidImageHeader(
            f"has a PNG header with colour type {colour} and {depth} bits, which PNG does not allow"
        )
    if packing or filters or interlace > 1:
        raise InvalidImageHeader("has a PNG header with an unknown compression, filter or interlace method")
    return width, height, colour


_MARKER: Final = re.compile(rb"\xff{1,64}([^\xff])", re.DOTALL)
# Within coded pixels 0xFF is followed by a stuffed 0 or a restart marker (D0 to D7) unless they end there.
_MARKER_AFTER_PIXELS: Final = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])", re.DOTALL)
_SEQUENTIAL, _PROGRESSIVE, _SCAN, _END, _APP1 = {0xC0, 0xC1}, 0xC2, 0xDA, 0xD9, 0xE1
# Searching holds up every other thread: 1 MiB of the worst bytes takes 6 ms.
_SEARCH_WINDOW_BYTES: Final = 1 << 20
_SAMPLING_FACTORS: Final = range(1, 5)
_SOF_MARKERS: Final = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _read_jpeg(data: bytes) -> ImageHeader:
    at, notes, frame, kind = 2, _OrientationMetadata(), b"", 0
    for _ in range(_MAX_BLOCKS):
        found = _MARKER.match(data, at)
        if not found:
            raise InvalidImageHeader(
                "has a damaged JPEG header" if at < len(data) else "ends within its header"
            )
        marker = found[1][0]
        (length,) = struct.unpack_from(">H", data, found.end())
        block = data[found.end() + 2 : found.end() + length]
        if marker == _SCAN:
            size, components = _read_frame_header(kind, frame)
            _check_scans(data, found.start())
            # With a scan for each colour a decoder has to keep them all, as it does for a progressive one.
            at_once = kind in _SEQUENTIAL and block[0] == components
            return ImageHeader("JPEG", _orient_size(*size, notes), sequential=at_once)
        if marker in _SOF_MARKERS:
            kind, frame = marker, block
        elif marker == _APP1:
            notes.add(block)
        at = found.end() + length
    raise InvalidImageHeader("has too many blocks before its pixels")


def _read_frame_header(kind: int, frame: bytes) -> tuple[tuple[int, int], int]:
    if kind not in _SEQUENTIAL and kind != _PROGRESSIVE:
        raise InvalidImageHeader(
            "is a lossless or arithmetic JPEG; baseline and progressive ones are accepted"
        )
    bits, height, width, components = struct.unpack_from(">BHHB", frame)
    factors = [frame[7 + 3 * number] for number in range(components)]
    sampled = all(factor >> 4 in _SAMPLING_FACTORS and factor & 15 in _SAMPLING_FACTORS for factor in factors)
    if bits != 8 or components not in {1, 3, 4} or not sampled:  # noqa: PLR2004 - grey, YCbCr, CMYK at 8 bits
        raise InvalidImageHeader("has unsupported JPEG components")
    return (width, height), components


def _check_scans(data: bytes, scan_at: int) -> None:
    if data.rfind(b"\xff\xd9", scan_at) < 0:
        raise InvalidImageHeader("is truncated: its end is missing")
    # Counting the bytes is an upper bound, hundreds of times as fast as walking the markers.
    if data.count(b"\xff\xda", scan_at) > MAX_SCANS:
        _count_scans(data, scan_at)


def _count_scans(data: bytes, at: int) -> None:
    scans = 0
    for _ in range(_MAX_BLOCKS):
        found = _MARKER_AFTER_PIXELS.search(data, at, at + _SEARCH_WINDOW_BYTES)
        if not found and at + _SEARCH_WINDOW_BYTES < len(data):
            at += _SEARCH_WINDOW_BYTES - 1
            continue
        if not found or found[1][0] == _END:
            return
        scans += found[1][0] == _SCAN
        if scans > MAX_SCANS:
            break
        at = found.end() + struct.unpack_from(">H", data, found.end())[0]
    raise InvalidImageHeader(f"has more than {MAX_SCANS} progressive scans")


def _read_webp(data: bytes) -> ImageHeader:
    size, kind = struct.unpack_from("<4xI4x4s", data)
    if size + 8 > len(data):
        raise InvalidImageHeader("is truncated: its end is missing")
    if kind == b"VP8 ":
        start, width, height = struct.unpack_from("<3sHH", data, 23)
        if start != b"\x9d\x01\x2a":
            raise InvalidImageHeader("has a damaged WebP header")
        return ImageHeader("WEBP", _orient_size(width & 0x3FFF, height & 0x3FFF))
    if kind == b"VP8L":
        mark, packed = struct.unpack_from("<BI", data, 20)
        if mark != 0x2F:  # noqa: PLR2004 - the format's signature
            raise InvalidImageHeader("has a damaged WebP header")
        return ImageHeader("WEBP", _orient_size((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1))
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return ImageHeader("WEBP", _orient_size(width, height, _read_webp_metadata(data, 30)))
    raise InvalidImageHeader("has a damaged WebP header")


def _read_webp_metadata(data: bytes, at: int) -> _OrientationMetadata:
    notes = _OrientationMetadata()
    for _ in range(_MAX_BLOCKS):
        if at + 8 > len(data):
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind in {b"EXIF", b"XMP "}:
            notes.add(data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return notes


class _OrientationMetadata:
    """The orientation in an image's metadata blocks: EXIF goes before XMP, as in decoders."""

    def __init__(self) -> None:
        self._exif = self._xmp = 0

    def add(self, block: bytes) -> None:
        """Read a block of either kind; the first one of a kind that has an orientation counts."""
        tiff = block.removeprefix(b"Exif\0\0")
        if tiff[:4] in _BYTE_ORDERS:
            self._exif = self._exif or _read_exif_orientation(tiff)
        else:
            found = _XMP_ORIENTATION.search(block)
            self._xmp = self._xmp or int(found[1] if found else 0)

    @property
    def orientation(self) -> int:
        """The orientation, 1 … 8; 0 if there is none."""
        return self._exif or self._xmp


def _read_exif_orientation(tiff: bytes) -> int:
    """Read the orientation from EXIF, 1 … 8; 0 if there is none."""
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


def _orient_size(width: int, height: int, metadata: _OrientationMetadata | None = None) -> Size:
    if not width or not height:
        raise InvalidImageHeader("has no pixels")
    return (
        Size(height, width)
        if metadata and metadata.orientation in _SIDEWAYS_ORIENTATIONS
        else Size(width, height)
    )
