"""Images read, and cropped to cover a frame, never stretched. Does not know where their subjects are."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.errors import RenderFailed

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame
    from keyreel.order import Size

CENTRE: Final = (0.5, 0.5)
"""The middle of an image, x and y as fractions of its sides."""


def load_cropped(path: Path, size: Size, focus: tuple[float, float] | None = None) -> Frame:
    """Read an image, uint8 [height, width, 3], scale it to cover `size` and crop it to that.

    `focus` (x, y as fractions of the image) comes as near to the frame's middle as the image allows;
    without one the crop is central.

    Raises:
        RenderFailed: the file cannot be read as an image.
    """
    return crop_to_cover(load_image(path), size, focus)


def load_image(path: Path) -> Frame:
    """Read an image as RGB, uint8 [height, width, 3].

    Raises:
        RenderFailed: the file cannot be read as an image.
    """
    frame = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if frame is None:
        raise RenderFailed(f"The image {path.name} cannot be read.")
    return np.asarray(frame, dtype=np.uint8)


def crop_to_cover(frame: Frame, size: Size, focus: tuple[float, float] | None = None) -> Frame:
    """Scale an image, uint8 [height, width, 3], to cover `size`, and crop it around `focus`, or centrally.

    `focus` is x and y as fractions of the image.
    """
    height, width = frame.shape[:2]
    if (width, height) == (size.width, size.height):
        return frame
    scale = max(size.width / width, size.height / height)
    wide = max(size.width, ceil(width * scale - 0.5))
    high = max(size.height, ceil(height * scale - 0.5))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LANCZOS4
    scaled = cv2.resize(frame, (wide, high), interpolation=smooth)
    x, y = focus or CENTRE
    left = min(max(round(x * wide - size.width / 2), 0), wide - size.width)
    top = min(max(round(y * high - size.height / 2), 0), high - size.height)
    return np.ascontiguousarray(scaled[top : top + size.height, left : left + size.width], dtype=np.uint8)
