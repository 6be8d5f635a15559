"""The child process that takes the last frame of a video of unknown origin, and one shortly before it.

Run by `sandbox.py`, with the arguments SOURCE FIRST LEAD SHORTEST LONGEST CPU_SECONDS MEMORY_BYTES. Its
output is JSON: the size as displayed and the seconds, or a fault with a detail. Nothing that the file says of
itself is trusted: its length is that of the frames in it. It is forked from a zygote: what it needs is
imported here.
"""

from __future__ import annotations

import errno
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import av
from av.error import FFmpegError
from PIL import Image

from keyreel.media.color import ColorConverter
from keyreel.system.disk_errors import DISK_ERRNOS, FULL_DISK_ERRNOS
from keyreel.system.process_limits import limit_process

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Image.preinit()  # Every child would import these plugins when it saves.

LEAD_SECONDS: Final = Fraction(1, 3)
"""Seconds between the lead and the last frame."""

_FORMATS: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
_CODECS: Final = {"h264", "hevc", "vp9", "av1", "libdav1d"}
_MAX_SIDE: Final = 4096
"""Pixels."""
_MAX_PIXEL_ASPECT: Final = 8
"""Width over height of a pixel, or the other way round; what claims more is taken as square."""
_MIN_SIDE: Final = 64
"""Pixels."""
_MAX_PACKETS: Final = 60 * 240
"""A minute at 240 frames a second."""
_SEEK_MARGIN: Final = Fraction(1, 4)
"""Seconds before the lead where decoding may begin at the latest: times of a file are rounded."""

