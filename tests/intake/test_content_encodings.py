"""What a server packs is unpacked within bounds; what is not understood is named."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import ImageTooLarge, InvalidImage, KeyreelError
from keyreel.wire.endpoints.endpoint import ImageRules
from support.hostile import http, image, new_intake, noise, request_with, served

if TYPE_CHECKING:
    from pathlib import Path

PNG = image()
# Larger than the pieces that are unpacked at a time.
NOISE = noise(900, 900)


def gzipped(data: bytes, level: int = 9) -> bytes:
    return gzip.compress(data, level, mtime=0)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def gathered(folder: Path, body: bytes, *lines: str, most_bytes: int = 50_000_000) -> None:
    """Gather one image that a server sends like this."""

    async def run() -> None:
        async with served(http(body, *lines)) as base:
            asked = request_with(ImageRules(max_bytes=most_bytes))(images=(f"{base}/a.png",))
            await new_intake().gather(asked, asked.to_order(1), folder, tenant="ann")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("", PNG),
        ("identity", PNG),
        ("None", PNG),
        ("aws-chunked", PNG),
        (" , AWS-Chunked,", PNG),
        ("gzip", gzipped(PNG)),
        ("X-GZIP", gzipped(PNG)),
        ("gzip", gzipped(NOISE, 0)),
        ("gzip", gzipped(NOISE[:5000]) + gzipped(NOISE[5000:])),
        ("gzip", gzipped(PNG) + bytes(512)),
        ("deflate", zlib.compress(NOISE)),
        ("deflate", raw_deflate(NOISE)),
        ("gzip, aws-chunked", gzipped(PNG)),
        ("deflate, gzip", gzipped(zlib.compress(PNG))),
        # A label that an upload was given is played back on bytes that nobody packed.
        ("gzip", PNG),
        ("deflate", image(kind="JPEG")),
        ("br", image(kind="WEBP")),
        ("utf-8", PNG),
    ],
)
def test_a_image_arrives_in_every_usual_coding(tmp_path: Path, coding: str, body: bytes) -> None:
    gathered(tmp_path, body, f"Content-Encoding: {coding}")
    assert (tmp_path / "0.png").exists()


def test_codings_on_two_lines_are_one_list(tmp_path: Path) -> None:
    body = gzipped(gzipped(PNG))
    gathered(tmp_path, body, "Content-Encoding: gzip", "Content-Encoding: aws-chunked, gzip")
    assert (tmp_path / "0.png").exists()


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("br", b"\x8b\x03\x80abc\x03 and more", "Content-Encoding br; gzip, deflate, or none"),
        ("zstd", b"\x28\xb5\x2f\xfd and more", "Content-Encoding zstd;"),
        ("compress", b"\x1f\x9d\x90 and more", "Content-Encoding compress;"),
        ("gzip, br", b"\x8b\x03\x80abc\x03 and more", "Content-Encoding br;"),
        ("a" * 90 + "\xff", b"x", f"Content-Encoding {'a' * 32};"),
        ("gzip", b"this is no gzip at all", "Content-Encoding gzip, but is not compressed that way"),
        ("gzip", gzipped(PNG)[:-8] + bytes(8), "cannot be decompressed as gzip"),
        ("deflate", b"\xff" * 100, "cannot be decompressed as deflate"),
        ("gzip", gzipped(b"") * 100, "more than 64 pieces"),
        ("gzip, gzip, gzip, gzip", PNG, "more than 3 times"),
        ("gzip", gzipped(bytes(8_000_000)), "more than 250 times its size"),
        ("gzip, gzip", gzipped(gzipped(bytes(8_000_000))), "more than 250 times its size"),
    ],
)
def test_what_is_not_unpacked_is_told_with_field_and_coding(
    tmp_path: Path, coding: str, body: bytes, reason: str
) -> None:
    with pytest.raises(InvalidImage, match=rf"^images\[0\]: the image .*{reason}"):
        gathered(tmp_path, body, f"Content-Encoding: {coding}")


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_bomb_is_refused_in_bounded_memory(tmp_path: Path, layers: int) -> None:
    body = gzipped(NOISE[:100_000] + bytes(20_000_000))
    for _ in range(layers - 1):
        body = gzipped(body)
    coding = f"Content-Encoding: {', '.join(['gzip'] * layers)}"
    tracemalloc.start()
    try:
        with pytest.raises(ImageTooLarge, match="larger than 2 MB"):
            gathered(tmp_path, body, coding, most_bytes=2_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


def test_a_packed_answer_that_is_too_long_is_cut_off(tmp_path: Path) -> None:
    with pytest.raises(ImageTooLarge):
        gathered(tmp_path, gzipped(NOISE, 0), "Content-Encoding: gzip", most_bytes=100_000)


def test_a_video_in_an_unknown_coding_is_told_as_a_video(tmp_path: Path) -> None:
    from keyreel.wire.dialects.dialect import ParsedSubmit
    from keyreel.wire.endpoints import catalogue
    from keyreel.wire.requests.parsing import validate_fields

    async def run() -> None:
        async with served(http(b"not a video at all", "Content-Encoding: br")) as base:
            fields = {"video_url": f"{base}/v.mp4"}
            asked = validate_fields(ParsedSubmit(catalogue.get_endpoint("q2-pro-extend"), fields))
            await new_intake().gather(asked, asked.to_order(7), tmp_path, tenant="ann")

    with pytest.raises(KeyreelError, match=r"^video_url: the video comes with Content-Encoding br"):
        asyncio.run(run())
