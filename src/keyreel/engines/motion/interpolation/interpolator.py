"""Frames between two pictures of one scene: warped from both along camera path and flow, and blended.

The camera's move, where one homography explains it, is taken out first: both pictures are brought to the
camera's middle position, so that the network sees only what the camera does not explain.
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.imaging.pixels import resized
from keyreel.engines.motion.imaging.warping import (
    RIM,
    Box,
    border_distance,
    box_of,
    identity,
    inside,
    mixed,
    moved,
    sampled,
    warped,
    within_rim,
)
from keyreel.engines.motion.interpolation.exposure_match import Light, evened
from keyreel.engines.motion.interpolation.homography_path import CameraPath
from keyreel.engines.motion.interpolation.moving_objects import travellers
from keyreel.engines.motion.interpolation.optical_flow import FlowBetween, between
from keyreel.engines.motion.interpolation.registration import landmarks, match
from keyreel.engines.motion.interpolation.sharpening import Crisp
from keyreel.order import Size

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.warping import Chart, Matrix
    from keyreel.engines.motion.interpolation.moving_objects import Travellers
    from keyreel.engines.motion.interpolation.registration import Landmarks
    from keyreel.engines.motion.networks.models import FloatArray, Net

    Side = tuple[Callable[[Frame, float], Frame], Frame, FloatArray]
    """How a picture is lit at a place, the picture, and its shifts."""

_ALIKE: Final = 0.5
"""Structural likeness from which two pictures without matching points still count as one scene."""

_UNLIKE: Final = 0.35
"""Below this in a trial at a small size there is no need to look closer."""

_DOUBT: Final = 0.1
"""By how much a trial without the camera's move must be more alike: matched points are evidence, too."""

_FITTING: Final = 0.95
"""Structural likeness from which there is no need to look for a better way."""

_NET_PIXELS: Final = 448 * 256
_TRIAL_PIXELS: Final = 256 * 128
_NET_STEP: Final = 64
_CERTAIN: Final = 5.0
_UNSEEN: Final = 1e-4
_THINNEST: Final = 0.02
_POSTS_PER_NODE: Final = 4
_FEWEST_POSTS: Final = 16
"""Linear steps along a zoom by 2 that stay within 0.2 pixels of the curve at 720p."""

_ALONE: Final = 0.06
_NEAR: Final = 0.2
"""Nearer to a keyframe than this the frame is taken more and more from that keyframe, then from it alone."""

_SOFTER: Final = 0.7

_FAINT: Final = 0.01
"""A share below this is drawn as none: 1 level of 255 where pictures differ by as much as 100."""

_TRACE: Final = 0.005
"""What is left to the far keyframe even close to the near one: enough where that one shows nothing."""

_MIDDLE: Final = 0.5
_LENDING_RIM: Final = 0.01

_SPARSE: Final = 2

_STILL: Final = 0.01
"""A camera move that shifts no corner by more than this share of the sides is left to the network."""

_DECIDED: Final = 1.6
"""Sharpens the network's choice: two pictures laid over each other halfway would show as a ghost."""


class Post(NamedTuple):
    """What frames near one place are drawn from, at the network's size.

    `to_first` and `to_last` [h,w,2]: from each pixel to where the picture shows it, in full-size pixels.
    `views` [h,w,4]: the network's choice of the first, where both show the same (both 0 … 1), and how far
    inside the first and the last picture the places lie (see `border_distance`).
    """

    to_first: FloatArray
    to_last: FloatArray
    views: FloatArray


