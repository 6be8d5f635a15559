"""Inline images are judged by their bytes, from the header alone, and fast."""

from __future__ import annotations

import asyncio
import base64
import struct
import time
from statistics import median
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from keyreel.errors import (
    ImageSizeOutOfRange,
    ImageTooLarge,
    ImageTooManyPixels,
    InvalidImage,
    InvalidRequest,
)
from keyreel.order import Size
from keyreel.wire.endpoints.endpoint import ImageRules
from support.hostile import (
    Request,
    chunk,
    data_uri,
    encoded,
    image,
    jpeg_of_many_scans,
    new_intake,
    png_that_claims,
    request_with,
)

PNG = image()
FREE = ImageRules(widest=None)


def receive(source: str, rules: ImageRules | None = None) -> Size:
    """Return the size that Intake tells the endpoint."""
    sizes: list[Size] = []

    class Telling(request_with(rules or ImageRules())):  # type: ignore[misc] # the base is made up as well
        def check_sizes(self, found: Any) -> None:
            sizes.extend(found.values())

    asyncio.run(new_intake().receive(Telling(images=(source,)), tenant="ann"))
    return sizes[0]


def turned(kind: str, orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(Image.new("RGB", (300, 150)), kind, exif=exif.tobytes())


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (data_uri(PNG).replace(";base64", ""), "must be in base64"),
        (data_uri(PNG)[:-1] + "!", "not valid base64"),
        (data_uri(PNG) + "====", "not valid base64"),
        (data_uri(PNG + bytes(1 + -len(PNG) % 3)) + "QUJD", "not valid base64"),
        (data_uri(PNG, "text/html").replace(";base64,", ";base64,%zz"), "not valid base64"),
        ("data:image/png;base64," + base64.urlsafe_b64encode(b"\xff\xfe" * 99).decode(), "unknown format"),
        ("data:image/png;base64,", "not valid base64"),
        ("data:image/png;base64,A", "not valid base64"),
        ("data:image/png;base64,é", "not valid base64"),
        ("data:image/png;base64,\ud800", "not valid base64"),
        ("data:", "must be in base64"),
        (base64.b64encode(b"GIF89a" + bytes(90)).decode(), "must be an http.*or an image"),
    ],
)
def test_refuses_broken_wrapping(source: str, reason: str) -> None:
    with pytest.raises(InvalidImage, match=rf"^images\[0\]: .*{reason}"):
        receive(source)


def test_bare_base64_is_refused_where_a_data_uri_is_required() -> None:
    rules = ImageRules(data_uri_only=True)
    with pytest.raises(InvalidImage, match="must start with data:image"):
        receive(base64.b64encode(PNG).decode(), rules)
    assert receive(data_uri(PNG), rules)


def test_an_inline_image_has_its_own_limit_of_bytes() -> None:
    exact = ImageRules(max_inline_bytes=len(PNG))
    assert receive(data_uri(PNG), exact)
    with pytest.raises(ImageTooLarge, match=r"^images\[0\]: the image is larger than"):
        receive(data_uri(PNG), ImageRules(max_inline_bytes=len(PNG) - 1))
    with pytest.raises(ImageTooLarge):
        receive(data_uri(PNG), ImageRules(max_bytes=len(PNG) - 1))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (encoded(Image.new("P", (200, 200)), "GIF"), "a GIF"),
        (encoded(Image.new("RGB", (200, 200)), "BMP"), "a BMP"),
        (encoded(Image.new("RGB", (200, 200)), "TIFF"), "a TIFF"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG"),
        (b'  <svg onload="alert(1)"/>', "an SVG"),
        (b"<!DOCTYPE html><html><body>Please sign in</body></html>", "a web page"),
        (b"\xef\xbb\xbf\n<HTML>", "a web page"),
        (b"\0\0\0\x1cftypavif" + bytes(40), "an AVIF or HEIC"),
        (b"\0\0\0\x1cftypheic" + bytes(40), "an AVIF or HEIC"),
        (b"%PDF-1.7", "a PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "of an unknown format"),
        (b"MZ" + bytes(99), "of an unknown format"),
        (b"RIFF\0\0\0\0WAVE" + bytes(99), "of an unknown format"),
        (b"\x89PNX" + PNG[4:], "of an unknown format"),
    ],
)
def test_refuses_other_formats_whatever_they_are_called(data: bytes, name: str) -> None:
    with pytest.raises(InvalidImage, match=rf"^images\[0\]: the image is {name}.*PNG, JPEG and WebP"):
        receive(data_uri(data, "image/png"))


