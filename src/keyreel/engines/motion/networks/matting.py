"""Alpha mattes: which pixels belong to an image's subject, by U²-Net's saliency, refined at its edges.

Images are RGB, uint8 [height, width, 3]. Knows nothing of what becomes of the subject.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import (
    blend,
    blur_image,
    fit_within,
    resize,
    smoothstep_array,
    to_uint8,
)

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.networks.models import Networks


_INPUT_SIDE: Final = 320
_GLANCE_SIDE: Final = 160
"""Pixels of the network's square input, and of the one for a glance, which takes a quarter of the time."""

_MAX_CACHED_MAPS: Final = 32
"""Saliency maps that are kept; each has 0.4 MB."""

_MEAN: Final = np.array((0.485, 0.456, 0.406), np.float32)
_STANDARD_DEVIATION: Final = np.array((0.229, 0.224, 0.225), np.float32)
"""ImageNet's, of RGB 0.0 … 1.0, with which the network was trained."""

_REFINED_SIDE: Final = 720
"""Pixels of the longer side at which edges are refined."""

_MIN_PART_WEIGHT: Final = 0.08
"""The weight, in parts of the largest part's, from which another part belongs to the subject."""

_SALIENCY_THRESHOLD: Final = 0.35
"""Saliency, 0 … 1, from which a pixel counts for the subject."""

_MIN_PEAK_SALIENCY: Final = 0.4
"""The network's highest output below which nothing stands out; at a glance, subjects have 0.99 up."""

_MIN_MEAN_SALIENCY: Final = 0.78
"""Mean saliency in a matte below which there is no subject: subjects have 0.84 up, mountains 0.6 to 0.74."""


def compute_alpha_matte(image: Frame, nets: Networks) -> FloatArray:
    """Return the subject's opacity, float32 [height, width], 0.0 … 1.0; all zeros without a subject."""
    raw = compute_saliency(image, nets)
    if not raw.any():
        return np.zeros(image.shape[:2], np.float32)
    return refine_saliency(image, raw)


def compute_saliency(image: Frame, nets: Networks) -> FloatArray:
    """Return how surely each pixel belongs to the subject, float32 [320, 320], 0.0 … 1.0.

    The square covers the whole image. All zeros where nothing stands out. Read-only: of images that were seen
    lately the map is kept, which a retry or another shot of the same image asks for again.
    """
    small = _shrink(image, _INPUT_SIDE)
    key = hashlib.sha256(small.tobytes()).digest()
    if key not in nets.saliency_by_image:
        nets.saliency_by_image[key] = _normalise_saliency(_run_network(small, nets))
        while len(nets.saliency_by_image) > _MAX_CACHED_MAPS:
            nets.saliency_by_image.popitem(last=False)
    return nets.saliency_by_image[key]


def stands_out_at_a_glance(image: Frame, nets: Networks) -> bool:
    """Say whether the image has a subject that is large enough to be seen at a quarter of the pixels."""
    return float(_run_network(_shrink(image, _GLANCE_SIDE), nets).max()) >= _MIN_PEAK_SALIENCY


def _shrink(image: Frame, side: int) -> Frame:
    return np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _run_network(image: Frame, nets: Networks) -> FloatArray:
    """Return what the network makes of a square image: its saliency [side, side], 0.0 … 1.0."""
    small = image.astype(np.float32)
    small /= max(float(small.max()), 1.0)
    found = nets.u2netp(((small - _MEAN) / _STANDARD_DEVIATION).transpose(2, 0, 1)[None])[0][0, 0]
    nets.u2netp.release_buffers()
    return np.asarray(found, np.float32)


def _normalise_saliency(found: FloatArray) -> FloatArray:
    """Return saliency stretched to 0.0 … 1.0; read-only; all zeros where nothing stands out."""
    raw = np.asarray((found - found.min()) / max(float(found.max() - found.min()), 1e-6), np.float32)
    if (
        float(found.max()) < _MIN_PEAK_SALIENCY
        or float(found[found > _SALIENCY_THRESHOLD].mean()) < _MIN_MEAN_SALIENCY
    ):
        raw = np.zeros_like(raw)
    raw.flags.writeable = False
    return raw


def warm_up_matting(nets: Networks) -> None:
    """Compile the network and run it once: the first run of a process takes twice the time of others."""
    blank = np.zeros((_INPUT_SIDE, _INPUT_SIDE, 3), np.uint8)
    compute_saliency(blank, nets)
    stands_out_at_a_glance(blank, nets)


