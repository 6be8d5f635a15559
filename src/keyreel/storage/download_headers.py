"""What a download of a stored file is called, and what kind of file it is: by its key alone."""

from __future__ import annotations

from typing import Final

MEDIA_TYPES: Final = {
    "mp4": "video/mp4",
    "webm": "video/webm",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
UNKNOWN_MEDIA_TYPE: Final = "application/octet-stream"
CACHE_CONTROL: Final = "private, max-age=3600, immutable"
"""Every attempt writes under a key of its own, so a key's bytes never change."""


def get_media_type(key: str) -> str:
    """Return the media type that a key's ending names."""
    return MEDIA_TYPES.get(key.rpartition(".")[2], UNKNOWN_MEDIA_TYPE)


def format_disposition(key: str) -> str:
    """Return the Content-Disposition of a file: shown where it can be, saved under a name of its own."""
    name = key.replace("/", "-").removeprefix("videos-").removeprefix("covers-")
    return f'inline; filename="{name}"'
