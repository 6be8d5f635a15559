"""Checks of images as they arrive, by their headers and a field's limits, in this process and fast.

Nothing here decodes a pixel, so a decompression bomb costs what its header costs. Labels are not trusted: the
bytes say what an image is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.errors import (
    ImageSizeOutOfRange,
    ImageTooLarge,
    ImageTooManyPixels,
    InvalidImage,
    InvalidRequest,
)
from keyreel.intake import image_headers
from keyreel.intake.image_headers import ImageHeader, InvalidImageHeader
from keyreel.wire.inputs import magic_numbers
from keyreel.wire.inputs.data_uris import InlineImageTooLarge, NotInlineImage, find_inline_image

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.order import Size
    from keyreel.wire.endpoints.endpoint import ImageRules

MAX_SIDE: Final = 16384
"""Pixels."""
MAX_PIXELS: Final = 64_000_000
MAX_SEQUENTIAL_PIXELS: Final = 200_000_000
"""Pixels of JPEGs that are decoded line by line, at a reduced size."""


def inspect_image(data: bytes, rules: ImageRules, field: str) -> ImageHeader:
    """Check an image's bytes by its field's limits, from the header alone.

    Raises:
        InvalidImage: it is no PNG, JPEG or WebP, or its header is damaged.
        ImageTooLarge: it has too many bytes.
        ImageTooManyPixels: it has too many pixels.
        ImageSizeOutOfRange: a side or the ratio is outside the limits.
    """
    if len(data) > rules.max_bytes:
        raise make_too_large_error(rules.max_bytes, field)
    try:
        header = image_headers.read_header(data)
    except InvalidImageHeader as error:
        raise InvalidImage(f"{field}: the image {error}.", field=field) from None
    _check_pixels(header, field)
    check_size(header.size, rules, field)
    return header


def _check_pixels(header: ImageHeader, field: str) -> None:
    size, most = header.size, MAX_SEQUENTIAL_PIXELS if header.sequential else MAX_PIXELS
    if max(size.width, size.height) > MAX_SIDE:
        raise ImageTooManyPixels(f"{field}: {size} has a side of more than {MAX_SIDE} pixels.", field=field)
    if size.pixel_count > most:
        raise ImageTooManyPixels(
            f"{field}: {size} has more than {most // 1_000_000} million pixels.", field=field
        )


def check_size(size: Size, rules: ImageRules, field: str) -> None:
    """Check an image's size, as displayed, by its field's limits.

    Raises:
        ImageSizeOutOfRange: a side or the ratio is outside the limits.
    """
    if min(size.width, size.height) < rules.min_side:
        raise ImageSizeOutOfRange(
            f"{field}: {size} is smaller than {rules.min_side}x{rules.min_side} pixels.", field=field
        )
    widest = rules.widest
    if widest and not 1 <= size.aspect_ratio * widest <= widest * widest:
        ratio = (
            f"{float(size.aspect_ratio):.2f}:1"
            if size.aspect_ratio > 1
            else f"1:{float(1 / size.aspect_ratio):.2f}"
        )
        raise ImageSizeOutOfRange(
            f"{field}: the ratio {ratio} of {size} is outside 1:{widest} to {widest}:1.", field=field
        )


def make_too_large_error(most_bytes: int, field: str, noun: str = "image") -> ImageTooLarge:
    """Make the error for an image, or a `noun`, of more than `most_bytes`."""
    return ImageTooLarge(f"{field}: the {noun} is larger than {most_bytes / 1000000:g} MB.", field=field)


def check_video(file: Path, field: str) -> None:
    """Check a file's first bytes, so that no decoder gets what does not begin like a video.

    Raises:
        InvalidRequest: it is no MP4, MOV, MKV or WebM.
    """
    with file.open("rb") as opened:
        start = opened.read(magic_numbers.SNIFF_BYTES)
    if not magic_numbers.is_video(start):
        raise InvalidRequest(f"{field}: the file is not a video; it must be MP4, MOV or WebM.", field=field)


def decode_inline_image(source: str, rules: ImageRules, field: str) -> bytes:
    """Return the bytes of an image inside the request: a data URI, or bare base64 of a known format.

    Raises:
        InvalidImage: it is neither, or broken.
        ImageTooLarge: it has too many bytes.
    """
    most = min(rules.max_inline_bytes, rules.max_bytes)
    try:
        return find_inline_image(source, data_uri_only=rules.data_uri_only).decode(most)
    except NotInlineImage as rule:
        raise InvalidImage(f"{field}: {rule}.", field=field) from None
    except InlineImageTooLarge:
        raise make_too_large_error(most, field) from None
