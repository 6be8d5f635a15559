"""Where an image's subject is, for crops that must not cut it off. Images are uint8 [height, width, 3]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.imaging.pixels import fit_within, resize
from keyreel.engines.motion.networks.matting import compute_alpha_matte, find_centroid

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.order import Size

_NEGLIGIBLE_CROP: Final = 0.06
"""The fraction of a side that a crop may cost without the need to look for a subject."""

_MATTING_SIDE: Final = 480
"""Pixels of the longer side at which the subject is looked for."""

_MIN_COVERAGE: Final = 0.004
"""The fraction of an image below which a subject is none."""


def is_cropped(image: Frame, size: Size) -> bool:
    """Say whether a crop to the ratio of `size` costs the image more than a rim."""
    ratio = float(image.shape[1] / image.shape[0]) * size.height / size.width
    return bool(1 - min(ratio, 1 / ratio) > _NEGLIGIBLE_CROP)


def find_subject_centre(image: Frame, nets: Networks) -> tuple[float, float]:
    """Return the subject's centroid, x and y as fractions; the image's middle where it shows none."""
    small = resize(image, *fit_within(image.shape, _MATTING_SIDE))
    alpha = compute_alpha_matte(small, nets)
    return find_centroid(alpha, min_mass=_MIN_COVERAGE * alpha.size)
