"""The order: everything about a video to be made. It knows no wire format, engine or database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import sqrt
from typing import Final, NewType

FPS: Final = 24
"""Frames per second of every video; the hosted services deliver 24 as well."""

ImageRef = NewType("ImageRef", str)
"""Where an input image is: an http(s) URL or an `asset:<sha256>` reference; once gathered, a PNG's path."""


class Operation(StrEnum):
    """How a video is made from the inputs."""

    IMG2VIDEO = "img2video"
    START_END2VIDEO = "start_end2video"
    MULTIFRAME = "multiframe"
    REFERENCE2VIDEO = "reference2video"
    TEXT2VIDEO = "text2video"
    TEMPLATE2VIDEO = "template2video"
    EXTEND = "extend"


class Resolution(StrEnum):
    """A resolution class. It determines the number of pixels of a frame, not its short side."""

    P360 = "360p"
    P540 = "540p"
    P720 = "720p"
    P1080 = "1080p"


class Amplitude(StrEnum):
    """How much motion there is to be. AUTO leaves it to the engine."""

    AUTO = "auto"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Corner(StrEnum):
    """A corner of the frame."""

    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_RIGHT = "bottom_right"
    BOTTOM_LEFT = "bottom_left"


@dataclass(frozen=True, slots=True)
class Size:
    """An image's size in pixels."""

    width: int
    height: int

    @property
    def aspect_ratio(self) -> Fraction:
        """Width over height."""
        return Fraction(self.width, self.height)

    @property
    def pixel_count(self) -> int:
        """Width times height."""
        return self.width * self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Shot:
    """Continuous video between at most two keyframes. `seconds` is its exact length.

    If the shot continues another video, `first` is the last frame of that video, and `lead` the frame a third
    of a second before it: the shot begins with the frame after `first`.
    """

    prompt: str
    seconds: int
    first: ImageRef | None = None
    last: ImageRef | None = None
    lead: ImageRef | None = None

    @property
    def frames(self) -> int:
        """The shot's length in frames."""
        return self.seconds * FPS


@dataclass(frozen=True, slots=True)
class Subject:
    """A character or object that looks the same throughout; prompts mention it as `@name`."""

    name: str
    images: tuple[ImageRef, ...]
    voice: str = ""


class WatermarkLanguage(StrEnum):
    """The language of the watermark's default text."""

    ENGLISH = "en"
    CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class Watermark:
    """A visible watermark in a corner: the given image, or the default text without one."""

    corner: Corner
    image: ImageRef | None = None
    text: WatermarkLanguage = WatermarkLanguage.ENGLISH


@dataclass(frozen=True, slots=True)
class SoundOptions:
    """Which sound is wanted: music, ambience, speech; `voice` speaks the lines that name no other voice."""

    music: bool = False
    ambience: bool = False
    speech: bool = False
    voice: str = ""

    @property
    def is_silent(self) -> bool:
        """Whether the video is to have no sound track at all."""
        return not (self.music or self.ambience or self.speech)


@dataclass(frozen=True, slots=True)
class Order:
    """One video to be made.

    img2video is one shot with `first`; start-end is one shot with `first` and `last`; multiframe is n shots
    between consecutive keyframes (a shot's `last` is the next one's `first`); reference is one shot without
    keyframes, plus subjects; extend is one shot with `lead` and `first`, set once the source video was
    fetched, and perhaps with `last`. `size` is None until it is known: without a requested ratio it is that
    of the first image, set by `settle_size` once the images were fetched. Engines get orders with a size.
    `label` is the AIGC identifier to embed verbatim; empty for Keyreel's own. `seed` is 1 … 2**31 - 1.
    """

    operation: Operation
    model: str
    shots: tuple[Shot, ...]
    resolution: Resolution
    seed: int
    subjects: tuple[Subject, ...] = ()
    size: Size | None = None
    amplitude: Amplitude = Amplitude.AUTO
    watermark: Watermark | None = None
    sound: SoundOptions = SoundOptions()
    label: str = ""

    @property
    def seconds(self) -> int:
        """The video's exact length in seconds."""
        return sum(shot.seconds for shot in self.shots)

    @property
    def frames(self) -> int:
        """The video's exact length in frames."""
        return self.seconds * FPS

    @property
    def frame_size(self) -> Size:
        """The settled size.

        Raises:
            ValueError: the size is not settled yet.
        """
        if self.size is None:
            raise ValueError("the order has no size yet: call settle_size() first")
        return self.size


