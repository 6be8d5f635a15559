"""The visible watermark in a corner: a text or the order's own image; draws no letters itself."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from keyreel.media.mux import remux
from keyreel.media.overlay import Overlay
from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Corner, ImageRef, WatermarkLanguage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Clip
    from keyreel.finishing.context import FinishingContext
    from keyreel.order import Order, Size, Watermark

WATERMARK_STEP: Final = "watermark"
"""The name of this step, also in a clip's completed steps."""

# GB 45438-2025 asks for characters of at least 5 % of the short side. What is measured is the drawn ink, from
# a line's highest to its lowest point, with a little to spare for the rounding to whole pixels.
_INK_HEIGHT: Final = 0.053  # of the frame's short side
_TEXT_IMAGES: Final = {
    WatermarkLanguage.ENGLISH: ("ai_generated_en", 98),
    WatermarkLanguage.CHINESE: ("ai_generated_zh", 112),
}
"""The pre-rendered texts (tools/build_watermark_text.py), and the height of their ink in pixels."""
_IMAGE_WIDTH, _IMAGE_HEIGHT = 0.18, 0.14  # at most, of the frame's sides
_MARGIN: Final = 0.03  # of the frame's short side


def make_overlay(mark: Watermark | None, size: Size) -> Overlay | None:
    """Prepare the watermark for frames of this size; None where the order has none."""
    if mark is None:
        return None
    image = _load_text_image(mark.text, size) if mark.image is None else _load_custom_image(mark.image, size)
    rgba = _pad_to_even(np.asarray(image))
    height, width = rgba.shape[:2]
    margin = 2 * round(_MARGIN * min(size.width, size.height) / 2)
    at_left = mark.corner in {Corner.TOP_LEFT, Corner.BOTTOM_LEFT}
    at_top = mark.corner in {Corner.TOP_LEFT, Corner.TOP_RIGHT}
    return Overlay.from_rgba(
        rgba,
        left=margin if at_left else size.width - width - margin,
        top=margin if at_top else size.height - height - margin,
    )


def apply_watermark(clip: Clip, order: Order, context: FinishingContext) -> Clip:
    """Blend the watermark into a clip that came without it: the video is encoded again, its sound is kept."""
    if order.watermark is None or WATERMARK_STEP in clip.completed_steps:
        return clip
    size = order.frame_size
    out = context.folder / "marked.mp4"
    with open_video_writer(out, size, make_overlay(order.watermark, size)) as writer:
        for frame in read_frames(clip.path):
            writer.write(frame)
    if probe_video(clip.path).has_audio:
        silent, out = out, context.folder / "marked-sounding.mp4"
        remux(silent, out, {}, clip.path)
    return replace(clip, path=out, completed_steps=clip.completed_steps | {WATERMARK_STEP})


def _load_text_image(text: WatermarkLanguage, size: Size) -> Image.Image:
    name, ink = _TEXT_IMAGES[text]
    with files("keyreel.finishing").joinpath(f"{name}.png").open("rb") as file, Image.open(file) as drawn:
        return _scale_image(drawn.convert("RGBA"), _INK_HEIGHT * min(size.width, size.height) / ink)


def _load_custom_image(path: ImageRef, size: Size) -> Image.Image:
    widest, tallest = _IMAGE_WIDTH * size.width, _IMAGE_HEIGHT * size.height
    with Image.open(path) as image:
        return _scale_image(image.convert("RGBA"), min(widest / image.width, tallest / image.height))


def _scale_image(image: Image.Image, scale: float) -> Image.Image:
    # Pillow resizes RGBA premultiplied, so colour hidden under full transparency does not bleed into edges.
    width, height = (max(2, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _pad_to_even(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # 4:2:0 shares chroma between 2x2 pixels: an odd side gets a transparent line.
    height, width = rgba.shape[:2]
    return np.pad(rgba, ((0, height % 2), (0, width % 2), (0, 0)))
