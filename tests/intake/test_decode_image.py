"""Whatever a tenant's image is, an engine gets a plain upright sRGB PNG, or the task a reason."""

from __future__ import annotations

import asyncio
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil
import pytest
from PIL import Image, ImageChops, ImageCms, PngImagePlugin

from keyreel.errors import InvalidImage
from keyreel.intake.sandbox import Sandbox
from keyreel.storage.memory import open_memory_storage
from keyreel.wire.endpoints.endpoint import ImageRules
from support.hostile import (
    chunk,
    data_uri,
    encoded,
    image,
    jpeg_of_many_scans,
    new_intake,
    png_of_zeros,
    png_that_claims,
    received_and_stored,
    request_with,
)

if TYPE_CHECKING:
    from keyreel.order import Size

TWO_IN_ONE = encoded(
    Image.open(io.BytesIO(image())),
    "MPO",
    save_all=True,
    append_images=[Image.new("RGB", (64, 64))],
    quality=95,
)
FEW_COLOURS = encoded(Image.open(io.BytesIO(image())).quantize(4))
FREE = ImageRules(widest=None)


def decoded(data: bytes, folder: Path, rules: ImageRules = FREE) -> Image.Image:
    """Pass an image through receive and gather; return what an engine gets."""

    async def run() -> str:
        storage, asked = open_memory_storage(), request_with(rules)(images=(data_uri(data),))
        intake = new_intake(storage)
        received = await received_and_stored(intake, storage, asked)
        order = await intake.gather(received, received.to_order(1), folder, tenant="ann")
        assert order.shots[0].first
        return order.shots[0].first

    with Image.open(asyncio.run(run()), formats=("PNG",)) as image:
        image.load()
        return image


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, ...], most: int = 6) -> bool:
    found = image.getpixel(at)
    assert isinstance(found, tuple)
    return max(abs(a - b) for a, b in zip(found, colour, strict=True)) <= most


@pytest.mark.parametrize(
    "data",
    [image(), image(kind="JPEG", quality=95), image(kind="JPEG", progressive=True, quality=95),
     image(kind="WEBP", lossless=True), TWO_IN_ONE, FEW_COLOURS, image(mode="RGBA")],
)  # fmt: skip
def test_every_format_becomes_the_same_image(data: bytes, tmp_path: Path) -> None:
    reopened = decoded(data, tmp_path)
    assert (reopened.mode, reopened.size) == ("RGB", (160, 120))
    assert near(reopened, (20, 60), (200, 30, 30))
    assert near(reopened, (140, 60), (30, 30, 200))


def test_16_bit_grey_keeps_its_tones(tmp_path: Path) -> None:
    grey = Image.new("I;16", (160, 120), 128 * 257)
    grey.paste(255 * 257, (0, 0, 80, 120))
    image = decoded(encoded(grey), tmp_path)
    assert image.getpixel((40, 60)) == (255, 255, 255)
    assert image.getpixel((120, 60)) == (128, 128, 128)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "PA"])
def test_greys_and_palettes_become_colours(mode: str, tmp_path: Path) -> None:
    source = Image.new("L", (160, 120), 255).convert("LA" if mode == "PA" else mode)
    assert decoded(encoded(source), tmp_path).getpixel((1, 1)) == (255, 255, 255)


def test_a_cmyk_jpeg_becomes_rgb(tmp_path: Path) -> None:
    reopened = decoded(image(kind="JPEG", mode="CMYK", quality=95), tmp_path)
    assert near(reopened, (20, 60), (200, 30, 30))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_lies_on_white(kind: str, tmp_path: Path) -> None:
    clear = Image.new("RGBA", (160, 120), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 128), (80, 0, 160, 120))
    image = decoded(encoded(clear, kind, lossless=True), tmp_path)
    assert near(image, (20, 60), (255, 255, 255), 1)
    assert near(image, (120, 60), (127, 127, 127), 1)


def test_a_transparent_colour_lies_on_white(tmp_path: Path) -> None:
    data = encoded(Image.new("RGB", (160, 120), (1, 2, 3)), transparency=(1, 2, 3))
    assert decoded(data, tmp_path).getpixel((5, 5)) == (255, 255, 255)