_FILE_BYTES: Final = 1 << 27
_OPEN_FILES: Final = 32
_ROTATIONS: Final = {
    0: None,
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


class _RejectedVideo(Exception):
    """The video breaks a rule; the message completes "the video …"."""


class _VideoTimes(NamedTuple):
    """When the frames begin, when the last of them begins, and when it ends, in seconds."""

    start: Fraction
    last: Fraction
    end: Fraction


def main() -> None:
    """Decode the end of one video under limits that no video can lift."""
    source, first, lead, shortest, longest, cpu_seconds, memory_bytes = sys.argv[1:]
    limit_process(
        cpu_seconds=int(cpu_seconds),
        memory_bytes=int(memory_bytes),
        file_bytes=_FILE_BYTES,
        open_files=_OPEN_FILES,
    )
    try:
        result = _extract_frames(source, Path(first), Path(lead), (int(shortest), int(longest)))
    except _RejectedVideo as refused:
        result = {"fault": "refused", "detail": str(refused)}
    except MemoryError:
        result = {"fault": "complex"}
    except (FFmpegError, OSError, ValueError, EOFError) as error:
        number = getattr(error, "errno", None)
        result = {"fault": _classify_fault(error), "detail": f"{error!r}"[:200], "errno": number}
    sys.stdout.write(json.dumps(result))


def _classify_fault(error: Exception) -> str:
    if not isinstance(error, OSError):
        return "damaged"
    # FFmpeg reports a file that breaks off as EIO too.
    if error.errno in (FULL_DISK_ERRNOS if isinstance(error, FFmpegError) else DISK_ERRNOS):
        return "disk"
    return "complex" if error.errno == errno.ENOMEM else "damaged"


def _extract_frames(source: str, first: Path, lead: Path, seconds: tuple[int, int]) -> dict[str, Any]:
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    with av.open(source, options=options, metadata_errors="replace") as container:
        stream = _open_video_stream(container)
        span = _measure_times(container, stream, seconds)
        images = [_to_display_image(frame, stream) for frame in _decode_last_frames(container, stream, span)]
        for image, path in zip(images, (lead, first), strict=True):
            beside = path.with_suffix(".part")
            image.save(beside, "PNG", compress_level=1)
            beside.replace(path)
        width, height = images[-1].size
        return {"width": width, "height": height, "seconds": float(span.end - span.start)}


def _open_video_stream(container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise _RejectedVideo("contains no video frames")
    stream = container.streams.video[0]
    codec = stream.codec_context
    if codec.name not in _CODECS:
        raise _RejectedVideo(f"is encoded as {codec.name[:20]}; it must be H.264, HEVC, VP9 or AV1")
    if max(codec.width, codec.height) > _MAX_SIDE:
        raise _RejectedVideo(f"is {codec.width}x{codec.height}; a side has at most {_MAX_SIDE} pixels")
    if min(codec.width, codec.height) < _MIN_SIDE:
        raise _RejectedVideo(f"is {codec.width}x{codec.height}; a side has at least {_MIN_SIDE} pixels")
    # Threads reserve address space by the hundred megabytes.
    codec.thread_count = 1
    return stream


def _measure_times(container: InputContainer, stream: VideoStream, seconds: tuple[int, int]) -> _VideoTimes:
    """Read the display times of all frames from their packets: headers may claim any length."""
    base = stream.time_base or Fraction(1, 1000)
    times: list[tuple[int, int]] = []
    for packet in container.demux(stream):
        if packet.pts is not None and packet.size:
            times.append((packet.pts, packet.duration or 0))
        if len(times) > _MAX_PACKETS:
            raise _RejectedVideo(f"has more than {_MAX_PACKETS} frames")
    if len(times) < 2:  # noqa: PLR2004 - a first and a last one
        raise _RejectedVideo("contains no video frames")
    start = min(times)[0] * base
    last, duration = max(times)
    usual = Fraction(last - min(times)[0], len(times) - 1)
    # The last image's own duration is anybody's claim as well: more than two usual ones is none.
    own = duration if 0 < duration <= 2 * usual else usual
    span = _VideoTimes(start, last * base, (last + own) * base)
    length = span.end - span.start
    frame = usual * base
    if not seconds[0] - frame <= length <= seconds[1] + frame:
        raise _RejectedVideo(f"lasts {float(length):.1f} s; it must last {seconds[0]} to {seconds[1]} s")
    return span


def _decode_last_frames(
    container: InputContainer, stream: VideoStream, span: _VideoTimes
) -> tuple[VideoFrame, VideoFrame]:
    """Decode the end of the video; return the frame nearest to the lead's time, and the last one."""
    base = stream.time_base or Fraction(1, 1000)
    wanted = span.last - LEAD_SECONDS
    container.seek(int((wanted - _SEEK_MARGIN) / base), stream=stream, backward=True)
    lead: VideoFrame | None = None
    last: VideoFrame | None = None
    for frame in container.decode(stream):
        if frame.pts is None:
            continue
        if lead is None or _measure_time_distance(frame, base, wanted) < _measure_time_distance(
            lead, base, wanted
        ):
            lead = frame
        if last is None or frame.pts >= (last.pts or 0):
            last = frame
    if lead is None or last is None or lead is last:
        raise _RejectedVideo("contains no video frames at its end")
    return lead, last


def _measure_time_distance(frame: VideoFrame, base: Fraction, wanted: Fraction) -> Fraction:
    return abs((frame.pts or 0) * base - wanted)


def _to_display_image(frame: VideoFrame, stream: VideoStream) -> Image.Image:
    """Return the frame as displayed: 8-bit RGB by its own colour tags, square pixels, upright."""
    if max(frame.width, frame.height) > _MAX_SIDE:
        raise _RejectedVideo(f"changes its size to {frame.width}x{frame.height}")
    image = Image.fromarray(ColorConverter().to_rgb(frame))
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if aspect != 1 and 1 / _MAX_PIXEL_ASPECT <= aspect <= _MAX_PIXEL_ASPECT:
        wide = min(round(image.width * aspect), _MAX_SIDE)
        image = image.resize((max(wide, 1), image.height), Image.Resampling.LANCZOS)
    turn = _ROTATIONS.get(frame.rotation % 360)
    return image if turn is None else image.transpose(turn)
