"""Vidu Q1: five seconds in 1080p."""

from typing import Annotated, ClassVar

from pydantic import Field

from keyreel.order import Resolution, Size
from keyreel.wire.endpoint import MEGABYTE, PictureRules
from keyreel.wire.fields import OneOf, Text, Whole
from keyreel.wire.references import ImageReference2Video

_SIZES = {"16:9": Size(1920, 1080), "9:16": Size(1080, 1920), "1:1": Size(1080, 1080)}


class Q1Reference2Video(ImageReference2Video):
    """Makes a video of up to seven subjects from their pictures and a description."""

    family = "q1"
    sizes = _SIZES
    # "Less than 10 MB": one byte below it is the most.
    image_rules: ClassVar = PictureRules(min_side=128, max_inline_bytes=10 * MEGABYTE - 1, data_uri_only=True)

    prompt: Annotated[str, Text(1500, needed=True)] = Field(
        description="What is to happen; @1 is the first subject."
    )
    duration: Annotated[int, Whole(5, 5)] = Field(5, description="Seconds; five is the only choice.")
    resolution: Annotated[Resolution, OneOf(("1080p",))] = Resolution.P1080
    aspect_ratio: Annotated[str, OneOf(tuple(_SIZES))] = "16:9"
