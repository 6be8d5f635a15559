"""The sandboxed child: turns one picture of unknown origin into an sRGB PNG of ours, or says why not.

Run as a program by `sandbox.py`: `python decode.py SOURCE TARGET KEEP_ALPHA CPU_SECONDS MEMORY_BYTES`.
It imports nothing of Keyreel and starts fast. Its output is JSON: the picture's shown size or a fault.
"""

from __future__ import annotations

import errno
import io
import json
import resource
import struct
import sys
from pathlib import Path
from typing import Final

from PIL import Image, ImageCms, ImageOps

LONGEST_SIDE: Final = 4096
"""No output is larger than 1920x1920; more only costs the engines time."""

_FILE_BYTES: Final = 1 << 27
_OPEN_FILES: Final = 16
_MOST_PIXELS: Final = 200_000_000
_DEEP_GREY: Final = {"I", "I;16", "I;16B", "I;16L", "I;16N"}
_WITH_PROFILE: Final = {"L", "RGB", "RGBA", "CMYK"}
_DAMAGED: Final = (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError)


def main() -> None:
    """Decode one picture under limits that no picture can lift."""
    source, target, keep_alpha, cpu_seconds, memory_bytes = sys.argv[1:]
    _confine(int(cpu_seconds), int(memory_bytes))
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS // 2  # Pillow refuses at twice this
    try:
        answer: dict[str, object] = dict(
            zip(("width", "height"), _normalise(source, target, keep_alpha=keep_alpha == "1"), strict=True)
        )
    except MemoryError:
        answer = {"fault": "complex"}
    except _DAMAGED as error:
        answer = {"fault": _fault(error), "detail": f"{error!r}"[:200]}
    sys.stdout.write(json.dumps(answer))


def _fault(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "full"
    return "complex" if "memory" in str(error) else "damaged"


def _confine(cpu_seconds: int, memory_bytes: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS refuses to bound the address space: there time and size are bounded alone.
        if kind != resource.RLIMIT_AS or sys.platform == "linux":
            resource.setrlimit(kind, (most, most))


def _normalise(source: str, target: str, *, keep_alpha: bool) -> tuple[int, int]:
    with Image.open(source, formats=("PNG", "JPEG", "WEBP")) as opened:
        size, profile = opened.size, opened.info.get("icc_profile")
        opened.draft(None, _fitting(size))
        opened.load()
        turned = opened.getexif().get(0x0112, 1) in range(5, 9)
        image = ImageOps.exif_transpose(_shrunk(_eight_bits(opened)))
    image = _without_alpha(_srgb(image, profile), keep=keep_alpha)
    # Told apart from the source: no text, profile or EXIF block is carried over.
    image.info = {}
    beside = Path(target + ".part")
    image.save(beside, "PNG", compress_level=1)
    beside.replace(target)
    return (size[1], size[0]) if turned else size


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    factor = min(1.0, LONGEST_SIDE / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _eight_bits(image: Image.Image) -> Image.Image:
    """Bring palettes, bitmaps and deep greys to 8 bits a channel, which everything after works in."""
    if image.mode in _DEEP_GREY:
        # Pillow's own conversion clips 16-bit grey to white.
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image if image.mode in _WITH_PROFILE else image.convert("RGB")


def _shrunk(image: Image.Image) -> Image.Image:
    fitting = _fitting(image.size)
    if fitting == image.size:
        return image
    return image.resize(fitting, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Bring colours to sRGB by the embedded profile; a junk profile is ignored, as browsers do."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if not ImageCms.getProfileDescription(embedded).startswith("sRGB"):
                converted = ImageCms.profileToProfile(
                    image, embedded, ImageCms.createProfile("sRGB"), outputMode=mode
                )
                return converted or image.convert(mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return image if image.mode == mode else image.convert(mode)


def _without_alpha(image: Image.Image, *, keep: bool) -> Image.Image:
    if image.mode != "RGBA" or keep:
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


if __name__ == "__main__":
    main()
