"""Where an image's subject is, for crops that must not cut it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.networks.matting import compute_alpha_matte

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.order import Size

_NEGLIGIBLE_CROP: Final = 0.06
_MATTING_SIDE: Final = 480
_MIN_COVERAGE: Final = 0.004


def is_cropped(image: Frame, size: Size) -> bool:
    """Say whether covering `size` costs the image more than a rim."""
    ratio = float(image.shape[1] / image.shape[0]) * size.height / size.width
    return bool(1 - min(ratio, 1 / ratio) > _NEGLIGIBLE_CROP)


def find_subject_centre(image: Frame, nets: Networks) -> tuple[float, float]:
    """Return the middle of the subject, x and y as fractions; the image's own where it shows none."""
    height, width = image.shape[:2]
    scale = min(_MATTING_SIDE / max(height, width), 1.0)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    subject = compute_alpha_matte(small, nets)
    mass = float(subject.sum())
    if mass < _MIN_COVERAGE * subject.size:
        return 0.5, 0.5
    across, down = subject.sum(axis=0), subject.sum(axis=1)
    x = float((across * (np.arange(size[0]) + 0.5)).sum()) / mass / size[0]
    y = float((down * (np.arange(size[1]) + 0.5)).sum()) / mass / size[1]
    return x, y