class InBetween:
    """The way from one frame to another of the same scene."""

    def __init__(
        self,
        net: Net,
        first: Frame,
        last: Frame,
        move: Matrix | None = None,
        *,
        travelling: Travellers | None = None,
    ) -> None:
        self._first, self._last = first, last
        self._travelling = travelling
        if travelling is not None:
            first, last = travelling.first, travelling.last
        self._pictures = Crisp(first), Crisp(last)
        size = self.net_size = net_size(first)
        self._grid = identity(size)
        self._path = None if move is None else _path(move, size)
        small = _reduced(first, size), _reduced(last, size)
        self._flow = FlowBetween(net, *self._aligned(small[0], evened(small[1], small[0])))
        charts = self._charts(0.5)[:2]
        self.displacement: FloatArray = np.asarray(
            (charts[1] - charts[0]) / np.array([size.width, size.height]), dtype=np.float32
        )
        """Motion from the first frame to the last [h,w,2] as seen halfway, in shares of the frame's sides."""
        if travelling is not None:
            travelling.show_in(self.displacement)
        self.length = float(np.linalg.norm(self.displacement, axis=2).mean())
        """The motion's mean length in shares of the frame's sides."""
        seen = [sampled(each.astype(np.float32), chart) for each, chart in zip(small, charts, strict=True)]
        both = inside(charts[0]) * inside(charts[1])
        self.likeness = _likeness(seen[0], seen[1], both)
        """How alike both pictures' structures are once warped to the middle: 1 equal, 0 nothing in common."""
        self._light = Light(*(np.ascontiguousarray(each[::_SPARSE, ::_SPARSE]) for each in (*seen, both)))
        self._scale = np.array([first.shape[1] / size.width, first.shape[0] / size.height], dtype=np.float32)
        self._posts_in_all = max(_FEWEST_POSTS, _POSTS_PER_NODE * self._flow.nodes)
        self._posts: dict[int, Post] = {}

    def frame(self, place: float, look: Chart | None = None) -> Frame:
        """Draw the frame at a place, 0 … 1; ask in rising order. At 0 and 1 it is the keyframe itself.

        `look` says where in the frame each pixel looks, in pixels of `net_size`; None: straight ahead.
        """
        if place <= 0:
            return self._first
        if place >= 1:
            return self._last
        post = self._post_at(place)
        if look is not None:
            post = self._looked(post, look)
        share = _share_of_first(post.views, place)
        # As sharp as the keyframe beside it; halfway, where both mix, a little less, and nothing rings.
        crispness = 1 - _SOFTER * smoothstep(0, 0.5, min(place, 1 - place))
        one, other = (
            (lit, picture.shifted(shifts, crispness), shifts)
            for lit, picture, shifts in (
                (self._light.of_first, self._pictures[0], post.to_first),
                (self._light.of_last, self._pictures[1], post.to_last),
            )
        )
        parts = box_of(share > _FAINT) or Box(), box_of(share < 1 - _FAINT)
        if parts[1] is None or parts[0].area >= parts[1].area:
            frame = self._drawn(place, (one, other), share, parts[1])
        else:
            frame = self._drawn(place, (other, one), 1 - share, parts[0])
        if self._travelling is not None:
            self._travelling.lay(frame, place, self._grid if look is None else look)
        return frame

    def _drawn(self, place: float, sides: tuple[Side, Side], share: FloatArray, part: Box | None) -> Frame:
        """Draw one side whole, and the other over it where it has a share."""
        (lit, picture, shifts), (lit_other, other, shifts_other) = sides
        frame = lit(warped(picture, shifts, Box()), place)
        if part is None:
            return frame
        height, width = frame.shape[:2]
        box = part.within(frame.shape)
        weight = resized(share, width, height)[box]
        over = lit_other(warped(other, shifts_other, part), place)
        frame[box] = mixed(np.ascontiguousarray(frame[box]), over, weight)
        return frame

    def _at(self, chart: Chart, place: float) -> Chart:
        return chart if self._path is None else moved(chart, self._path.at(place))

    def _aligned(self, first: Frame, last: Frame) -> tuple[Frame, Frame]:
        """Bring both pictures to the camera's middle; what one does not show there is lent by the other."""
        if self._path is None:
            return first, last
        charts = self._at(self._grid, -0.5), self._at(self._grid, 0.5)
        seen = [
            sampled(each.astype(np.float32), chart) for each, chart in zip((first, last), charts, strict=True)
        ]
        shown = [inside(chart, _LENDING_RIM)[..., np.newaxis] for chart in charts]
        whole = seen[0] + (seen[1] - seen[0]) * shown[1] * (1 - shown[0])
        other = seen[1] + (seen[0] - seen[1]) * shown[0] * (1 - shown[1])
        return np.rint(whole).astype(np.uint8), np.rint(other).astype(np.uint8)

    def _charts(self, place: float) -> tuple[Chart, Chart, FloatArray]:
        """Return where each pixel is found in the first and in the last picture, and `Flow.choice` for it."""
        flow = self._flow.at(place)
        middle = self._at(self._grid, 0.5 - place)
        rates, choice = flow.rates, flow.choice
        if middle is not self._grid:
            rates, choice = sampled(rates, middle), sampled(choice, middle)
        to_first = self._at(np.asarray(middle + rates[..., :2] * np.float32(place), dtype=np.float32), -0.5)
        to_last = self._at(np.asarray(middle + rates[..., 2:] * np.float32(1 - place), dtype=np.float32), 0.5)
        return to_first, to_last, choice

    def _post_at(self, place: float) -> Post:
        """Interpolate between two posts: charts bend so little that not every frame needs its own."""
        along = place * self._posts_in_all
        before = int(along)
        for passed in [index for index in self._posts if index < before]:
            del self._posts[passed]
        low, high = self._post(before), self._post(before + 1)
        return Post(*(between(one, other, along - before) for one, other in zip(low, high, strict=True)))

    def _post(self, index: int) -> Post:
        if index not in self._posts:
            to_first, to_last, choice = self._charts(min(index / self._posts_in_all, 1.0))
            shifts = [(chart - self._grid) * self._scale for chart in (to_first, to_last)]
            logits = np.clip(choice[..., 0] * np.float32(_DECIDED), -_CERTAIN, _CERTAIN)
            chosen = 1 / (1 + np.exp(-logits))
            views = cv2.merge([chosen, choice[..., 1], border_distance(to_first), border_distance(to_last)])
            self._posts[index] = Post(shifts[0], shifts[1], np.asarray(views, dtype=np.float32))
        return self._posts[index]

    def _looked(self, post: Post, look: Chart) -> Post:
        aside = np.asarray((look - self._grid) * self._scale, dtype=np.float32)
        to_first, to_last, views = (sampled(field, look) for field in post)
        return Post(to_first + aside, to_last + aside, views)


