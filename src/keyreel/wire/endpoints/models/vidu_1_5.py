"""Vidu 1.5: four seconds in three sizes, or eight in one, from words too."""

from typing import Annotated, ClassVar

from pydantic import Field

from keyreel.wire.endpoints.endpoint import UNDER_10_MEGABYTES, ImageRules
from keyreel.wire.endpoints.fields import BoundedList, BoundedText, OneOf
from keyreel.wire.endpoints.from_references import ImageReference2Video
from keyreel.wire.endpoints.from_text import Text2Video
from keyreel.wire.endpoints.models.vidu_2_0 import FourOrEightSeconds, V20Img2Video, V20StartEnd2Video
from keyreel.wire.inputs.sources import ImageSource

Ratios = Annotated[str, OneOf(("16:9", "9:16", "1:1"))]


class V15Text2Video(FourOrEightSeconds, Text2Video):
    """Makes a video from text."""

    family = "1.5"

    prompt: Annotated[str, BoundedText(1500, needed=True)] = Field(
        description="What the video shows, and what happens."
    )
    aspect_ratio: Ratios = Field("16:9", description="Aspect ratio of the frame, width:height.")


class V15Img2Video(V20Img2Video):
    """Makes a video from its first frame."""

    family = "1.5"


class V15StartEnd2Video(V20StartEnd2Video):
    """Makes a video from its first and its last frame."""

    family = "1.5"


class V15Reference2Video(FourOrEightSeconds, ImageReference2Video):
    """Makes a video of up to three subjects from their images and a prompt."""

    family = "1.5"
    image_rules: ClassVar = ImageRules(min_side=128, max_inline_bytes=UNDER_10_MEGABYTES)

    images: Annotated[tuple[ImageSource, ...], BoundedList(1, 3, noun="images", empty_error="no_image")] = (
        Field(description="The subjects.")
    )
    prompt: Annotated[str, BoundedText(1500, needed=True)] = Field(
        description="What happens in the video. @1 is the first subject."
    )
    aspect_ratio: Ratios = Field("16:9", description="Aspect ratio of the frame, width:height.")
