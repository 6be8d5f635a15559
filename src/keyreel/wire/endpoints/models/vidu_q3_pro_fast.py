"""Vidu Q3 Pro Fast: an image moves for up to sixteen seconds with sound, in the larger sizes."""

from typing import Annotated

from pydantic import Field

from keyreel.order import Resolution
from keyreel.wire.endpoints.fields import IntegerRange, OneOf
from keyreel.wire.endpoints.from_keyframes import Img2Video
from keyreel.wire.endpoints.with_audio import WithAudio


class Q3ProFastImg2Video(WithAudio, Img2Video):
    """Makes a video from its first frame."""

    family = "q3-pro-fast"

    duration: Annotated[int, IntegerRange(1, 16)] = Field(5, description="Length in seconds.")
    resolution: Annotated[Resolution, OneOf(("720p", "1080p"))] = Field(
        Resolution.P720, description="Size class of the frame."
    )