def cuts(data: bytes) -> list[bytes]:
    return [data[:length] for length in (3, 8, 12, 20, 26, 30, 40, len(data) // 2, len(data) - 5)]


@pytest.mark.parametrize(
    "data",
    [
        cut
        for kind in ({"kind": "PNG"}, {"kind": "JPEG"}, {"kind": "WEBP"}, {"kind": "WEBP", "lossless": True})
        for cut in cuts(image(**kind))  # type: ignore[arg-type] # one table for all
    ],
)
def test_refuses_a_image_that_is_cut_off(data: bytes) -> None:
    with pytest.raises(InvalidImage):
        receive(data_uri(data))


PNG_HEAD, JPEG = PNG[:33], image(kind="JPEG")


@pytest.mark.parametrize(
    "data",
    [
        PNG[:20] + b"\xff" + PNG[21:],
        png_that_claims(0, 10),
        png_that_claims(10, 10, colour=5),
        png_that_claims(10, 10, bits=4, colour=2),
        png_that_claims(10, 10, bits=16, colour=3),
        png_that_claims(10, 10, bits=3, colour=0),
        png_that_claims(10, 10, bits=0),
        png_that_claims(10, 10, colour=3),
        png_that_claims(10, 10, methods=(1, 0, 0)),
        png_that_claims(10, 10, methods=(0, 1, 0)),
        png_that_claims(10, 10, methods=(0, 0, 2)),
        PNG[:29] + bytes(4) + PNG[33:],
        PNG_HEAD + chunk(b"tEXt", b"") * 5000 + PNG[33:],
        b"\xff\xd8\xff" + bytes(1000),
        b"\xff\xd8\xff\xfe\0\0" + JPEG[2:],
        b"\xff\xd8" + b"\xff\xfe\0\2" * 5000 + JPEG[2:],
        b"\xff\xd8" + b"\xff" * 2_000_000,
        JPEG.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"),
        JPEG.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc3\0\x11\x08"),
        JPEG.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc9\0\x11\x08"),
        JPEG.replace(b"\xff\xc0", b"\xff\xe5"),
        JPEG.replace(b"\3\1\x22\0\2\x11", b"\3\1\x25\0\2\x11"),
        JPEG.replace(b"\3\1\x22\0\2\x11", b"\3\1\x22\0\2\x10"),
        b"RIFF\x1c\0\0\0WEBPVP8 \x10\0\0\0" + bytes(16),
        b"RIFF\x1c\0\0\0WEBPVP8L\x10\0\0\0" + bytes(16),
        b"RIFF\x1c\0\0\0WEBPJUNK\x10\0\0\0" + bytes(16),
    ],
)
def test_refuses_a_damaged_header_quickly(data: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(InvalidImage, match=r"^images\[0\]: the image "):
        receive(data_uri(data))
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("size", "error"),
    [
        ((16385, 5000), ImageTooManyPixels),
        ((5000, 16385), ImageTooManyPixels),
        ((16384, 16384), ImageTooManyPixels),
        ((8001, 8000), ImageTooManyPixels),
        ((2**31 - 1, 2**31 - 1), ImageTooManyPixels),
        ((2**32 - 1, 1), ImageTooManyPixels),
    ],
)
def test_refuses_more_pixels_than_can_be_decoded(size: tuple[int, int], error: type[InvalidRequest]) -> None:
    with pytest.raises(error, match=r"^images\[0\]: \d+x\d+ has "):
        receive(data_uri(png_that_claims(*size)))


def test_takes_the_most_pixels() -> None:
    assert receive(data_uri(png_that_claims(8000, 8000))) == Size(8000, 8000)
    assert receive(data_uri(png_that_claims(16384, 3906)), FREE) == Size(16384, 3906)


def jpeg_that_claims(width: int, height: int, *, progressive: bool) -> bytes:
    data = encoded(Image.new("L", (64, 64)), "JPEG", progressive=progressive)
    mark = b"\xff\xc2\0\x0b\x08" if progressive else b"\xff\xc0\0\x0b\x08"
    old = mark + struct.pack(">HH", 64, 64)
    assert old in data
    return data.replace(old, mark + struct.pack(">HH", height, width))


def test_a_baseline_jpeg_may_have_more_pixels() -> None:
    assert receive(data_uri(jpeg_that_claims(14000, 14000, progressive=False))) == Size(14000, 14000)
    for width, progressive in ((14000, True), (15000, False)):
        with pytest.raises(ImageTooManyPixels):
            receive(data_uri(jpeg_that_claims(width, width, progressive=progressive)))


def test_a_baseline_jpeg_with_a_scan_for_each_colour_may_not() -> None:
    data = jpeg_that_claims(14000, 14000, progressive=False)
    three = b"\xff\xc0\0\x11\x08" + data[data.index(b"\xff\xc0") + 5 :][:4] + b"\3"
    start = data.index(b"\xff\xc0")
    data = data[:start] + three + b"\1\x11\0\2\x11\0\3\x11\0" + data[start + 13 :]
    with pytest.raises(ImageTooManyPixels):
        receive(data_uri(data))


@pytest.mark.parametrize(
    ("size", "fits"),
    [((100, 400), True), ((400, 100), True), ((401, 100), False), ((100, 401), False), ((399, 100), True)],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_ratio_is_a_closed_interval(kind: str, size: tuple[int, int], *, fits: bool) -> None:
    data = image(*size, kind=kind)
    if fits:
        assert receive(data_uri(data)) == Size(*size)
    else:
        with pytest.raises(ImageSizeOutOfRange, match=r"^images\[0\]: the ratio .* is outside 1:4 to 4:1"):
            receive(data_uri(data))
    assert receive(data_uri(data), FREE) == Size(*size)


def test_the_smallest_side_counts() -> None:
    rules = ImageRules(min_side=128)
    assert receive(data_uri(image(128, 128)), rules)
    for size in ((127, 300), (300, 127)):
        with pytest.raises(ImageSizeOutOfRange, match="smaller than 128x128"):
            receive(data_uri(image(*size)), rules)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (300, 150)), (3, (300, 150)), (6, (150, 300)), (8, (150, 300))]
)
def test_the_shown_size_counts(kind: str, orientation: int, size: tuple[int, int]) -> None:
    assert receive(data_uri(turned(kind, orientation))) == Size(*size)


