"""Vidu Q1: five seconds in 1080p."""

from typing import Annotated, ClassVar

from pydantic import Field

from keyreel.order import Resolution, Size
from keyreel.wire.endpoints.endpoint import UNDER_10_MEGABYTES, ImageRules
from keyreel.wire.endpoints.fields import BoundedText, IntegerRange, OneOf
from keyreel.wire.endpoints.from_keyframes import Img2Video, StartEnd2Video
from keyreel.wire.endpoints.from_references import ImageReference2Video
from keyreel.wire.endpoints.from_text import Text2Video

_SIZES = {"16:9": Size(1920, 1080), "9:16": Size(1080, 1920), "1:1": Size(1080, 1080)}

Seconds = Annotated[int, IntegerRange(5, 5)]
Only1080p = Annotated[Resolution, OneOf(("1080p",))]


class Q1Reference2Video(ImageReference2Video):
    """Makes a video of up to seven subjects from their images and a prompt."""

    family = "q1"
    sizes = _SIZES
    image_rules: ClassVar = ImageRules(min_side=128, max_inline_bytes=UNDER_10_MEGABYTES, data_uri_only=True)

    prompt: Annotated[str, BoundedText(1500, needed=True)] = Field(
        description="What happens in the video. @1 is the first subject."
    )
    duration: Seconds = Field(5, description="Length in seconds. Only 5 is possible.")
    resolution: Only1080p = Resolution.P1080
    aspect_ratio: Annotated[str, OneOf(tuple(_SIZES))] = "16:9"


class Q1Img2Video(Img2Video):
    """Makes a video from its first frame."""

    family = "q1"
    image_rules: ClassVar = ImageRules(max_inline_bytes=UNDER_10_MEGABYTES)

    prompt: Annotated[str, BoundedText(1500, needed=True)] = Field(description="What happens in the video.")
    duration: Seconds = Field(5, description="Length in seconds. Only 5 is possible.")
    resolution: Only1080p = Resolution.P1080


class Q1StartEnd2Video(StartEnd2Video):
    """Makes a video from its first and its last frame."""

    family = "q1"
    image_rules: ClassVar = ImageRules(max_inline_bytes=UNDER_10_MEGABYTES)

    prompt: Annotated[str, BoundedText(1500)] = Field("", description="What happens in the video.")
    duration: Seconds = Field(5, description="Length in seconds. Only 5 is possible.")
    resolution: Only1080p = Resolution.P1080


class Q1Text2Video(Text2Video):
    """Makes a video from text."""

    family = "q1"
    sizes = _SIZES

    prompt: Annotated[str, BoundedText(1500, needed=True)] = Field(
        description="What the video shows, and what happens."
    )
    duration: Seconds = Field(5, description="Length in seconds. Only 5 is possible.")
    resolution: Only1080p = Resolution.P1080
    aspect_ratio: Annotated[str, OneOf(tuple(_SIZES))] = "16:9"


class Q1ClassicImg2Video(Q1Img2Video):
    """Makes a video from its first frame."""

    family = "q1-classic"


class Q1ClassicStartEnd2Video(Q1StartEnd2Video):
    """Makes a video from its first and its last frame."""

    family = "q1-classic"
