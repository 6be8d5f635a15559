"""Where to crop an image for a frame: around its subject, with room on the side to which a camera will look.

Positions are fractions of the image's sides; knows opacities, and no colours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.networks.matting import find_centroid

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.layers.background import BorderReach
    from keyreel.order import Size

_HEADROOM: Final = 0.07
"""Room above a subject that is too tall for the frame, in parts of the frame's height."""

_NO_SUBJECT: Final = (1.0, 0.0)
"""The ends of a subject that no crop can cut off."""


def choose_crop_focus(alpha: FloatArray, size: Size, reach: BorderReach | None = None) -> tuple[float, float]:
    """Return x and y at which to centre a crop: on the subject, or on its head where it is too tall.

    `alpha` is the subject's opacity in the whole image, float32 [height, width], 0.0 … 1.0. A camera that
    looks farther than the image goes on there (`reach`) starts as far back as image and subject allow.
    """
    height, width = alpha.shape
    scale = max(size.width / width, size.height / height)
    visible = size.width / scale / width, size.height / scale / height
    x, y = find_centroid(alpha)
    rows, columns = (np.flatnonzero((alpha > 0.5).any(axis=axis)) for axis in (1, 0))
    across = down = _NO_SUBJECT
    if rows.size:
        across = int(columns[0]) / width, (int(columns[-1]) + 1) / width
        down = int(rows[0]) / height, (int(rows[-1]) + 1) / height
        headroom = down[0] - _HEADROOM * visible[1] + visible[1] / 2
        y = min(headroom, y) if down[1] - down[0] > visible[1] else y
    if reach is None:
        return x, y
    return (
        _make_room(x, across, visible[0], (reach.left, reach.right)),
        _make_room(y, down, visible[1], (reach.top, reach.bottom)),
    )


def _make_room(
    focus: float, subject: tuple[float, float], visible: float, reach: tuple[float, float]
) -> float:
    """Shift a crop's middle along one axis, away from the side to which the camera looks.

    `visible` is the part of the image that the frame shows, `reach` in parts of that.
    """
    focus = min(max(focus, visible / 2), 1 - visible / 2)
    before, after = focus - visible / 2, 1 - visible / 2 - focus
    lacks_before, lacks_after = reach[0] * visible - before, reach[1] * visible - after
    if lacks_after > 0 and lacks_before < 0:
        return focus - max(min(lacks_after, -lacks_before, focus + visible / 2 - subject[1]), 0.0)
    if lacks_before > 0 and lacks_after < 0:
        return focus + max(min(lacks_before, -lacks_after, subject[0] - focus + visible / 2), 0.0)
    return focus
