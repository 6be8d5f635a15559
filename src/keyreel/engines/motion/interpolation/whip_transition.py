"""Whip transitions between two images that have nothing in common: move in, whip pan to the other, settle.

Each image is seen with depth by a moving camera, which starts and ends on the keyframe itself. For the whip
the two views lie side by side, each continued by its mirror image; they are blended only where their border
passes, at the whip's peak, blurred by its own speed, so that no frame is a dissolve of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import exp
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.parallax import confine_pose, create_camera_view
from keyreel.engines.motion.camera.path import CameraPose
from keyreel.engines.motion.imaging.pixels import BORDER_MIRROR, blend, smoothstep_array
from keyreel.engines.motion.layers.layered_image import separate_layers
from keyreel.order import FPS, Size

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.networks.models import Networks

_DOLLY_PER_FRAME: Final = 0.05 / FPS
"""How far, in units, the camera moves in with each frame, close to a keyframe and beyond it."""

_ZOOM_PER_DOLLY: Final = 0.5
"""How much log zoom goes with it, so that the far distance, which a dolly does not enlarge, moves as well."""

SEAM_SPEED: Final = (0.16 + 0.38 * _ZOOM_PER_DOLLY) * _DOLLY_PER_FRAME
"""Mean motion a frame at both ends, in fractions of the sides: see `KeyframeInterpolator.mean_motion`."""

_WHIP_PUSH: Final = 0.10
_LATERAL_TRAVEL: Final = 0.10
_MAX_APPROACH: Final = 0.18
"""Units that the camera moves in during the whip, aside ahead of it, and in at most before it."""

_BORDER_COMPRESSION: Final = 1.3
"""See `CameraView`."""

_RESIDUAL_FADE_FRAMES: Final = 10
"""Frames in which a keyframe's residual fades out."""

_WHIP_DISTANCE: Final = 1.6
"""From the first image's middle to the last one's, in parts of the frame's side along the whip."""

_WHIP_FRAMES: Final = 16.0
"""Frames that a whip takes, where the transition has at least twice as many."""

_SHUTTER_SHARE: Final = 0.9
"""The share of a frame's time for which it is exposed."""


class LayeredKeyframe:
    """A keyframe, uint8 [height, width, 3], that can be seen with depth."""

    def __init__(self, frame: Frame, nets: Networks) -> None:
        size = Size(frame.shape[1], frame.shape[0])
        self.frame = frame
        self._layered_image = separate_layers(frame, size, nets)
        self._view = create_camera_view(size, (0, 0, 0, 0), _BORDER_COMPRESSION)
        self._residual = cv2.subtract(
            frame, self._layered_image.render_view(CameraPose(), self._view), dtype=cv2.CV_16S
        )

    def render_view(self, pose: CameraPose, frames: int) -> Frame:
        """Draw what a camera sees that has moved away from the keyframe for that many frames."""
        image = self._layered_image.render_view(confine_pose(pose, self._view), self._view)
        share = 1 - frames / _RESIDUAL_FADE_FRAMES
        if share <= 0:
            return image
        # Separating an image into layers alters its edges: without this they would jump at a keyframe.
        return np.asarray(
            cv2.scaleAdd(self._residual, share, image.astype(np.int16)).clip(0, 255), dtype=np.uint8
        )


