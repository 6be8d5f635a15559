"""The properties of a video file, from its headers and packets, beside those of an order; decodes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import av
from av.error import FFmpegError
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from keyreel.media.mp4_boxes import iterate_boxes
from keyreel.media.video_reader import open_undecoded
from keyreel.order import FPS

if TYPE_CHECKING:
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

    from keyreel.order import Order

_MIN_AVCC_BYTES: Final = 11
_HIGH_PROFILE: Final = 100
_EIGHT_BITS_420: Final = bytes((0b11111101, 0b11111000, 0b11111000, 0))
"""The end of a configuration record: 4:2:0, 8 bits of luma and of chroma, no SPS extension."""


@dataclass(frozen=True, slots=True)
class ColorTags:
    """A stream's color tags, named as ffprobe does."""

    primaries: str
    transfer: str
    matrix: str
    range: str


BT709_LIMITED = ColorTags("bt709", "bt709", "bt709", "limited")
"""The tags of every video that is delivered."""


@dataclass(frozen=True, slots=True)
class AudioTrackInfo:
    """A sound track's properties: `rate` in Hz; `start` and `seconds` without the encoder's priming."""

    codec: str
    rate: int
    channels: int
    start: float
    seconds: float


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """A video file's properties; `has_constant_frame_rate`: frames follow at equal times from zero."""

    width: int
    height: int
    frames: int
    fps: Fraction
    seconds: float
    has_constant_frame_rate: bool
    codec: str
    profile: str
    pix_fmt: str
    color: ColorTags
    audio_track: AudioTrackInfo | None
    faststart: bool
    tags: dict[str, str]

    @property
    def has_audio(self) -> bool:
        """Whether there is a sound track."""
        return self.audio_track is not None


def probe_video(path: Path) -> VideoInfo:
    """Read a video file's properties.

    Raises:
        ValueError: the file is not a readable video.
    """
    try:
        with open_undecoded(path) as container:
            if not container.streams.video:
                raise ValueError(f"{path.name} has no video track")
            stream = container.streams.video[0]
            pix_fmt = stream.codec_context.pix_fmt or _read_pix_fmt(stream.codec_context.extradata or b"")
            if pix_fmt:
                return replace(_read_video_info(path, container, stream), pix_fmt=pix_fmt)
        # In other codings, and in H.264 of other profiles, the first frame tells.
        with av.open(path) as container:
            return _read_video_info(path, container, container.streams.video[0])
    except FFmpegError as error:
        raise ValueError(f"{path.name} is not a readable video: {error}") from error


def _read_video_info(path: Path, container: InputContainer, stream: VideoStream) -> VideoInfo:
    times = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
    steps = {later - earlier for earlier, later in pairwise(times)}
    codec = stream.codec_context
    return VideoInfo(
        width=codec.width,
        height=codec.height,
        frames=len(times),
        fps=stream.average_rate or Fraction(0),
        seconds=float((stream.duration or 0) * (stream.time_base or 0)),
        has_constant_frame_rate=len(steps) <= 1 and times[:1] == [0],
        codec=codec.name,
        profile=codec.profile or "",
        pix_fmt=codec.pix_fmt or "",
        color=_read_color_tags(stream),
        audio_track=_read_audio_track(container.streams.audio[0]) if container.streams.audio else None,
        faststart=_has_faststart(path),
        tags=dict(container.metadata),
    )


def _read_pix_fmt(avcc: bytes) -> str:
    """Return the pixels' format that H.264's configuration record tells; empty where it does not.

    In the High profiles it ends with chroma format and bit depths (ISO/IEC 14496-15, 5.3.3.1), without SPS
    extensions with a zero after them.
    """
    is_avcc_high = len(avcc) > _MIN_AVCC_BYTES and avcc[0] == 1 and avcc[1] == _HIGH_PROFILE
    return "yuv420p" if is_avcc_high and avcc[-4:] == _EIGHT_BITS_420 else ""


def _read_audio_track(stream: AudioStream) -> AudioTrackInfo:
    tick = stream.time_base or Fraction(0)
    return AudioTrackInfo(
        codec=f"{stream.codec_context.name} {stream.codec_context.profile or ''}".rstrip(),
        rate=stream.codec_context.sample_rate,
        channels=stream.codec_context.channels,
        start=float((stream.start_time or 0) * tick),
        seconds=float((stream.duration or 0) * tick),
    )


def _read_color_tags(stream: VideoStream) -> ColorTags:
    codec = stream.codec_context
    limited = codec.color_range == ColorRange.MPEG
    return ColorTags(
        primaries="bt709" if codec.color_primaries == ColorPrimaries.BT709 else str(codec.color_primaries),
        transfer="bt709" if codec.color_trc == ColorTrc.BT709 else str(codec.color_trc),
        matrix="bt709" if codec.colorspace == Colorspace.ITU709 else str(codec.colorspace),
        range="limited" if limited else str(codec.color_range),
    )


def _has_faststart(path: Path) -> bool:
    """Say whether the index (moov) comes before the frames (mdat): only then can a player start at once."""
    with path.open("rb") as file:
        kind = next((box.kind for box in iterate_boxes(file) if box.kind in {b"moov", b"mdat"}), b"")
    return kind == b"moov"


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
