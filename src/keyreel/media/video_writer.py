"""Writes H.264 video, encoded while the frames are written; knows no orders and no sound."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av
from av.codec.context import ThreadType
from av.error import FFmpegError

from keyreel.errors import RenderFailed
from keyreel.media.color import BT709_TAGS, ColorConverter
from keyreel.order import FPS
from keyreel.system.atomic_file import replace_atomically

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from keyreel.engine import Frame, VideoWriter
    from keyreel.media.overlay import Overlay
    from keyreel.order import Size

# Frames that may wait for the encoder; each is 1.5 bytes a pixel (3 MB at 1080p).
_MAX_PENDING_FRAMES: Final = 4
# 0.25 CPU s (0.15 s on two cores) for a second of 720p; a written frame comes back with a mean error of
# 0.008 to 0.010 of full scale. "superfast" saves a third of the time and costs 60 % more bytes.
_X264_OPTIONS: Final = {
    "preset": "veryfast",
    "crf": "20",
    "profile": "high",
    # open-gop=0: videos can be joined without encoding again. mbtree=0: with B frames x264's macroblock tree
    # (core 165, its vector code) reads memory that was never set, and the same frames give other bytes each
    # time; moving images lose nothing. No tree, no lookahead. chromaloc=1: chroma is the mean of 2x2.
    "x264-params": "open-gop=0:mbtree=0:rc-lookahead=0:ref=1:weightp=0:chromaloc=1",
}
# x264's bytes depend on how many threads it has, so the number is fixed: the same file on every machine.
_THREADS: Final = 2
_GOP_SECONDS: Final = 2  # at most between two IDR frames


@contextmanager
def open_video_writer(
    path: Path, size: Size, overlay: Overlay | None = None, *, fps: int = FPS
) -> Generator[VideoWriter]:
    """Open a writer for the video that is `path` once the block ends without an error.

    Frames are uint8 RGB [height, width, 3] of this size. The result is an MP4 of H.264 High, yuv420p, BT.709
    limited, and starts with an IDR frame. The same frames give the same bytes. Until the end there is nothing
    new under `path`.

    Raises:
        RenderFailed: the video could not be written, or has no frames.
        ValueError: a side of `size` is odd, or a frame has another shape or type.
    """
    if size.width % 2 or size.height % 2:
        raise ValueError(f"{size}: H.264 4:2:0 needs even sides")
    with replace_atomically(path) as part:
        writer = _H264VideoWriter(part, size, overlay, fps)
        try:
            yield writer
            writer.finish()
        finally:
            writer.close()


class _H264VideoWriter:
    """Converts frames in the caller's thread and encodes them in its own."""

    def __init__(self, path: Path, size: Size, overlay: Overlay | None, fps: int) -> None:
        self._size = size
        self._overlay = overlay
        self._fps = fps
        self._written = 0
        self._converter = ColorConverter()
        self._pending: deque[Future[None]] = deque()
        self._container = av.open(path, "w", format="mp4")
        self._stream = _add_stream(self._container, size, fps)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")

    def write(self, frame: Frame) -> None:
        """Encode the next frame; blocks while the encoder is behind.

        Raises:
            RenderFailed: the encoder could not write an earlier frame.
        """
        expected = (self._size.height, self._size.width, 3)
        if frame.shape != expected or frame.dtype.name != "uint8":
            raise ValueError(f"a frame of {frame.dtype} {frame.shape} for a video of uint8 {expected}")
        image = self._converter.to_yuv(frame)
        if self._overlay:
            self._overlay.blend(image)
        image.pts, image.time_base = self._written, Fraction(1, self._fps)
        self._written += 1
        if len(self._pending) >= _MAX_PENDING_FRAMES:
            self._wait_for_oldest()
        self._pending.append(self._thread.submit(self._encode, image))

    def finish(self) -> None:
        """Wait for the encoder and complete the file."""
        if not self._written:
            raise RenderFailed("The video has no frames.")
        self._pending.append(self._thread.submit(self._encode, None))
        self._pending.append(self._thread.submit(self._container.close))
        while self._pending:
            self._wait_for_oldest()

    def close(self) -> None:
        """Release the encoder, whatever state it is in."""
        self._thread.shutdown(cancel_futures=True)
        self._pending.clear()
        try:
            self._container.close()
        except FFmpegError:
            # An abandoned video may be impossible to complete (disk full): its part file is deleted anyway.
            return

    def _encode(self, image: VideoFrame | None) -> None:
        for packet in self._stream.encode(image):
            packet.duration = packet.duration or 1
            self._container.mux(packet)

    def _wait_for_oldest(self) -> None:
        try:
            self._pending.popleft().result()
        except (FFmpegError, OSError) as error:
            raise RenderFailed(f"The video could not be written: {error.strerror}.") from error


def _add_stream(container: OutputContainer, size: Size, fps: int) -> VideoStream:
    stream = container.add_stream("libx264", rate=fps, options=dict(_X264_OPTIONS))
    stream.width, stream.height, stream.pix_fmt = size.width, size.height, "yuv420p"
    stream.gop_size = _GOP_SECONDS * fps
    stream.thread_count, stream.thread_type = _THREADS, ThreadType.FRAME
    stream.color_primaries, stream.color_trc, stream.colorspace, stream.color_range = BT709_TAGS
    return stream
