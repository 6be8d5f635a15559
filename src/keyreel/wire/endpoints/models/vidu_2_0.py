"""Vidu 2.0: four seconds in three sizes, or eight in one."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from keyreel.order import Resolution
from keyreel.wire.endpoints.endpoint import UNDER_10_MEGABYTES, ImageRules
from keyreel.wire.endpoints.fields import (
    BoundedList,
    BoundedText,
    IntegerChoice,
    IntegerRange,
    OneOf,
    make_rule_error,
    parse_integer,
)
from keyreel.wire.endpoints.from_keyframes import Img2Video, StartEnd2Video
from keyreel.wire.endpoints.from_references import ImageReference2Video
from keyreel.wire.endpoints.generation import Generation
from keyreel.wire.inputs.sources import ImageSource

_LONG = 8
"""Seconds."""

Seconds = Annotated[int, IntegerChoice((4, _LONG))]
Sizes = Annotated[Resolution, OneOf(("360p", "720p", "1080p"))]


class FourOrEightSeconds(Generation):
    """Eight seconds come in 720p alone, which is their default as well."""

    duration: Seconds = Field(4, description="Length in seconds.")
    resolution: Sizes = Field(
        Resolution.P360, description="Size class of the frame. With 8 seconds only 720p."
    )

    @model_validator(mode="before")
    @classmethod
    def _default_long_to_720p(cls, data: Any) -> Any:
        if (
            isinstance(data, dict)
            and parse_integer(data.get("duration")) == _LONG
            and not data.get("resolution")
        ):
            return data | {"resolution": "720p"}
        return data

    @model_validator(mode="after")
    def _check_long_is_720p(self) -> "FourOrEightSeconds":
        if self.duration == _LONG and self.resolution is not Resolution.P720:
            raise make_rule_error("must be 720p with duration 8", field="resolution")
        return self


class V20Img2Video(FourOrEightSeconds, Img2Video):
    """Makes a video from its first frame."""

    family = "2.0"
    image_rules: ClassVar = ImageRules(max_inline_bytes=UNDER_10_MEGABYTES)

    prompt: Annotated[str, BoundedText(1500, needed=True)] = Field(description="What happens in the video.")


class V20StartEnd2Video(FourOrEightSeconds, StartEnd2Video):
    """Makes a video from its first and its last frame."""

    family = "2.0"
    image_rules: ClassVar = ImageRules(max_inline_bytes=UNDER_10_MEGABYTES)

    prompt: Annotated[str, BoundedText(1500)] = Field("", description="What happens in the video.")


class V20Reference2Video(ImageReference2Video):
    """Makes a video of up to three subjects from their images and a prompt."""

    family = "2.0"
    image_rules: ClassVar = ImageRules(min_side=128, max_inline_bytes=UNDER_10_MEGABYTES)

    images: Annotated[tuple[ImageSource, ...], BoundedList(1, 3, noun="images", empty_error="no_image")] = (
        Field(description="The subjects.")
    )
    prompt: Annotated[str, BoundedText(1500, needed=True)] = Field(
        description="What happens in the video. @1 is the first subject."
    )
    duration: Annotated[int, IntegerRange(4, 4)] = Field(
        4, description="Length in seconds. Only 4 is possible."
    )
    resolution: Annotated[Resolution, OneOf(("360p", "720p"))] = Resolution.P360