@dataclass(frozen=True, slots=True)
class WhipTransition:
    """The transition from one image to another, unrelated one, in `steps` frames.

    A transition `is_final` where it ends the video: the camera then draws back to the last keyframe, and
    never looks beyond it; else it moves on in, as it does on the other side of the keyframe.
    """

    first: LayeredKeyframe
    last: LayeredKeyframe
    steps: int
    is_final: bool = False

    def render_frame(self, step: int, heading: tuple[int, int] = (1, 0), sway: float = 0.0) -> Frame:
        """Draw the frame at a step, 0 … `steps`; at both ends it is the keyframe itself.

        The whip goes towards `heading` (right and down, each -1, 0 or 1); `sway` moves the camera across, in
        units.
        """
        if step <= 0:
            return self.first.frame
        if step >= self.steps:
            return self.last.frame
        travel = self._compute_travel(step)
        speed = _SHUTTER_SHARE * (self._compute_travel(step + 0.5) - self._compute_travel(step - 0.5))
        share = self._compute_last_share(travel, speed, heading)
        views = (
            partial(each, step, _WhipMotion(heading, sway, speed))
            for each in (self._render_leaving, self._render_arriving)
        )
        leaving, arriving = views
        if share.max() == 0:
            return leaving()
        if share.min() == 1:
            return arriving()
        weight = np.ascontiguousarray(np.broadcast_to(share, self.first.frame.shape[:2]))
        return blend(arriving(), leaving(), weight)

    def _render_leaving(self, step: int, whip: _WhipMotion) -> Frame:
        part = min(2 * step / self.steps, 1.0)
        near = _compute_approach(step)
        aside = whip.compute_pose(part**2)
        pose = aside._replace(zoom=exp(_ZOOM_PER_DOLLY * near), dolly=near + _WHIP_PUSH * part**3)
        return whip.shift_and_blur(self.first.render_view(pose, step), self._compute_travel(step))

    def _render_arriving(self, step: int, whip: _WhipMotion) -> Frame:
        left = min(2 - 2 * step / self.steps, 1.0)
        near = _compute_approach(self.steps - step) * (1 if self.is_final else -1)
        pose = whip.compute_pose(-(left**2))._replace(zoom=exp(_ZOOM_PER_DOLLY * near), dolly=near)
        return whip.shift_and_blur(
            self.last.render_view(pose, self.steps - step), self._compute_travel(step) - _WHIP_DISTANCE
        )

    def _compute_travel(self, step: float) -> float:
        """Return the camera's travel, in parts of the frame's side: a quintic, at rest at both its ends."""
        frames = min(_WHIP_FRAMES, self.steps / 2)
        time = min(max((step - self.steps / 2) / frames + 0.5, 0.0), 1.0)
        return _WHIP_DISTANCE * time**3 * (10 - 15 * time + 6 * time * time)

    def _compute_last_share(self, travelled: float, speed: float, heading: tuple[int, int]) -> FloatArray:
        """Return the last image's share along the whip, 0 … 1: [width], or [height, 1] for a vertical one."""
        upright = heading[0] == 0
        length = self.first.frame.shape[0 if upright else 1]
        along = (np.arange(length, dtype=np.float32) + 0.5) / length - 0.5
        soft = 0.15 + speed / 2
        part = (along * sum(heading) + np.float32(travelled - _WHIP_DISTANCE / 2)) / np.float32(
            2 * soft
        ) + 0.5
        share = smoothstep_array(part, 0, 1)
        return share[:, np.newaxis] if upright else share


@dataclass(frozen=True, slots=True)
class _WhipMotion:
    """A whip's direction, the camera's sway across it, in units, and its speed, in sides a frame."""

    heading: tuple[int, int]
    sway: float
    speed: float

    def compute_pose(self, amount: float) -> CameraPose:
        """Return the pose that precedes the whip."""
        right, down = (_LATERAL_TRAVEL * amount * each for each in self.heading)
        across = self.sway * abs(amount)
        if self.heading[0]:
            return CameraPose(truck=right, pan=right / 2, tilt=across)
        return CameraPose(pedestal=down, tilt=down / 2, pan=across)

    def shift_and_blur(self, frame: Frame, across: float) -> Frame:
        """Return a frame shifted by `across` sides, mirrored outside itself, and blurred by its speed."""
        if across == 0:
            return frame
        height, width = frame.shape[:2]
        upright = self.heading[0] == 0
        # Two box filters make a triangle: a shutter that opens and closes, without a box's hard streaks.
        side = round(self.speed * (height if upright else width)) // 2 + 1
        box = (1, side) if upright else (side, 1)
        once = cv2.blur(frame, box, borderType=BORDER_MIRROR)
        blurred = cv2.blur(once, box, borderType=BORDER_MIRROR)
        right, down = (across * each for each in self.heading)
        shift = np.array([[1, 0, right * width], [0, 1, down * height]], dtype=np.float64)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        shown = cv2.warpAffine(blurred, shift, (width, height), flags=flags, borderMode=BORDER_MIRROR)
        return np.asarray(shown, dtype=np.uint8)


def _compute_approach(frames: int) -> float:
    """Return how far, in units, the camera moves in that many frames: first evenly, then ever less."""
    return _MAX_APPROACH * (1 - exp(-_DOLLY_PER_FRAME * frames / _MAX_APPROACH))