@pytest.mark.parametrize(
    "tiff", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"junk"]
)
def test_junk_exif_means_upright(tiff: bytes) -> None:
    exif = b"Exif\0\0" + tiff
    data = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + JPEG[2:]
    assert receive(data_uri(data)) == Size(160, 120)


XMP = '<x xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
UPRIGHT = b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\1\0\0"


def noted(text: str) -> PngImagePlugin.PngInfo:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", text)
    return notes


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (image(pnginfo=noted(XMP)), Size(120, 160)),
        (image(kind="WEBP", xmp=XMP.encode()), Size(120, 160)),
        (image(kind="JPEG", xmp=XMP.encode()), Size(120, 160)),
        # EXIF goes before XMP, and does so by saying "upright" as well.
        (image(pnginfo=noted(XMP), exif=UPRIGHT), Size(160, 120)),
        (image(kind="WEBP", xmp=XMP.encode(), exif=UPRIGHT), Size(160, 120)),
        (image(kind="JPEG", xmp=XMP.encode(), exif=UPRIGHT), Size(160, 120)),
    ],
)
def test_an_orientation_in_xmp_counts_after_exif(data: bytes, size: Size) -> None:
    assert receive(data_uri(data)) == size


def test_an_orientation_in_xmp_counts() -> None:
    note = b'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="6"/>'
    data = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(note) + 2) + note + JPEG[2:]
    assert receive(data_uri(data)) == Size(120, 160)


def test_progressive_scans_are_counted() -> None:
    assert receive(data_uri(jpeg_of_many_scans(256, 256, 100)))
    with pytest.raises(InvalidImage, match="more than 200 progressive scans"):
        receive(data_uri(jpeg_of_many_scans(256, 256, 1500)))


def test_scans_are_counted_far_into_the_file() -> None:
    data = jpeg_of_many_scans(256, 256, 1)
    stuffed = data[:-2] + b"\xff\0" * 2_000_000
    scan = data[data.rfind(b"\xff\xda") : -2]
    assert receive(data_uri(stuffed + scan * 150 + b"\xff\xd9"))
    with pytest.raises(InvalidImage, match="progressive scans"):
        receive(data_uri(stuffed + scan * 200 + b"\xff\xd9"))


def test_scan_marks_within_metadata_do_not_count() -> None:
    notes = b"\xff\xda" * 2000
    data = JPEG[:-2] + b"\xff\xfe" + struct.pack(">H", len(notes) + 2) + notes + JPEG[-2:]
    assert receive(data_uri(data))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_takes_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (200, 150), colour) for colour in ("red", "blue")]
    assert receive(data_uri(encoded(frames[0], kind, save_all=True, append_images=frames[1:])))


def test_a_refusal_takes_little_time() -> None:
    bad = [
        data_uri(png_that_claims(16384, 16384)),
        data_uri(jpeg_of_many_scans(256, 256, 1500)),
        data_uri(image(500, 100)),
        data_uri(PNG[:50]),
        "hello",
    ]
    intake, spent = new_intake(), []

    async def run() -> None:
        for source in bad * 5:
            started = time.perf_counter()
            with pytest.raises(InvalidRequest):
                await intake.receive(Request(images=(source,)), tenant="ann")
            spent.append(time.perf_counter() - started)

    asyncio.run(run())
    assert median(spent) < 0.02
