"""Frames between two images of one scene: warped from both along camera path and flow, and blended.

The camera's move, where one homography explains it, is removed first: both images are warped to the camera's
middle position, so that the network sees only what the camera does not explain. Images are uint8
[height, width, 3]; positions between them run from 0 to 1.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.imaging.warping import (
    FADE_RIM,
    compute_border_distance,
    compute_border_weight,
    create_identity_map,
    sample_field,
    to_border_weight,
    to_pixel_homography,
    transform_map,
)
from keyreel.engines.motion.interpolation.exposure_match import ExposureMatch, match_exposure
from keyreel.engines.motion.interpolation.homography_path import HomographyPath
from keyreel.engines.motion.interpolation.moving_objects import find_moving_objects
from keyreel.engines.motion.interpolation.optical_flow import (
    IntermediateFlowEstimator,
    choose_network_size,
    lerp,
)
from keyreel.engines.motion.interpolation.pair_drawing import SharpenedImage, WarpedImage, draw_pair
from keyreel.engines.motion.interpolation.registration import (
    detect_features,
    measure_similarity,
    register_images,
)
from keyreel.order import Size

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import CoordinateMap, FloatArray, Matrix
    from keyreel.engines.motion.interpolation.moving_objects import MovingObjects
    from keyreel.engines.motion.interpolation.registration import ImageFeatures
    from keyreel.engines.motion.networks.models import Network

_SAME_SCENE_SIMILARITY: Final = 0.5
"""Structural similarity from which two images without matching points still count as one scene."""

_MIN_TRIAL_SIMILARITY: Final = 0.35
"""Similarity below which it is not worth while to look for moving objects."""

_HOMOGRAPHY_PRIOR: Final = 0.1
"""By how much more similar images must be without the camera's move: matched points are evidence, too."""

_MAX_LOGIT: Final = 5.0
"""Keeps the network's mask away from 0 and 1."""

_MAX_RESIDUAL_SHARE: Final = 0.5
"""Mean residual motion, in lengths of the camera's: camera flights have 0.07 to 0.31."""

_MIN_WEIGHT: Final = 1e-4
"""Weight of an image beyond its own border, where the other shows nothing either."""

_MIN_RIM_SCALE: Final = 0.02
_SAMPLES_PER_NODE: Final = 4
_MIN_SAMPLES: Final = 16
"""Linear steps along a zoom by 2 that stay within 0.2 pixels of the curve at 720p."""

_SINGLE_KEYFRAME_UNTIL: Final = 0.06
_BOTH_KEYFRAMES_FROM: Final = 0.2
"""Positions between which a frame is taken more and more, and at last alone, from the nearer keyframe."""

_MIDDLE_SHARPNESS_LOSS: Final = 0.7
"""The part of the sharpening that is left out halfway, where both images are blended."""

_DISSOLVE_FROM: Final = 0.2
"""How far from either end a dissolve begins between images that show the same: the middle 0.6 are blended."""

_NEGLIGIBLE_SHARE: Final = 0.01
_NEGLIGIBLE_SHARE_OF_SAME: Final = 0.05
"""Shares that are not drawn, where images differ and where they show the same: about 1 level of 255."""

_MIN_FAR_SHARE: Final = 0.005
"""The share left to the far keyframe even close to the near one: enough where only the far one shows it."""

_MIDDLE: Final = 0.5
_FILL_RIM: Final = 0.01
"""The fraction of the sides over which one image fades into what fills it from the other."""

_SUBSAMPLING: Final = 2
"""Every second row and column is enough to fit the exposure."""

_MIN_HOMOGRAPHY_SHIFT: Final = 0.01
"""A camera move that shifts no corner by more than this fraction of the sides is left to the network."""

_LOGIT_GAIN: Final = 1.6
"""Sharpens the network's mask: two images blended half and half would show as a ghost."""


