"""Magic numbers: images and videos recognized by their first bytes, whatever they are called."""

from __future__ import annotations

from typing import Final

SNIFF_BYTES: Final = 12
"""Bytes that are enough to recognize a file."""

_PNG: Final = b"\x89PNG"
_JPEG: Final = b"\xff\xd8\xff"
# An MP4 begins with its brand; QuickTime's oldest files have none.
_BOXES: Final = (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip")
_EBML: Final = b"\x1a\x45\xdf\xa3"


def is_image(data: bytes) -> bool:
    """Return whether these are the first bytes of a PNG, JPEG or WebP."""
    return data.startswith((_PNG, _JPEG)) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def is_video(data: bytes) -> bool:
    """Return whether these are the first bytes of an MP4, MOV, MKV or WebM."""
    return data[4:8] in _BOXES or data.startswith(_EBML)


def detect_media_type(data: bytes) -> str:
    """Return the media type of a file by its first bytes; empty for anything else."""
    if is_image(data):
        return (
            "image/png" if data.startswith(_PNG) else "image/jpeg" if data.startswith(_JPEG) else "image/webp"
        )
    if is_video(data):
        return "video/webm" if data.startswith(_EBML) else "video/mp4"
    return ""