def in_between(
    net: Net, first: Frame, last: Frame, *, seen: tuple[Landmarks, Landmarks] | None = None
) -> InBetween | None:
    """Return the way between two frames of one scene; None where they show different ones.

    `seen` are both frames' landmarks, where they are known already.
    """
    common = match(*(seen or (landmarks(first), landmarks(last))))
    plane = common.plane if common.plane is not None and _moves(common.plane) else None
    if plane is None and not common.related and _tried(net, first, last, None) < _UNLIKE:
        return None
    if plane is not None and not _fits(net, first, last, plane):
        plane = None
    way = InBetween(net, first, last, plane, travelling=travellers(first, last, plane))
    return way if common.related or way.likeness >= _ALIKE else None


def _fits(net: Net, first: Frame, last: Frame, plane: Matrix) -> bool:
    """Say whether the camera's move found by matching is a good start: without it no more would fit."""
    with_it = _tried(net, first, last, plane)
    return with_it >= _FITTING or with_it + _DOUBT >= _tried(net, first, last, None)


def _tried(net: Net, first: Frame, last: Frame, plane: Matrix | None) -> float:
    """Return about how alike both frames become along a way, from small ones at a quarter of the price."""
    width, height = first.shape[1] / first.shape[0], 1.0
    scale = sqrt(_TRIAL_PIXELS / (width * height))
    size = Size(round(width * scale), round(height * scale))
    return InBetween(net, _reduced(first, size), _reduced(last, size), plane).likeness


def net_size(frame: Frame) -> Size:
    """Choose the network's size for a frame: near its ratio, near the usual number of pixels."""
    ratio = frame.shape[1] / frame.shape[0]
    pixels = min(_NET_PIXELS, frame.shape[0] * frame.shape[1])

    def misfit(size: Size) -> float:
        return abs(log(size.width / size.height / ratio)) + 0.25 * abs(log(size.pixel_count / pixels))

    sides = range(_NET_STEP * 2, _NET_STEP * 16, _NET_STEP)
    return min((Size(width, height) for width in sides for height in sides), key=misfit)


def _share_of_first(views: FloatArray, place: float) -> FloatArray:
    """Choose the pictures' shares: the near keyframe's right, who shows it, the network's choice.

    Where both show the same they are mixed by nearness: that is free of noise, and changes evenly.
    """
    chosen, agreement, shown_first, shown_last = (np.asarray(each, np.float32) for each in cv2.split(views))
    chosen = chosen + (np.float32(1 - place) - chosen) * agreement
    near_first = max(smoothstep(_ALONE, _NEAR, place), _TRACE)
    near_last = max(smoothstep(_ALONE, _NEAR, 1 - place), _TRACE)
    share = chosen * np.float32(near_last) if place > _MIDDLE else 1 + (chosen - 1) * np.float32(near_first)
    first = share * (within_rim(shown_first, RIM * max(near_first, _THINNEST)) + np.float32(_UNSEEN))
    last = (1 - share) * (within_rim(shown_last, RIM * max(near_last, _THINNEST)) + np.float32(_UNSEEN))
    return np.asarray(first / (first + last), dtype=np.float32)


def _moves(plane: Matrix) -> bool:
    corners = np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]], dtype=np.float64)
    return bool(np.abs(cv2.perspectiveTransform(corners, plane) - corners).max() >= _STILL)


def _path(move: Matrix, size: Size) -> CameraPath:
    units = np.diag([size.width, size.height, 1.0])
    return CameraPath(units @ move @ np.linalg.inv(units))


def _reduced(frame: Frame, size: Size) -> Frame:
    small = cv2.resize(frame, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _likeness(first: FloatArray, last: FloatArray, weights: FloatArray) -> float:
    """Correlate the directions of both pictures' edges; light and contrast play no part."""
    edges: list[FloatArray] = []
    for picture in (first, last):
        grey = cv2.GaussianBlur(picture.mean(axis=2), (0, 0), 1.5)
        gradient = np.dstack([cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)])
        edges.append(gradient / (np.linalg.norm(gradient, axis=2, keepdims=True) + 8))
    mass = weights[..., np.newaxis]
    power = sqrt(float((edges[0] ** 2 * mass).sum()) * float((edges[1] ** 2 * mass).sum()))
    common = float(np.vdot(edges[0] * mass, edges[1]))
    return common / max(power, 1e-6)