class FlowSample(NamedTuple):
    """What frames near one position are drawn from, at the network's size.

    `to_first` and `to_last` [h, w, 2] are displacements from each pixel to where that image shows it, in
    full-size pixels. `visibility` [h, w, 4] holds the network's mask for the first image and where both show
    the same (both 0 … 1), and how far inside the first and the last image the pixels lie (see
    `compute_border_distance`).
    """

    to_first: FloatArray
    to_last: FloatArray
    visibility: FloatArray


class KeyframeInterpolator:
    """Draws the frames from one image to another one of the same scene.

    `homography` is the camera's move [3, 3] in units of the sides; `moving_objects` are drawn as layers.
    """

    def __init__(
        self,
        net: Network,
        first: Frame,
        last: Frame,
        homography: Matrix | None = None,
        *,
        moving_objects: MovingObjects | None = None,
    ) -> None:
        self._first, self._last = first, last
        self._moving_objects = moving_objects
        if moving_objects is not None:
            first, last = moving_objects.first, moving_objects.last
        self._background = first, last
        self._sharpened: tuple[SharpenedImage, SharpenedImage] | None = None
        size = self.network_size = choose_network_size(Size(first.shape[1], first.shape[0]))
        self._grid = create_identity_map(size)
        self._homography_path = None if homography is None else _create_homography_path(homography, size)
        small = _downscale(first, size), _downscale(last, size)
        self._flow_estimator = IntermediateFlowEstimator(
            net, *self._align_images(small[0], match_exposure(small[1], small[0]))
        )
        maps = self._compute_maps(0.5)[:2]
        self.displacement = self._measure_displacement(*maps)
        """Motion from the first frame to the last, seen halfway, float32 [h, w, 2], in parts of the sides."""
        self.mean_motion = float(np.linalg.norm(self.displacement, axis=2).mean())
        """The motion's mean length, in fractions of the frame's sides."""
        warped = [
            sample_field(each.astype(np.float32), each_map)
            for each, each_map in zip(small, maps, strict=True)
        ]
        both = compute_border_weight(maps[0]) * compute_border_weight(maps[1])
        self.similarity = measure_similarity(warped[0], warped[1], both)
        """How similar both images' structures are, warped to the middle: 1 equal, 0 nothing in common."""
        self._exposure_match = ExposureMatch(
            *(np.ascontiguousarray(each[::_SUBSAMPLING, ::_SUBSAMPLING]) for each in (*warped, both))
        )
        self._scale = np.array([first.shape[1] / size.width, first.shape[0] / size.height], dtype=np.float32)
        self._sample_count = max(_MIN_SAMPLES, _SAMPLES_PER_NODE * self._flow_estimator.node_count)
        self._samples: dict[int, FlowSample] = {}

    @property
    def is_moved_by_camera(self) -> bool:
        """Whether the camera's move leaves the network less than half of its own length to explain.

        A move that is not the camera's, such as that of one object, would have to be undone everywhere else.
        """
        shift = np.linalg.norm(self._apply_camera(self._grid, 1.0) - self._grid, axis=2)
        return self._flow_estimator.mean_length < _MAX_RESIDUAL_SHARE * float(shift.mean())

    def render_frame(self, position: float, view_map: CoordinateMap | None = None) -> Frame:
        """Draw the frame at a position, 0 … 1, in ascending order; at 0 and 1 it is the keyframe itself.

        `view_map` [h, w, 2] is where each pixel looks, in pixels of `network_size`; None is straight ahead.
        """
        if position <= 0:
            return self._first
        if position >= 1:
            return self._last
        if self._sharpened is None:
            self._sharpened = SharpenedImage(self._background[0]), SharpenedImage(self._background[1])
        sample = self._interpolate_sample(position)
        if view_map is not None:
            sample = self._apply_view_map(sample, view_map)
        # As sharp as the keyframe beside it; halfway, where both are blended, less: nothing rings.
        sharpness = 1 - _MIDDLE_SHARPNESS_LOSS * smoothstep(0, 0.5, min(position, 1 - position))
        one, other = (
            WarpedImage(
                image.sharpen_for_warp(displacement, sharpness),
                displacement,
                partial(relight, position=position),
            )
            for relight, image, displacement in (
                (self._exposure_match.relight_first, self._sharpened[0], sample.to_first),
                (self._exposure_match.relight_last, self._sharpened[1], sample.to_last),
            )
        )
        share = _compute_first_share(sample.visibility, position)
        frame = draw_pair(one, other, share, _choose_negligible_share(sample.visibility))
        if self._moving_objects is not None:
            self._moving_objects.draw(frame, position, self._grid if view_map is None else view_map)
        return frame

    def release_images(self) -> None:
        """Free what only frames need, after the last one."""
        self._sharpened = None

    def _apply_camera(self, coordinate_map: CoordinateMap, position: float) -> CoordinateMap:
        return (
            coordinate_map
            if self._homography_path is None
            else transform_map(coordinate_map, self._homography_path.evaluate(position))
        )

    def _align_images(self, first: Frame, last: Frame) -> tuple[Frame, Frame]:
        """Warp both images to the camera's middle; what one does not show there is filled from the other."""
        if self._homography_path is None:
            return first, last
        maps = self._apply_camera(self._grid, -0.5), self._apply_camera(self._grid, 0.5)
        warped = [
            sample_field(each.astype(np.float32), each_map)
            for each, each_map in zip((first, last), maps, strict=True)
        ]
        weights = [compute_border_weight(each, _FILL_RIM)[..., np.newaxis] for each in maps]
        one = warped[0] + (warped[1] - warped[0]) * weights[1] * (1 - weights[0])
        other = warped[1] + (warped[0] - warped[1]) * weights[0] * (1 - weights[1])
        return np.rint(one).astype(np.uint8), np.rint(other).astype(np.uint8)

    def _measure_displacement(self, to_first: CoordinateMap, to_last: CoordinateMap) -> FloatArray:
        size = self.network_size
        displacement = np.asarray((to_last - to_first) / np.array([size.width, size.height]), np.float32)
        if self._moving_objects is not None:
            self._moving_objects.write_motion(displacement)
        return displacement

    def _compute_maps(self, position: float) -> tuple[CoordinateMap, CoordinateMap, FloatArray]:
        """Return where the first and the last image show each pixel, and the flow's `selection` for it."""
        flow = self._flow_estimator.estimate(position)
        middle = self._apply_camera(self._grid, 0.5 - position)
        rates, selection = flow.rates, flow.selection
        if middle is not self._grid:
            rates, selection = sample_field(rates, middle), sample_field(selection, middle)
        to_first = self._apply_camera(
            np.asarray(middle + rates[..., :2] * np.float32(position), dtype=np.float32), -0.5
        )
        to_last = self._apply_camera(
            np.asarray(middle + rates[..., 2:] * np.float32(1 - position), dtype=np.float32), 0.5
        )
        return to_first, to_last, selection

    def _interpolate_sample(self, position: float) -> FlowSample:
        """Interpolate between two samples: maps bend so little that not every frame needs its own."""
        along = position * self._sample_count
        before = int(along)
        for passed in [index for index in self._samples if index < before]:
            del self._samples[passed]
        low, high = self._get_sample(before), self._get_sample(before + 1)
        return FlowSample(*(lerp(one, other, along - before) for one, other in zip(low, high, strict=True)))

    def _get_sample(self, index: int) -> FlowSample:
        if index not in self._samples:
            to_first, to_last, selection = self._compute_maps(min(index / self._sample_count, 1.0))
            displacements = [(each - self._grid) * self._scale for each in (to_first, to_last)]
            logits = np.clip(selection[..., 0] * np.float32(_LOGIT_GAIN), -_MAX_LOGIT, _MAX_LOGIT)
            mask = 1 / (1 + np.exp(-logits))
            visibility = cv2.merge(
                [mask, selection[..., 1], compute_border_distance(to_first), compute_border_distance(to_last)]
            )
            self._samples[index] = FlowSample(
                displacements[0], displacements[1], np.asarray(visibility, dtype=np.float32)
            )
        return self._samples[index]

    def _apply_view_map(self, sample: FlowSample, view_map: CoordinateMap) -> FlowSample:
        aside = np.asarray((view_map - self._grid) * self._scale, dtype=np.float32)
        to_first, to_last, visibility = (sample_field(field, view_map) for field in sample)
        return FlowSample(to_first + aside, to_last + aside, visibility)


