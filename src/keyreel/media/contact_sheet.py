"""A contact sheet: evenly spaced frames of a video on one image, for people to judge it at a glance."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames_at

if TYPE_CHECKING:
    from pathlib import Path

_BACKGROUND: Final = (18, 18, 20)  # 8-bit RGB
_INK: Final = (240, 240, 242)
_SHADE: Final = (0, 0, 0, 150)  # RGBA, behind the time
_JPEG_QUALITY: Final = 88  # of 100


def draw_contact_sheet(video: Path, *, columns: int = 4, rows: int = 3, width: int = 1280) -> bytes:
    """Draw a JPEG, `width` pixels wide: first frame, last frame, evenly spaced ones between, with times."""
    info = probe_video(video)
    wanted = _choose_frames(info.frames, columns * rows)
    rows = -(-len(wanted) // columns)
    gap = max(2, width // 160)
    across = (width - gap * (columns + 1)) // columns
    down = round(across * info.height / info.width)
    sheet = Image.new("RGB", (width, gap + rows * (down + gap)), _BACKGROUND)
    for position, (index, frame) in enumerate(zip(wanted, read_frames_at(video, wanted), strict=True)):
        tile = Image.fromarray(frame).resize((across, down), Image.Resampling.LANCZOS)
        _draw_timestamp(tile, f"{index / info.fps.numerator * info.fps.denominator:.2f} s")
        row, column = divmod(position, columns)
        sheet.paste(tile, (gap + column * (across + gap), gap + row * (down + gap)))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()


def _choose_frames(frames: int, count: int) -> list[int]:
    """Return the indexes of at most `count` evenly spaced frames, first and last included."""
    count = min(count, frames)
    return [round(number * (frames - 1) / max(1, count - 1)) for number in range(count)]


def _draw_timestamp(tile: Image.Image, text: str) -> None:
    size = max(11, tile.width // 24)
    # Pillow's own scalable font: none has to be installed.
    font = ImageFont.load_default(size)
    pen = ImageDraw.Draw(tile, "RGBA")
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    inset, pad = size // 2, size // 3
    corner = (inset + 2 * pad + right - left, tile.height - inset)
    box = (inset, corner[1] - 2 * pad - (bottom - top), *corner)
    pen.rounded_rectangle(box, radius=pad, fill=_SHADE)
    pen.text((box[0] + pad - left, box[1] + pad - top), text, font=font, fill=_INK)
