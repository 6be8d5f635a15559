"""Miniatures of a clip's frames and of its keyframes; judges nothing.

To decode a clip costs more than all checks together. So of each group of pictures the first frame is decoded,
and more of it only where something may be wrong: where packets are as small as those of a still image, where
the frames are dark, where one packet is far larger than the others, or where the next group begins with
another image. Of such a group the frames are decoded
that others refer to, about six a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from keyreel.media.video_reader import open_undecoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from keyreel.order import Size

Miniature = NDArray[np.float32]
"""A small image, RGB of 0 … 255: float32 [height, width, 3]."""

_LONG_SIDE: Final = 64  # pixels of a miniature
_REDUCING_GAP: Final = 3.0
"""How much larger than a miniature, per side, an image is at least that was reduced by a whole factor."""
_DECODER_OPTIONS: Final = {"skip_loop_filter": "all", "flags2": "+fast"}
"""Without the filter along the blocks' edges, which no miniature shows: that saves a tenth of decoding."""
_DARK: Final = 24.0
"""Mean RGB, of 255, below which a frame is looked at as perhaps black."""
_QUIET_BYTES_PER_PIXEL: Final = 0.002
"""A packet below that may be of a still image: a frame repeated by x264 takes 0.00003, a slow pan 0.01."""
_QUIET_SECONDS: Final = 0.5
"""A group with so long a run of quiet packets is looked at."""
_SPIKE_SHARE, _SPIKE_RANK, _SPIKE_FACTOR = 0.2, 3, 2.0
"""A packet that may begin another image: by its group's first, and by the fourth largest that follows.

Those that a cut fell on were 2.1 to 50 times that large; in motion, however fast, 1.0 to 1.7 times.
"""
_ALIKE: Final = 0.6
"""Correlation of two miniatures from which on no cut is looked for between them."""
_PLAIN_LEVELS: Final = 0.5
"""Mean difference of neighbouring pixels, down or across, of a plain image; a misty landscape has 0.6."""
_LONG_GROUP_SECONDS: Final = 4.0
"""Between two sync frames so far apart anything may happen. Clips of `Job.film` have one in two seconds."""


@dataclass(frozen=True, slots=True)
class TimedMiniature:
    """A frame's miniature, and its time in seconds from the clip's beginning."""

    seconds: float
    image: Miniature


def compute_miniature_size(size: Size) -> tuple[int, int]:
    """Return the width and height of the miniatures of frames of this size."""
    scale = _LONG_SIDE / max(size.width, size.height)
    return max(8, round(size.width * scale)), max(8, round(size.height * scale))


def load_miniature(path: Path, size: tuple[int, int]) -> Miniature:
    """Return an image scaled to cover a miniature of this size, not cropped: one side may be longer."""
    width, height = size
    with Image.open(path) as image:
        scale = max(width / image.width, height / image.height)
        covering = (max(width, round(image.width * scale)), max(height, round(image.height * scale)))
        rgb = image if image.mode == "RGB" else image.convert("RGB")
        # Reduced by whole factors first: that takes a fifth of the time, and gives the same within a level.
        return np.asarray(rgb.resize(covering, Image.Resampling.BOX, reducing_gap=_REDUCING_GAP), np.float32)