def create_interpolator(
    net: Network, first: Frame, last: Frame, *, features: tuple[ImageFeatures, ImageFeatures] | None = None
) -> KeyframeInterpolator | None:
    """Return the interpolator of two frames, uint8 [h, w, 3]; None where they show different scenes.

    `features` are both frames' features, where they are known already.
    """
    registration = register_images(*(features or (detect_features(first), detect_features(last))))
    homography = (
        registration.homography
        if registration.homography is not None and _is_moving(registration.homography)
        else None
    )
    found = KeyframeInterpolator(net, first, last, homography)
    if homography is None and not registration.is_same_scene and found.similarity < _MIN_TRIAL_SIMILARITY:
        return None
    if homography is not None and not found.is_moved_by_camera and found.similarity + _HOMOGRAPHY_PRIOR < 1:
        small, small_last = (_downscale(each, found.network_size) for each in (first, last))
        without = KeyframeInterpolator(net, small, small_last).similarity
        if without > found.similarity + _HOMOGRAPHY_PRIOR:
            found, homography = KeyframeInterpolator(net, first, last), None
    moving_objects = find_moving_objects(first, last, homography)
    if moving_objects is not None:
        found = KeyframeInterpolator(net, first, last, homography, moving_objects=moving_objects)
    return found if registration.is_same_scene or found.similarity >= _SAME_SCENE_SIMILARITY else None


