"""Images as programs hold them (paths, bytes, PIL images, addresses), turned into what requests carry."""

from __future__ import annotations

import os
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from keyreel.errors import InvalidImage

if TYPE_CHECKING:
    from PIL.Image import Image

    ImageLike: TypeAlias = str | os.PathLike[str] | bytes | Image

_WEB: Final = ("http://", "https://", "data:")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"


def encode_image_source(image: ImageLike, field: str) -> str:
    """Return an address as it is, everything else as a data URI.

    Text is an address (http, https, data) or the path of a file.

    Raises:
        InvalidImage: it is none of these, or the bytes are not PNG, JPEG or WebP.
        OSError: the file cannot be read.
    """
    if isinstance(image, str) and image.lower().startswith(_WEB):
        return image
    data = _read_bytes(image, field)
    subtype = _detect_image_type(data)
    if not subtype:
        raise InvalidImage(f"{field}: the file is not a PNG, JPEG or WebP image.", field=field)
    return f"data:image/{subtype};base64,{b64encode(data).decode('ascii')}"


def _read_bytes(image: ImageLike, field: str) -> bytes:
    if isinstance(image, bytes):
        return image
    if isinstance(image, str | os.PathLike):
        return Path(image).read_bytes()
    from PIL import Image

    if not isinstance(image, Image.Image):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        got = type(image).__name__
        raise InvalidImage(
            f"{field}: got {got}; must be a path, bytes, a PIL image or an address.", field=field
        )
    file = BytesIO()
    image.save(file, format="PNG")
    return file.getvalue()


def _detect_image_type(data: bytes) -> str:
    """Tell the format from the first bytes; empty for what services do not take."""
    if data.startswith(_PNG):
        return "png"
    if data.startswith(_JPEG):
        return "jpeg"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""
