"""The child process that turns one image of unknown origin into an sRGB PNG, or says what is wrong with it.

Run by `sandbox.py`, with the arguments SOURCE TARGET KEEP_ALPHA CPU_SECONDS MEMORY_BYTES. Its output is JSON:
the size as displayed, or a fault. It is forked from a zygote: what it needs is imported here, once for all.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from keyreel.media.color_profiles import to_srgb
from keyreel.system.disk_errors import DISK_ERRNOS
from keyreel.system.process_limits import limit_process

Image.preinit()  # Every child would import these plugins when it saves.

LONGEST_SIDE: Final = 4096
"""Pixels. No output is larger than 1920x1920; more only costs the engines time."""

_FILE_BYTES: Final = 1 << 27
"""The PNG: 4096 x 4096 pixels of four bytes are half of it, uncompressed."""
_MAX_STORED_PIXELS: Final = 1 << 22
"""Pixels up to which the PNG is not compressed. It lives as long as its task, and is read three times: of 0.5
megapixels that saves 12 ms here and 5 each time. Larger ones would take too much of the disk."""
_OPEN_FILES: Final = 16
_MAX_PIXELS: Final = 200_000_000
"""Pixels of the source, as `images.MAX_SEQUENTIAL_PIXELS`."""
_DEEP_GREY_MODES: Final = {"I", "I;16", "I;16B", "I;16L", "I;16N"}
_PROFILE_MODES: Final = {"L", "LA", "RGB", "RGBA", "CMYK"}
_ORIENTATION_TAG: Final = 0x0112
"""Of EXIF (TIFF 6.0: Orientation)."""
_ORIENTATION_TRANSPOSES: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_QUARTER_TURNS: Final = {_ORIENTATION_TRANSPOSES[orientation] for orientation in range(5, 9)}
_FORMATS: Final = tuple(str(each.format) for each in (PngImageFile, JpegImageFile, WebPImageFile))
"""Their modules are imported here: Pillow loads all its forty for a format that it does not know yet."""
_MAX_CHUNKS: Final = 4000
"""PNG chunks that are read in search of cICP."""
_DECODE_ERRORS: Final = (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError)


def main() -> None:
    """Decode one image under limits that no image can lift."""
    source, target, keep_alpha, cpu_seconds, memory_bytes = sys.argv[1:]
    limit_process(
        cpu_seconds=int(cpu_seconds),
        memory_bytes=int(memory_bytes),
        file_bytes=_FILE_BYTES,
        open_files=_OPEN_FILES,
    )
    Image.MAX_IMAGE_PIXELS = _MAX_PIXELS // 2  # Pillow refuses at twice this
    try:
        result: dict[str, object] = dict(
            zip(
                ("width", "height"),
                _normalise_image(source, target, keep_alpha=keep_alpha == "1"),
                strict=True,
            )
        )
    except MemoryError:
        result = {"fault": "complex"}
    except _DECODE_ERRORS as error:
        number = getattr(error, "errno", None)
        result = {"fault": _classify_fault(error), "detail": f"{error!r}"[:200], "errno": number}
    sys.stdout.write(json.dumps(result))


def _classify_fault(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in DISK_ERRNOS:
        return "disk"
    return "complex" if "memory" in str(error) else "damaged"


def _normalise_image(source: str, target: str, *, keep_alpha: bool) -> tuple[int, int]:
    with Image.open(source, formats=_FORMATS) as opened:
        size, info = opened.size, dict(opened.info)
        opened.draft(None, _fit_size(size))
        opened.load()
        turn = _ORIENTATION_TRANSPOSES.get(_read_orientation(opened))
        image = _shrink(_to_eight_bits(_fix_cmyk_inversion(opened)))
        cicp = _read_cicp(source) if opened.format == "PNG" else b""
    if turn is not None:
        image = image.transpose(turn)
    image = _flatten_alpha(to_srgb(image, info, cicp), keep=keep_alpha)
    # No text, profile or EXIF block of the source is carried over.
    image.info = {}
    beside = Path(target + ".part")
    image.save(beside, "PNG", compress_level=int(image.width * image.height > _MAX_STORED_PIXELS))
    beside.replace(target)
    return (size[1], size[0]) if turn in _QUARTER_TURNS else size


def _read_orientation(opened: Image.Image) -> int:
    """Read the orientation from EXIF or XMP, 1 … 8; what cannot be read means upright."""
    try:
        return int(opened.getexif().get(_ORIENTATION_TAG, 1))
    except (*_DECODE_ERRORS, TypeError, IndexError):
        return 1


def _fix_cmyk_inversion(opened: Image.Image) -> Image.Image:
    """Undo what Pillow does to every CMYK JPEG: only Adobe's have their channels inverted."""
    inverted = opened.mode == "CMYK" and "adobe" not in opened.info
    return ImageChops.invert(opened) if inverted else opened


def _read_cicp(source: str) -> bytes:
    """Return the content of a PNG's cICP chunk, which Pillow does not read."""
    with Path(source).open("rb") as file:
        file.seek(8)
        for _ in range(_MAX_CHUNKS):
            length, kind = struct.unpack(">I4s", file.read(8))
            if kind == b"cICP":
                return file.read(min(length, 4))
            if kind == b"IDAT":
                break
            file.seek(length + 4, 1)
    return b""


def _fit_size(size: tuple[int, int]) -> tuple[int, int]:
    factor = min(1.0, LONGEST_SIDE / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Convert palettes, bitmaps and 16-bit greys to 8 bits a channel, as all further steps take them."""
    if image.mode in _DEEP_GREY_MODES:
        # Pillow's own conversion clips 16-bit grey to white.
        grey = image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
        if "transparency" in image.info:
            grey.putalpha(_make_transparency_mask(image, image.info["transparency"]))
        return grey
    if image.has_transparency_data:
        # A profile for greys is not to meet three channels.
        with_alpha = "LA" if image.mode in {"L", "LA"} else "RGBA"
        return image if image.mode == with_alpha else image.convert(with_alpha)
    return image if image.mode in _PROFILE_MODES else image.convert("RGB")


def _make_transparency_mask(image: Image.Image, clear: int) -> Image.Image:
    """Return the mask of a 16-bit grey image: 0 where it has its transparent value, 255 elsewhere."""
    deep = image.convert("I")
    # What lies below 0 becomes 0 on the way to 8 bits, what lies above 255 becomes 255.
    above = deep.point(lambda value: value * 1 + -clear).convert("L")
    below = deep.point(lambda value: value * -1 + clear).convert("L")
    return ImageChops.lighter(above, below).point(lambda value: 255 if value else 0)


def _shrink(image: Image.Image) -> Image.Image:
    fitting = _fit_size(image.size)
    if fitting == image.size:
        return image
    return image.resize(fitting, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _flatten_alpha(image: Image.Image, *, keep: bool) -> Image.Image:
    if image.mode != "RGBA" or keep:
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground
