"""Vidu Q3 Mix: references in the larger sizes, with sound."""

from typing import Annotated

from pydantic import Field

from keyreel.order import Resolution
from keyreel.wire.endpoints.fields import OneOf
from keyreel.wire.endpoints.references_with_audio import Reference2VideoWithAudio


class Q3MixReference2Video(Reference2VideoWithAudio):
    """Makes a video of up to seven subjects from their images and a prompt, with sound."""

    family = "q3-mix"

    resolution: Annotated[Resolution, OneOf(("720p", "1080p"))] = Field(
        Resolution.P720, description="Size class of the frame."
    )
