"""Vidu Q2 Pro Fast: the larger sizes at the lowest price."""

from typing import Annotated

from pydantic import Field

from keyreel.order import Resolution
from keyreel.wire.endpoints.fields import BoundedText, OneOf
from keyreel.wire.endpoints.from_keyframes import Img2Video, StartEnd2Video
from keyreel.wire.endpoints.from_references import SubjectReference2Video
from keyreel.wire.endpoints.from_text import Text2Video

Sizes = Annotated[Resolution, OneOf(("720p", "1080p"))]


class Q2ProFastImg2Video(Img2Video):
    """Makes a video that starts with an image."""

    family = "q2-pro-fast"
    high_for_large = True

    resolution: Sizes = Field(Resolution.P720, description="The frame's size class.")


class Q2ProFastStartEnd2Video(StartEnd2Video):
    """Makes a video from its first and its last frame."""

    family = "q2-pro-fast"

    resolution: Sizes = Field(Resolution.P720, description="The frame's size class.")


class Q2ProFastReference2Video(SubjectReference2Video):
    """Makes a video of named subjects from their images and a description."""

    family = "q2-pro-fast"

    prompt: Annotated[str, BoundedText(2000, needed=True)] = Field(
        description="What is to happen; @name means a subject."
    )
    resolution: Sizes = Field(Resolution.P720, description="The frame's size class.")


class Q2ProFastText2Video(Text2Video):
    """Makes a video from a description."""

    family = "q2-pro-fast"

    prompt: Annotated[str, BoundedText(2000, needed=True)] = Field(
        description="What is to be seen and to happen."
    )
    resolution: Sizes = Field(Resolution.P720, description="The frame's size class.")
