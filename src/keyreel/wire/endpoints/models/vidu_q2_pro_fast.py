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
    """Makes a video from its first frame."""

    family = "q2-pro-fast"
    high_for_large = True

    resolution: Sizes = Field(Resolution.P720, description="Size class of the frame.")


class Q2ProFastStartEnd2Video(StartEnd2Video):
    """Makes a video from its first and its last frame."""

    family = "q2-pro-fast"

    resolution: Sizes = Field(Resolution.P720, description="Size class of the frame.")


class Q2ProFastReference2Video(SubjectReference2Video):
    """Makes a video of named subjects from their images and a prompt."""

    family = "q2-pro-fast"

    prompt: Annotated[str, BoundedText(2000, needed=True)] = Field(
        description="What happens in the video. Refer to subjects as @name."
    )
    resolution: Sizes = Field(Resolution.P720, description="Size class of the frame.")


class Q2ProFastText2Video(Text2Video):
    """Makes a video from text."""

    family = "q2-pro-fast"

    prompt: Annotated[str, BoundedText(2000, needed=True)] = Field(
        description="What the video shows, and what happens."
    )
    resolution: Sizes = Field(Resolution.P720, description="Size class of the frame.")
