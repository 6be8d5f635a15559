"""Vidu Q2 Pro: from one image, from two, from up to ten, from subjects, and on from a video."""

from typing import Annotated

from pydantic import Field

from keyreel.order import Corner
from keyreel.wire.endpoints.fields import CornerName, IntegerRange
from keyreel.wire.endpoints.from_keyframes import Img2Video, Multiframe, StartEnd2Video
from keyreel.wire.endpoints.from_references import SubjectReference2Video
from keyreel.wire.endpoints.from_video import Extend


class Q2ProImg2Video(Img2Video):
    """Makes a video from its first frame."""

    family = "q2-pro"
    high_for_large = True


class Q2ProStartEnd2Video(StartEnd2Video):
    """Makes a video from its first and its last frame."""

    family = "q2-pro"


class Q2ProMultiframe(Multiframe):
    """Makes a video that moves through three to ten keyframes."""

    family = "q2-pro"
    numbered_corners = False

    wm_position: CornerName = Field(Corner.BOTTOM_LEFT, description="Corner of the watermark.")


class Q2ProReference2Video(SubjectReference2Video):
    """Makes a video of named subjects from their images and a prompt."""

    family = "q2-pro"

    duration: Annotated[int, IntegerRange(0, 10)] = Field(
        5, description="Length in seconds. 0: the model decides."
    )

    @property
    def seconds(self) -> int:
        """The video's length: five seconds where the choice is the model's."""
        return self.duration or 5


class Q2ProExtend(Extend):
    """Extends a video from its last frame."""

    family = "q2-pro"