def read_miniatures(path: Path, size: tuple[int, int], *, with_end: bool) -> tuple[TimedMiniature, ...]:
    """Return miniatures of a clip in order of time, more of them where something may be wrong.

    With `with_end` the last frame is among them.

    Raises:
        FFmpegError: the clip cannot be decoded.
    """
    with open_undecoded(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.options = dict(_DECODER_OPTIONS)
        # Frames that no other refers to, three of four, are skipped: that halves the time.
        stream.codec_context.skip_frame = "BIDIR"
        scaler = _Scaler(stream, size)
        groups = _group_packets([packet for packet in container.demux(stream) if packet.size])
        last = len(groups) - 1
        found = [
            list(scaler.decode(group if with_end and number == last else group[:1]))
            for number, group in enumerate(groups)
        ]
        for number in _choose_groups(groups, [miniatures[0] for miniatures in found], stream):
            if len(found[number]) == 1:
                found[number] = list(scaler.decode(groups[number]))
    return tuple(sorted(chain.from_iterable(found), key=lambda each: each.seconds))


def is_plain(image: Miniature) -> bool:
    """Say whether a camera could move over an image and change nothing: one of few shades, or of one line."""
    return min(float(np.abs(np.diff(image, axis=axis)).mean()) for axis in (0, 1)) < _PLAIN_LEVELS


def correlate(one: Miniature, other: Miniature) -> float:
    """Return the correlation of two miniatures' luma, -1 … 1; 0 where one of them is of one shade."""
    a, b = _centre_luma(one), _centre_luma(other)
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm > a.size else 0.0


def _centre_luma(image: Miniature) -> NDArray[np.float64]:
    luma = image.mean(axis=2, dtype=np.float64)
    centred: NDArray[np.float64] = luma - luma.mean()
    return centred


class _Scaler:
    """Decodes packets of one stream into miniatures."""

    def __init__(self, stream: VideoStream, size: tuple[int, int]) -> None:
        self._stream = stream
        self._size = size
        self._reformatter = VideoReformatter()

    def decode(self, packets: Sequence[Packet[VideoStream]]) -> Iterator[TimedMiniature]:
        """Yield the miniatures of packets that begin with a sync frame."""
        for packet in packets:
            yield from map(self._scale, packet.decode())
        # The end of the stream makes the decoder return the frames that it holds; after a flush it can go on.
        yield from map(self._scale, self._stream.decode(None))
        self._stream.codec_context.flush_buffers()

    def _scale(self, image: VideoFrame) -> TimedMiniature:
        width, height = self._size
        small = self._reformatter.reformat(
            image,
            width=width,
            height=height,
            format="rgb24",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.AREA,
            threads=1,
        )
        seconds = float((image.pts or 0) * (self._stream.time_base or 0))
        return TimedMiniature(seconds, small.to_ndarray().astype(np.float32))


def _group_packets(packets: Sequence[Packet[VideoStream]]) -> list[list[Packet[VideoStream]]]:
    """Divide a stream's packets into groups that begin with a sync frame."""
    groups: list[list[Packet[VideoStream]]] = []
    for packet in packets:
        if packet.is_keyframe or not groups:
            groups.append([])
        groups[-1].append(packet)
    return groups


def _choose_groups(
    groups: Sequence[Sequence[Packet[VideoStream]]], starts: Sequence[TimedMiniature], stream: VideoStream
) -> set[int]:
    """Return the numbers of the groups in which something may be wrong."""
    codec = stream.codec_context
    fps = float(stream.average_rate or 1)
    quiet_bytes = _QUIET_BYTES_PER_PIXEL * codec.width * codec.height
    quiet_run = round(_QUIET_SECONDS * fps)
    quiet = {number for number, group in enumerate(groups) if _has_quiet_run(group, quiet_bytes, quiet_run)}
    # After motion has stopped, the packets are small only from the next group on.
    chosen = {
        near for number in quiet for near in (number - 1, number, number + 1) if 0 <= near < len(groups)
    }
    # After a cut right behind a sync frame the frames before that are needed, to tell that they were calm.
    chosen |= {
        near
        for number, group in enumerate(groups)
        if _has_spike(group)
        for near in (number - 1, number)
        if near >= 0
    }
    chosen |= {
        number
        for number, (group, start) in enumerate(zip(groups, starts, strict=True))
        if start.image.mean() < _DARK or len(group) > _LONG_GROUP_SECONDS * fps
    }
    for number, (one, following) in enumerate(pairwise(starts)):
        if correlate(one.image, following.image) < _ALIKE:
            chosen |= {number, number + 1}
    return chosen


def _has_spike(group: Sequence[Packet[VideoStream]]) -> bool:
    """Say whether one packet of a group stands out, as that of another image does."""
    sizes = sorted((packet.size for packet in group[1:]), reverse=True)
    return (
        len(sizes) > _SPIKE_RANK
        and sizes[0] >= _SPIKE_SHARE * group[0].size
        and sizes[0] >= _SPIKE_FACTOR * sizes[_SPIKE_RANK]
    )


def _has_quiet_run(group: Sequence[Packet[VideoStream]], quiet_bytes: float, length: int) -> bool:
    run = 0
    for packet in group[1:]:
        run = run + 1 if packet.size < quiet_bytes else 0
        if run >= min(length, len(group) - 1):
            return True
    return False
