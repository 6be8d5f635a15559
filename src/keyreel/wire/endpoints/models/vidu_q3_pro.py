"""Vidu Q3 Pro: up to sixteen seconds with sound."""

from typing import Annotated

from pydantic import Field

from keyreel.wire.endpoints.fields import BoundedText, IntegerRange
from keyreel.wire.endpoints.from_keyframes import Img2Video, StartEnd2Video
from keyreel.wire.endpoints.from_text import Text2Video
from keyreel.wire.endpoints.with_audio import WithAudio

Seconds = Annotated[int, IntegerRange(1, 16)]


class Q3ProText2Video(WithAudio, Text2Video):
    """Makes a video from text."""

    family = "q3-pro"

    duration: Seconds = Field(5, description="Length in seconds.")


class Q3ProImg2Video(WithAudio, Img2Video):
    """Makes a video from its first frame."""

    family = "q3-pro"

    duration: Seconds = Field(5, description="Length in seconds.")


class Q3ProStartEnd2Video(WithAudio, StartEnd2Video):
    """Makes a video from its first and its last frame."""

    family = "q3-pro"

    prompt: Annotated[str, BoundedText(5000)] = Field("", description="What happens in the video.")
    duration: Seconds = Field(5, description="Length in seconds.")