def _compute_first_share(visibility: FloatArray, position: float) -> FloatArray:
    """Return the first image's share [h, w], 0 … 1: by nearness, visibility and the network's mask.

    Where both images show the same, a dissolve in the middle of the way leads from the one to the other.
    """
    chosen, agreement, inside_first, inside_last = (
        np.asarray(each, np.float32) for each in cv2.split(visibility)
    )
    dissolved = (1 - _DISSOLVE_FROM - position) / (1 - 2 * _DISSOLVE_FROM)
    dissolved = min(max(dissolved, _MIN_FAR_SHARE), 1 - _MIN_FAR_SHARE)
    chosen = chosen + (np.float32(dissolved) - chosen) * agreement
    near_first = max(smoothstep(_SINGLE_KEYFRAME_UNTIL, _BOTH_KEYFRAMES_FROM, position), _MIN_FAR_SHARE)
    near_last = max(smoothstep(_SINGLE_KEYFRAME_UNTIL, _BOTH_KEYFRAMES_FROM, 1 - position), _MIN_FAR_SHARE)
    share = (
        chosen * np.float32(near_last) if position > _MIDDLE else 1 + (chosen - 1) * np.float32(near_first)
    )
    first = share * (
        to_border_weight(inside_first, FADE_RIM * max(near_first, _MIN_RIM_SCALE)) + np.float32(_MIN_WEIGHT)
    )
    last = (1 - share) * (
        to_border_weight(inside_last, FADE_RIM * max(near_last, _MIN_RIM_SCALE)) + np.float32(_MIN_WEIGHT)
    )
    return np.asarray(first / (first + last), dtype=np.float32)


def _choose_negligible_share(visibility: FloatArray) -> FloatArray:
    """Return the share [h, w] below which an image need not be drawn: more, where both show the same."""
    agreement = visibility[..., 1]
    return np.where(agreement > 0, _NEGLIGIBLE_SHARE_OF_SAME, _NEGLIGIBLE_SHARE).astype(np.float32)


def _is_moving(homography: Matrix) -> bool:
    corners = np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]], dtype=np.float64)
    return bool(
        np.abs(cv2.perspectiveTransform(corners, homography) - corners).max() >= _MIN_HOMOGRAPHY_SHIFT
    )


def _create_homography_path(homography: Matrix, size: Size) -> HomographyPath:
    return HomographyPath(to_pixel_homography(homography, size.width, size.height))


def _downscale(frame: Frame, size: Size) -> Frame:
    small = cv2.resize(frame, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)
