"""A few decoded frames of a video, with their times; knows no orders and does not look at what they show."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import av
from av.error import InvalidDataError

from keyreel.media.video_reader import open_undecoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_MAX_FRAMES: Final = 8
_MIN_SYNC_FRAMES: Final = 3  # with fewer, frames between them are decoded as well
_CONTAINERS: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,flv"


@dataclass(frozen=True, slots=True)
class SampledFrame:
    """A decoded frame, and its time in seconds from the video's beginning."""

    seconds: float
    image: VideoFrame


def sample_frames(path: Path) -> list[SampledFrame]:
    """Return at most eight sync frames, which decode on their own: decoding all costs 100 times as much.

    Our videos have one in two seconds. Fewer than three are followed by two more frames from the last group.
    """
    with open_undecoded(path) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        sync_indexes = [number for number, packet in enumerate(packets) if packet.is_keyframe]
        step = max(1.0, len(sync_indexes) / _MAX_FRAMES)
        chosen = [sync_indexes[int(number * step)] for number in range(min(_MAX_FRAMES, len(sync_indexes)))]
        found = [
            frame for number in chosen for frame in _decode_packets(stream, packets[number : number + 1])
        ]
        if 0 < len(sync_indexes) < _MIN_SYNC_FRAMES:
            # Frames that no other refers to, three of four, are skipped: that halves the time.
            stream.codec_context.skip_frame = "BIDIR"
            later = list(_decode_packets(stream, packets[sync_indexes[-1] :]))[1:]
            found += [later[number] for number in sorted({len(later) // 2, len(later) - 1}) if later]
    return found


def open_untrusted(path: Path) -> InputContainer:
    """Open a file from a stranger: only video containers, never playlists that name other files."""
    only = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    return av.open(path, options=only, metadata_errors="replace")


def read_duration(container: InputContainer) -> float:
    """Return the video's length in seconds, from its headers."""
    stream = container.streams.video[0]
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


def sample_at_interval(
    container: InputContainer, every_seconds: float, longest_seconds: float
) -> Iterator[SampledFrame]:
    """Yield one frame every so many seconds, up to `longest_seconds`; all frames are decoded.

    Those whose data is damaged are passed over.
    """
    stream = container.streams.video[0]
    due = 0.0
    for image in _decode_undamaged(container, stream):
        seconds = _get_seconds(image, stream)
        if seconds > longest_seconds:
            return
        if seconds >= due:
            due = seconds + every_seconds
            yield SampledFrame(seconds, image)


def _decode_undamaged(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for packet in container.demux(stream):
        with suppress(InvalidDataError):
            yield from packet.decode()


def _decode_packets(stream: VideoStream, packets: Sequence[Packet[VideoStream]]) -> Iterator[SampledFrame]:
    for packet in packets:
        yield from (SampledFrame(_get_seconds(image, stream), image) for image in packet.decode())
    # The end of the stream makes the decoder return the frames that it holds; after a flush it can go on.
    yield from (SampledFrame(_get_seconds(image, stream), image) for image in stream.decode(None))
    stream.codec_context.flush_buffers()


def _get_seconds(image: VideoFrame, stream: VideoStream) -> float:
    # The frame's own time base is missing in those that come at the stream's end.
    return float((image.pts or 0) * (stream.time_base or 0))