def test_transparency_is_kept_where_the_field_wants_it(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (160, 120), (10, 20, 30, 40))
    image = decoded(encoded(clear), tmp_path, ImageRules(widest=None, keep_alpha=True))
    assert image.mode == "RGBA"
    assert image.getpixel((5, 5)) == (10, 20, 30, 40)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_turned_image_stands_upright(kind: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right: the left half comes up
    reopened = decoded(image(200, 100, kind, exif=exif.tobytes(), quality=95), tmp_path)
    assert reopened.size == (100, 200)
    assert near(reopened, (50, 20), (200, 30, 30), 40)
    assert near(reopened, (50, 180), (30, 30, 200), 40)


XMP: Final = '<x xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
RAW: Final = "\nexif\n      26\n" + (b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0").hex()


def noted(name: str, text: str) -> PngImagePlugin.PngInfo:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt(name, text)
    return notes


@pytest.mark.parametrize(
    "data",
    [image(200, 100, pnginfo=noted("XML:com.adobe.xmp", XMP)),
     image(200, 100, pnginfo=noted("Raw profile type exif", RAW)),
     image(200, 100, "WEBP", xmp=XMP.encode())],
)  # fmt: skip
def test_an_orientation_counts_wherever_it_is_said(data: bytes, tmp_path: Path) -> None:
    reopened = decoded(data, tmp_path)
    assert reopened.size == (100, 200)
    assert near(reopened, (50, 20), (200, 30, 30), 40)


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_is_undone(turn: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    upright = Image.new("RGB", (60, 40), "white")
    upright.paste("red", (0, 0, 20, 20))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(turn)
    stored = upright if back is None else upright.transpose(Image.Transpose(back))
    assert list(decoded(encoded(stored, exif=exif.tobytes()), tmp_path).tobytes()) == list(upright.tobytes())


@pytest.mark.parametrize("tiff", [b"MM\0*\0\0\0\x08\xff\xff", b"junk"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_junk_exif_means_upright(kind: str, tiff: bytes, tmp_path: Path) -> None:
    assert decoded(image(kind=kind, exif=b"Exif\0\0" + tiff), tmp_path).size == (160, 120)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation_counts(kind: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (160, 120), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    assert near(decoded(data, tmp_path), (5, 5), (255, 0, 0), 1)


def swapped_profile() -> bytes:
    """Make a profile whose red and blue have changed places, to be seen in use; it is still called sRGB."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return lab.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")


def after_head(png: bytes, **chunks: bytes) -> bytes:
    """Put chunks before a PNG's pixels."""
    return png[:33] + b"".join(chunk(name.encode(), content) for name, content in chunks.items()) + png[33:]


def without_adobe(jpeg: bytes) -> bytes:
    """Leave away the segment by which Adobe's inverted CMYK is known."""
    at = jpeg.index(b"\xff\xee")
    return jpeg[:at] + jpeg[at + 2 + struct.unpack_from(">H", jpeg, at + 2)[0] :]


RED = Image.new("RGB", (160, 120), (255, 0, 0))
INK = Image.new("CMYK", (160, 120), (0, 255, 255, 0))


@pytest.mark.parametrize(
    ("data", "colour"),
    [
        (encoded(RED, icc_profile=swapped_profile()), (0, 0, 255)),
        (encoded(RED, "JPEG", quality=95, icc_profile=swapped_profile()), (0, 0, 255)),
        (encoded(RED, "WEBP", lossless=True, icc_profile=swapped_profile()), (0, 0, 255)),
        (encoded(RED.convert("RGBA"), icc_profile=swapped_profile()), (0, 0, 255)),
        (encoded(RED.quantize(4), icc_profile=swapped_profile()), (0, 0, 255)),
        (after_head(encoded(Image.new("L", (160, 120), 188)), gAMA=struct.pack(">I", 100_000)), (223,) * 3),
        (after_head(encoded(Image.new("RGB", (160, 120), (200, 100, 50))), cICP=bytes([12, 13, 0, 1])),
         (215, 93, 31)),
        (encoded(INK, "JPEG", quality=95), (255, 0, 0)),
        (without_adobe(encoded(ImageChops.invert(INK), "JPEG", quality=95)), (255, 0, 0)),
    ],
)  # fmt: skip
def test_colours_become_srgb(data: bytes, colour: tuple[int, int, int], tmp_path: Path) -> None:
    assert near(decoded(data, tmp_path), (5, 5), colour, 30 if colour == (0, 0, 255) else 4)


def deep_png(colour: int, pixel: bytes, **chunks: bytes) -> bytes:
    """Make a 16-bit PNG of one colour."""
    header = struct.pack(">IIBBBBB", 160, 120, 16, colour, 0, 0, 0)
    rows = (b"\0" + pixel * 160) * 120
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return after_head(png + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""), **chunks)


@pytest.mark.parametrize(
    ("data", "colour"),
    [
        (deep_png(2, b"\x80\x80\xff\xff\0\0"), (128, 255, 0)),
        (deep_png(6, b"\x80\x80\xff\xff\0\0\0\0"), (255, 255, 255)),
        (deep_png(4, b"\x40\x40\xff\xff"), (64, 64, 64)),
        (deep_png(0, b"\x40\x40"), (64, 64, 64)),
        (deep_png(0, b"\x40\x40", tRNS=b"\x40\x40"), (255, 255, 255)),
        (deep_png(0, b"\x40\x40", tRNS=b"\x40\x41"), (64, 64, 64)),
        (deep_png(0, b"\x40\x40", tRNS=b"\x40\x3f"), (64, 64, 64)),
        (encoded(Image.new("L", (160, 120), 7), transparency=7), (255, 255, 255)),
        (encoded(Image.new("L", (160, 120), 7), transparency=8), (7, 7, 7)),
        (encoded(Image.new("1", (160, 120), 1), transparency=1), (255, 255, 255)),
        (encoded(RED.quantize(4), transparency=0), (255, 255, 255)),
        (encoded(RED.quantize(4), transparency=b"\x80"), (255, 127, 127)),
    ],
)
def test_every_depth_and_transparency_is_read(
    data: bytes, colour: tuple[int, int, int], tmp_path: Path
) -> None:
    assert near(decoded(data, tmp_path), (5, 5), colour, 1)


@pytest.mark.parametrize("profile", [b"junk", bytes(4000), swapped_profile()[:200]])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_junk_profile_is_ignored(kind: str, profile: bytes, tmp_path: Path) -> None:
    reopened = decoded(image(kind=kind, icc_profile=profile, quality=95), tmp_path)
    assert near(reopened, (20, 60), (200, 30, 30))


def test_no_metadata_is_carried_over(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret"
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret")
    decoded(image(exif=exif.tobytes(), pnginfo=notes, dpi=(300, 300)), tmp_path)
    written = (tmp_path / "0.png").read_bytes()
    assert b"secret" not in written
    kinds = {kind for kind in (b"eXIf", b"tEXt", b"pHYs", b"iCCP") if kind in written}
    assert kinds == set()


def test_a_large_image_is_made_smaller_and_keeps_its_ratio(tmp_path: Path) -> None:
    reopened = decoded(image(6000, 3000, "JPEG"), tmp_path)
    assert reopened.size == (4096, 2048)
    assert near(reopened, (100, 1000), (200, 30, 30))


@pytest.mark.parametrize(("side", "is_compressed"), [(400, False), (2400, True)])
def test_only_a_large_image_is_worth_the_time_to_compress_it(
    tmp_path: Path, side: int, *, is_compressed: bool
) -> None:
    decoded(image(side, side, "JPEG"), tmp_path)
    assert ((tmp_path / "0.png").stat().st_size < 3 * side * side) == is_compressed


def failure(data: bytes, folder: Path) -> str:
    with pytest.raises(InvalidImage) as failed:
        decoded(data, folder)
    assert list(folder.glob("*.png")) == []
    return failed.value.message


def normalise(data: bytes, folder: Path, sandbox: Sandbox) -> None:
    source, target = folder / "source", folder / "0.png"
    source.write_bytes(data)
    asyncio.run(sandbox.normalise_image(source, target, keep_alpha=False, field="start_image"))


def corrupted(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(200) + data[middle + 200 :]


@pytest.mark.parametrize(
    "data",
    [
        png_that_claims(4000, 4000),
        corrupted(encoded(Image.effect_noise((400, 300), 90), "PNG")),
        encoded(Image.effect_noise((400, 300), 90))[:-4000] + chunk(b"IEND", b""),
        image(kind="WEBP")[:30] + bytes(len(image(kind="WEBP")) - 30),
        encoded(Image.effect_noise((400, 300), 90), "JPEG")[:9000] + b"\xff\xd8\xff\xd9",
    ],
)
def test_a_damaged_image_fails_the_render(data: bytes, tmp_path: Path) -> None:
    assert failure(data, tmp_path) == "images[0]: the image is damaged."


def test_what_bursts_its_memory_is_too_complex_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(InvalidImage, match=r"^start_image: the image is too complex to decode"):
        normalise(png_of_zeros(6000, 6000, 8, 6), tmp_path, Sandbox(memory_bytes=150_000_000))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bits", "colour"), [(8, 6), (16, 0), (16, 6)], ids=["rgba", "deep grey", "deep rgba"]
)
def test_the_most_pixels_are_decoded_within_the_limits(bits: int, colour: int, tmp_path: Path) -> None:
    assert decoded(png_of_zeros(8000, 8000, bits, colour), tmp_path).size == (4096, 4096)


@pytest.mark.slow
def test_a_huge_baseline_jpeg_is_decoded_smaller_than_it_is(tmp_path: Path) -> None:
    data = encoded(Image.new("RGB", (14000, 14000), (200, 30, 30)), "JPEG")
    assert decoded(data, tmp_path).size == (4096, 4096)


def test_what_only_costs_time_is_cut_off(tmp_path: Path) -> None:
    with pytest.raises(InvalidImage, match=r"^start_image: the image is too complex to decode"):
        normalise(jpeg_of_many_scans(4000, 4000, 190), tmp_path, Sandbox(cpu_seconds=1))


def test_a_cancelled_gather_leaves_no_child(tmp_path: Path) -> None:
    data = jpeg_of_many_scans(4000, 4000, 150)

    async def run() -> None:
        storage, asked = open_memory_storage(), request_with(FREE)(images=(data_uri(data),))
        intake = new_intake(storage)
        received = await received_and_stored(intake, storage, asked)
        async with asyncio.timeout(0.5):
            await intake.gather(received, received.to_order(1), tmp_path, tenant="ann")

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert list(tmp_path.glob("*.png*")) == []
    zygotes = [
        each for each in psutil.Process().children() if "keyreel.intake.decode_image" in each.cmdline()
    ]
    assert zygotes
    assert not any(zygote.children() for zygote in zygotes)


def test_tells_the_images_own_size(tmp_path: Path) -> None:
    async def run() -> Size:
        storage, data = open_memory_storage(), image(4500, 1500)
        intake, asked = new_intake(storage), request_with(FREE)(images=(data_uri(data),))
        received = await received_and_stored(intake, storage, asked)
        return (await intake.gather(received, received.to_order(1), tmp_path, tenant="ann")).frame_size

    size: Any = asyncio.run(run())
    assert size.aspect_ratio == pytest.approx(3, rel=0.02)


FULL_DISK = """
import asyncio, pathlib, sys
sys.path.insert(0, sys.argv[2])
from keyreel.errors import Unavailable
from keyreel.storage.memory import open_memory_storage
from support.hostile import Request, data_uri, new_intake, noise, received_and_stored
async def run():
    storage = open_memory_storage()
    intake = new_intake(storage)
    asked = await received_and_stored(intake, storage, Request(images=(data_uri(noise(900, 900)),)))
    try:
        await intake.gather(asked, asked.to_order(1), pathlib.Path(sys.argv[1]), tenant="ann")
    except Unavailable as error:
        print(error.message)
asyncio.run(run())
"""


def test_a_full_disk_is_not_blamed_on_the_image(tmp_path: Path) -> None:
    # There is room for the image as it came, 1 MB of JPEG, not for the PNG.
    mounted = 'mount -t tmpfs -o size=2m none "$1" && exec "$2" -c "$3" "$1" "$4"'
    ran = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounted, "sh", str(tmp_path),
         sys.executable, FULL_DISK, str(Path(__file__).parents[1])],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if "Operation not permitted" in ran.stderr or "permission denied" in ran.stderr.lower():
        pytest.skip("this machine lets nobody mount a small disk")
    assert ran.stdout.splitlines()[-1] == "The disk is full: try again later.", ran.stderr
