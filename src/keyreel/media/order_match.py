"""Whether a video file is what an order asks for, in everything but what it shows and sounds like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.media.probe import BT709_LIMITED, VideoInfo
from keyreel.order import FPS

if TYPE_CHECKING:
    from keyreel.order import Order


def list_deviations(info: VideoInfo, order: Order) -> list[str]:
    """Say in what a video is not as ordered, such as "its size is 640x352, not 1280x720"."""
    expectations: tuple[tuple[str, object, object], ...] = (
        ("size", f"{info.width}x{info.height}", str(order.frame_size)),
        ("frame count", info.frames, order.frames),
        ("frame rate", info.fps, FPS),
        ("length in seconds", info.seconds, order.seconds),
        ("timing", "steady" if info.has_constant_frame_rate else "unsteady", "steady"),
        ("coding", f"{info.codec} {info.profile} {info.pix_fmt}", "h264 High yuv420p"),
        ("color", info.color, BT709_LIMITED),
    )
    return [
        f"its {what} is {found}, not {ordered}" for what, found, ordered in expectations if found != ordered
    ]