def refine_saliency(image: Frame, raw: FloatArray) -> FloatArray:
    """Return the opacity, float32 [height, width], 0.0 … 1.0, for a saliency map of any size."""
    return _refine_edges(image, _remove_remnants(raw))


def measure_coverage(alpha: FloatArray) -> float:
    """Return the fraction of the image that an opacity [height, width], 0.0 … 1.0, covers."""
    return float(alpha.mean())


def find_centroid(alpha: FloatArray, min_mass: float = 1.0) -> tuple[float, float]:
    """Return the centroid of an opacity [height, width], x and y as fractions of its sides.

    It is the middle where the opacity sums to less than `min_mass`, in pixels.
    """
    mass = float(alpha.sum())
    if mass < min_mass:
        return 0.5, 0.5
    height, width = alpha.shape
    x = float((alpha.sum(axis=0) * (np.arange(width) + 0.5)).sum()) / mass / width
    y = float((alpha.sum(axis=1) * (np.arange(height) + 0.5)).sum()) / mass / height
    return x, y


def decontaminate_edges(image: Frame, alpha: FloatArray) -> Frame:
    """Return the image with the subject's inner colours continued over its soft edge.

    `image` is uint8 [height, width, 3], RGB; `alpha` float32 [height, width], 0.0 … 1.0. Without this the
    edge carries the old background's colours along.
    """
    height, width = alpha.shape
    # What is continued is blurred: half the size holds all of it.
    half = max(width // 2, 1), max(height // 2, 1)
    small, opacity = resize(image, *half), resize(alpha, *half)
    sure = np.asarray(np.clip((opacity - 0.9) * 10, 0, 1), np.float32)
    spread = max(half[0] / 400, 0.75)
    spread_sure = blur_image(sure, spread)
    inner = (
        blur_image(np.asarray(small * sure[..., None], np.float32), spread) / (spread_sure + 1e-3)[..., None]
    )
    known = np.clip(resize(spread_sure, width, height) * 8, 0, 1) * np.clip((1 - alpha) * 10, 0, 1)
    return blend(resize(to_uint8(inner), width, height), image, np.asarray(known, np.float32))


def _remove_remnants(raw: FloatArray) -> FloatArray:
    """Keep the largest connected part, and others of at least a fraction of its weight."""
    count, labels, _, _ = cv2.connectedComponentsWithStats(np.asarray(raw > _SALIENCY_THRESHOLD, np.uint8))
    if count <= 2:
        return raw
    weights = np.bincount(labels.ravel(), raw.ravel(), count)
    weights[0] = 0
    keep = weights >= weights.max() * _MIN_PART_WEIGHT
    kept = cv2.dilate(np.asarray(keep[labels], np.uint8), np.ones((9, 9), np.uint8))
    return np.asarray(raw * kept, np.float32)


def _refine_edges(image: Frame, raw: FloatArray) -> FloatArray:
    """Fit the coarse matte to the image's own edges by a guided filter, then raise its contrast."""
    height, width = image.shape[:2]
    size = fit_within(image.shape, _REFINED_SIDE)
    guide = np.asarray(resize(image, *size) / np.float32(255), np.float32)
    coarse = resize(raw, *size)
    # Contrast first: U²-Net-p is unsure inside a subject, and a subject must not be seen through.
    coarse = smoothstep_array(coarse, 0.1, 0.5)
    fine = _apply_guided_filter(guide, coarse, radius=max(round(max(size) / 110), 3), softness=2e-4)
    return np.clip(resize(smoothstep_array(fine, 0.12, 0.88), width, height), 0, 1)


def _apply_guided_filter(
    guide: FloatArray, values: FloatArray, *, radius: int, softness: float
) -> FloatArray:
    """Filter `values` so that they follow the edges of a colour guide (He et al. 2010, by channel).

    Both are float32, 0.0 … 1.0; `radius` is in pixels; `softness` is the filter's regularisation.
    """

    def mean(image: FloatArray) -> FloatArray:
        return np.asarray(cv2.blur(image, (2 * radius + 1, 2 * radius + 1)), np.float32)

    total = np.zeros_like(values)
    weight = np.zeros_like(values)
    for channel in cv2.split(guide):
        level = np.asarray(channel, np.float32)
        centre, target = mean(level), mean(values)
        variance = mean(level * level) - centre * centre
        slope = np.asarray((mean(level * values) - centre * target) / (variance + softness), np.float32)
        # The channel in which subject and surroundings differ most decides.
        contrast = variance + 1e-6
        total += contrast * (mean(slope) * level + mean(np.asarray(target - slope * centre, np.float32)))
        weight += contrast
    return np.asarray(total / weight, np.float32)
