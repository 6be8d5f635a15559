"""Test mode: the outcome of a task that is not rendered, so that a client can try its webhook receiver."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from keyreel.task import TaskState
from keyreel.tasks.outcomes import Failure, Success

if TYPE_CHECKING:
    from keyreel.storage.objects import ObjectStorage

TEST_VIDEO_KEY: Final = "videos/rehearsal/1.mp4"
TEST_COVER_KEY: Final = "covers/rehearsal/1.jpg"
"""All tasks in test mode share one second of a test image, so that links in their events lead to a video."""

_NOTE: Final = "Test mode: no video was made."
_REASON: Final = "Test mode: this task failed as requested."
_WIDTH, _HEIGHT, _FRAMES = 320, 180, 24
"""Pixels, pixels, and frames: one second at 24 a second."""


async def build_test_mode_outcome(end: TaskState, storage: ObjectStorage) -> Success | Failure:
    """Return the outcome of a task in test mode."""
    if end is not TaskState.SUCCEEDED:
        return Failure(_REASON, "RenderFailed")
    if await storage.get_size(TEST_VIDEO_KEY) is None or await storage.get_size(TEST_COVER_KEY) is None:
        with TemporaryDirectory() as folder:
            video, cover = Path(folder, "video.mp4"), Path(folder, "cover.jpg")
            await asyncio.to_thread(_render_test_video, video, cover)
            await storage.put_file(TEST_COVER_KEY, cover)
            await storage.put_file(TEST_VIDEO_KEY, video)
    digest = sha256()
    async for chunk in storage.read(TEST_VIDEO_KEY):
        digest.update(chunk)
    return Success(
        TEST_VIDEO_KEY, TEST_COVER_KEY, digest.hexdigest(), notes=(_NOTE,), size=f"{_WIDTH}x{_HEIGHT}"
    )


def _render_test_video(video: Path, cover: Path) -> None:
    import numpy as np
    from PIL import Image

    from keyreel.media.video_writer import open_video_writer
    from keyreel.order import Size

    columns = np.linspace(0, 1, _WIDTH)[None, :, None]
    rows = np.linspace(0, 1, _HEIGHT)[:, None, None]
    image = np.concatenate([40 + 160 * columns + 0 * rows, 60 + 120 * rows + 0 * columns], axis=2)
    image = np.concatenate([image, 255 - image[:, :, :1]], axis=2).astype(np.uint8)
    with open_video_writer(video, Size(_WIDTH, _HEIGHT)) as writer:
        for index in range(_FRAMES):
            frame = image.copy()
            left = index * (_WIDTH - 16) // (_FRAMES - 1)
            frame[:, left : left + 16] = 255  # A bar that crosses once shows that the video plays.
            writer.write(frame)
    Image.fromarray(image).save(cover, "JPEG", quality=88)
