"""A few first bytes tell images and videos from everything else."""

from __future__ import annotations

import pytest

from keyreel.wire.inputs.magic_numbers import detect_media_type, is_image, is_video


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image"),
        (b"RIFF\x10\0\0\0WEBP", "image"),
        (b"\0\0\0\x18ftypisom", "video"),
        (b"\0\0\0\x08wide\0\0\0\0", "video"),
        (b"\x1a\x45\xdf\xa3webm....", "video"),
        (b"RIFF\x10\0\0\0WAVE", ""),
        (b"GIF89a......", ""),
        (b"<html>......", ""),
        (b"\x89PN", ""),
        (b"", ""),
    ],
)
def test_tells_by_the_first_bytes(data: bytes, kind: str) -> None:
    assert (is_image(data), is_video(data)) == (kind == "image", kind == "video")
    assert detect_media_type(data).partition("/")[0] == {"image": "image"}.get(kind, kind)
