"""Vidu Q2 Turbo: the operations of Q2 Pro on keyframes and videos, faster and cheaper."""

from pydantic import Field

from keyreel.order import Corner
from keyreel.wire.endpoints.fields import CornerName
from keyreel.wire.endpoints.from_keyframes import Img2Video, Multiframe, StartEnd2Video
from keyreel.wire.endpoints.from_video import Extend


class Q2TurboImg2Video(Img2Video):
    """Makes a video from its first frame."""

    family = "q2-turbo"
    high_for_large = True


class Q2TurboStartEnd2Video(StartEnd2Video):
    """Makes a video from its first and its last frame."""

    family = "q2-turbo"


class Q2TurboMultiframe(Multiframe):
    """Makes a video that moves through three to ten keyframes."""

    family = "q2-turbo"
    numbered_corners = False

    wm_position: CornerName = Field(Corner.BOTTOM_LEFT, description="Corner of the watermark.")


class Q2TurboExtend(Extend):
    """Extends a video from its last frame."""

    family = "q2-turbo"
