"""Images as programs hold them (paths, bytes, PIL images, URLs), turned into what requests carry."""

from __future__ import annotations

import os
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from keyreel.errors import InvalidImage
from keyreel.wire.inputs.magic_numbers import detect_media_type

if TYPE_CHECKING:
    from PIL.Image import Image

    ImageLike: TypeAlias = str | os.PathLike[str] | bytes | Image

_URL_SCHEMES: Final = ("http://", "https://", "data:", "ssupload:")
"""The last is what an upload is called."""


def encode_image_source(image: ImageLike, field: str) -> str:
    """Return a URL as it is, everything else as a data URI.

    Text is a URL (http, https, data), what an upload is called, or the path of a file.

    Raises:
        InvalidImage: it is none of these, or the bytes are not PNG, JPEG or WebP.
        OSError: the file cannot be read.
    """
    if isinstance(image, str) and image.lower().startswith(_URL_SCHEMES):
        return image
    data, media_type = read_image(image, field)
    return f"data:{media_type};base64,{b64encode(data).decode('ascii')}"


def read_image(image: ImageLike, field: str) -> tuple[bytes, str]:
    """Return an image's bytes and their media type.

    Raises:
        InvalidImage: it is none, or the bytes are not PNG, JPEG or WebP.
        OSError: the file cannot be read.
    """
    data = _read_bytes(image, field)
    media_type = detect_media_type(data)
    if not media_type.startswith("image/"):
        raise InvalidImage(f"{field}: the file is not a PNG, JPEG or WebP image.", field=field)
    return data, media_type


def _read_bytes(image: ImageLike, field: str) -> bytes:
    if isinstance(image, bytes):
        return image
    if isinstance(image, str | os.PathLike):
        return Path(image).read_bytes()
    from PIL import Image

    if not isinstance(image, Image.Image):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        got = type(image).__name__
        raise InvalidImage(f"{field}: got {got}; must be a path, bytes, a PIL image or a URL.", field=field)
    file = BytesIO()
    image.save(file, format="PNG")
    return file.getvalue()
