"""Pictures as they arrive: base64 read and headers held against a field's limits, in this process and fast.

Nothing here decodes a pixel, so a bomb costs what its header costs. The label of a data URI is not believed:
the bytes say what a picture is.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Final

from keyreel.errors import (
    ImageSizeOutOfRange,
    ImageTooLarge,
    ImageTooManyPixels,
    InvalidImage,
    InvalidRequest,
)
from keyreel.intake import headers
from keyreel.intake.headers import BadHeader, Header

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.order import Size
    from keyreel.wire.endpoint import PictureRules

LONGEST_SIDE: Final = 16384
MOST_PIXELS: Final = 64_000_000
MOST_SEQUENTIAL_PIXELS: Final = 200_000_000
"""For JPEGs that are decoded line by line, and smaller than they are."""

_ACCEPTED: Final = (
    "send an http(s) URL, a data URI (data:image/png;base64,…) or base64 of a PNG, JPEG or WebP"
)
_DATA_URI: Final = re.compile(r"\s*data:([^,;]{0,100})((?:;[^,;]{0,100}){0,10}),", re.IGNORECASE)
_LABEL: Final = re.compile(r"(image/[\w.+*-]+|application/octet-stream|)\s*", re.IGNORECASE | re.ASCII)
_SPACE: Final = b" \t\r\n\f\v"
# A call of a2b_base64 keeps every other thread waiting: 1 MiB takes about 2 ms.
_PIECE: Final = 1 << 20
_SNIFF: Final = 64
# An MP4 begins with its brand; QuickTime's oldest files have none.
_VIDEO_BOXES: Final = (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip")
_EBML: Final = b"\x1a\x45\xdf\xa3"


def inspect(data: bytes, rules: PictureRules, field: str) -> Header:
    """Hold a picture's bytes against its field's limits, from the header alone.

    Raises:
        InvalidImage: it is no PNG, JPEG or WebP, or its header is damaged.
        ImageTooLarge: it has too many bytes.
        ImageTooManyPixels: it has too many pixels.
        ImageSizeOutOfRange: a side or the ratio is outside the limits.
    """
    if len(data) > rules.max_bytes:
        raise too_large(rules.max_bytes, field)
    try:
        header = headers.read(data)
    except BadHeader as error:
        raise InvalidImage(f"{field}: the image {error}.", field=field) from None
    _check_pixels(header, field)
    check_size(header.size, rules, field)
    return header


def _check_pixels(header: Header, field: str) -> None:
    size, most = header.size, MOST_SEQUENTIAL_PIXELS if header.sequential else MOST_PIXELS
    if max(size.width, size.height) > LONGEST_SIDE:
        raise ImageTooManyPixels(
            f"{field}: {size} has a side of more than {LONGEST_SIDE} pixels.", field=field
        )
    if size.pixels > most:
        raise ImageTooManyPixels(
            f"{field}: {size} has more than {most // 1_000_000} million pixels.", field=field
        )


def check_size(size: Size, rules: PictureRules, field: str) -> None:
    """Hold a picture's shown size against its field's limits.

    Raises:
        ImageSizeOutOfRange: a side or the ratio is outside the limits.
    """
    if min(size.width, size.height) < rules.min_side:
        raise ImageSizeOutOfRange(
            f"{field}: {size} is smaller than {rules.min_side}x{rules.min_side} pixels.", field=field
        )
    widest = rules.widest
    if widest and not 1 <= size.ratio * widest <= widest * widest:
        ratio = f"{float(size.ratio):.2f}:1" if size.ratio > 1 else f"1:{float(1 / size.ratio):.2f}"
        raise ImageSizeOutOfRange(
            f"{field}: the ratio {ratio} of {size} is outside 1:{widest} to {widest}:1.", field=field
        )


def too_large(most_bytes: int, field: str, noun: str = "image") -> ImageTooLarge:
    """Return the error for a picture, or what `noun` says, of more bytes than these."""
    return ImageTooLarge(f"{field}: the {noun} has more than {most_bytes / 1_000_000:g} MB.", field=field)


def check_video(file: Path, field: str) -> None:
    """Look at a file's first bytes: what begins like no video is shown to no decoder.

    Raises:
        InvalidRequest: it is no MP4, MOV, MKV or WebM.
    """
    with file.open("rb") as opened:
        start = opened.read(12)
    if start[4:8] not in _VIDEO_BOXES and not start.startswith(_EBML):
        raise InvalidRequest(f"{field}: the file is no video; it must be MP4, MOV or WebM.", field=field)


def decode_inline(source: str, rules: PictureRules, field: str) -> bytes:
    """Return the bytes of a picture inside the request: a data URI, or bare base64 of a known format.

    Raises:
        InvalidImage: it is neither, or broken.
        ImageTooLarge: it has too many bytes.
    """
    found = _DATA_URI.match(source)
    if found:
        _check_label(found[1], found[2], field)
    elif rules.data_uri_only:
        raise InvalidImage(
            f"{field}: an image inside the request starts with data:image/<type>;base64, here.", field=field
        )
    elif not _looks_like_a_picture(source):
        raise InvalidImage(f"{field}: this is no image: {_ACCEPTED}.", field=field)
    return _decoded(source, found.end() if found else 0, min(rules.max_inline_bytes, rules.max_bytes), field)


def _check_label(label: str, parameters: str, field: str) -> None:
    if not _LABEL.fullmatch(label):
        raise InvalidImage(f"{field}: the data URI is labelled {label[:64]!r}, not image/….", field=field)
    if parameters.lower().rpartition(";")[2].strip() != "base64":
        raise InvalidImage(f"{field}: the data URI is not in base64.", field=field)


def _looks_like_a_picture(source: str) -> bool:
    start = source[:_SNIFF].encode(errors="replace").translate(None, _SPACE)
    try:
        data = binascii.a2b_base64(start[: len(start) // 4 * 4], strict_mode=True)
    except ValueError:
        return False
    return data.startswith((b"\x89PNG", b"\xff\xd8\xff")) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def _decoded(source: str, start: int, most: int, field: str) -> bytes:
    decoded = bytearray()
    damaged = InvalidImage(f"{field}: the base64 is damaged.", field=field)
    try:
        for piece in _pieces(source, start):
            if len(decoded) % 3:  # padding stood before the end
                raise damaged
            decoded += binascii.a2b_base64(piece, strict_mode=True)
            if len(decoded) > most:
                raise too_large(most, field)
    except ValueError:
        raise damaged from None
    if not decoded:
        raise damaged
    return bytes(decoded)


def _pieces(source: str, start: int) -> Iterator[bytes]:
    """Cut base64 into pieces of whole groups of 4 letters, white space left out."""
    rest = b""
    for at in range(start, len(source), _PIECE):
        letters = rest + source[at : at + _PIECE].encode("ascii").translate(None, _SPACE)
        whole = len(letters) // 4 * 4
        rest = letters[whole:]
        if whole:
            yield letters[:whole]
    if rest:
        yield rest