def list_images(order: Order) -> tuple[ImageRef, ...]:
    """List every image of the order once: keyframes in order of time, subjects, the watermark."""
    found: dict[ImageRef, None] = {}
    for shot in order.shots:
        for image in (shot.lead, shot.first, shot.last):
            if image is not None:
                found[image] = None
    for subject in order.subjects:
        found.update(dict.fromkeys(subject.images))
    if order.watermark and order.watermark.image:
        found[order.watermark.image] = None
    return tuple(found)


def replace_images(order: Order, replacements: dict[ImageRef, ImageRef]) -> Order:
    """Return the order with its images replaced by `replacements`; images that it lacks stay."""

    def replace_one(image: ImageRef | None) -> ImageRef | None:
        return None if image is None else replacements.get(image, image)

    mark = order.watermark
    return replace(
        order,
        shots=tuple(
            replace(
                shot, first=replace_one(shot.first), last=replace_one(shot.last), lead=replace_one(shot.lead)
            )
            for shot in order.shots
        ),
        subjects=tuple(
            replace(subject, images=tuple(replacements.get(image, image) for image in subject.images))
            for subject in order.subjects
        ),
        watermark=mark and replace(mark, image=replace_one(mark.image)),
    )


def settle_size(order: Order, first_image: Size) -> Order:
    """Return the order with a size: its own, else one with the aspect ratio of `first_image`."""
    return (
        order
        if order.size
        else replace(order, size=compute_frame_size(order.resolution, first_image.aspect_ratio))
    )


def limit_to_draft(resolution: Resolution) -> Resolution:
    """Return the resolution of a video's draft: 540p at most."""
    return resolution if resolution is Resolution.P360 else Resolution.P540


def make_draft_order(order: Order) -> Order:
    """Return the order of a draft: the same video, smaller. Its size may be settled or not."""
    resolution = limit_to_draft(order.resolution)
    size = order.size and compute_frame_size(resolution, order.size.aspect_ratio)
    return replace(order, resolution=resolution, size=size)


# A resolution fixes the pixel area. These are the sizes that the hosted services publish; every other ratio
# is computed for the same area, with sides that are multiples of 8.
_REFERENCE_SIZES: Final = {
    Resolution.P360: Size(640, 352),
    Resolution.P540: Size(960, 528),
    Resolution.P720: Size(1280, 720),
    Resolution.P1080: Size(1920, 1080),
}
_PUBLISHED_SIZES: Final = {
    Resolution.P360: ((640, 352), (544, 400), (480, 480), (400, 544), (352, 640)),
    Resolution.P540: ((960, 528), (816, 608), (720, 720), (608, 816), (528, 960)),
    Resolution.P720: ((1280, 720), (1104, 816), (960, 960), (816, 1104), (720, 1280)),
    Resolution.P1080: ((1920, 1080), (1674, 1238), (1440, 1440), (1238, 1674), (1080, 1920)),
}
_PUBLISHED_RATIOS: Final = (Fraction(16, 9), Fraction(4, 3), Fraction(1), Fraction(3, 4), Fraction(9, 16))
_MAX_ASPECT_RATIO: Final = Fraction(4)
"""Long side over short side."""


@lru_cache(maxsize=256)
def compute_frame_size(resolution: Resolution, ratio: Fraction) -> Size:
    """Return the frame for a resolution and a ratio (width over height, clamped to 1:4 … 4:1)."""
    ratio = min(max(ratio, 1 / _MAX_ASPECT_RATIO), _MAX_ASPECT_RATIO)
    for published, size in zip(_PUBLISHED_RATIOS, _PUBLISHED_SIZES[resolution], strict=True):
        if abs(ratio / published - 1) < Fraction(1, 100):
            return Size(*size)
    height = sqrt(_REFERENCE_SIZES[resolution].pixel_count / ratio)
    return Size(8 * round(height * ratio / 8), 8 * round(height / 8))
