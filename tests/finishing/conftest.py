"""What the tests of finishing share: clips that fit an order of one second, and their finishing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from keyreel.engine import Clip
from keyreel.finishing.context import FinishingContext
from keyreel.finishing.pipeline import finish
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Operation, Order, Resolution, Shot, Size
from keyreel.task import TaskId

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.finishing.finished_video import FinishedVideo
    from keyreel.provenance.signing_certificates import SigningCredentials

SIZE = Size(640, 352)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def make_clip(tmp_path: Path) -> Callable[..., Clip]:
    """Make clips of diagonal waves."""

    def make(count: int = 24, size: Size = SIZE) -> Clip:
        down, across = np.mgrid[0 : size.height, 0 : size.width]
        with open_video_writer(tmp_path / "clip.mp4", size) as writer:
            for index in range(count):
                grey = (130 + 70 * np.sin((across + 2 * down + 9 * index) / 50)).astype(np.uint8)
                writer.write(np.repeat(grey[..., None], 3, axis=2))
        return Clip(tmp_path / "clip.mp4")

    return make


@pytest.fixture
def finish_clip(folder: Path) -> Callable[..., FinishedVideo]:
    """Finish a clip for an order of one second at 640x352, changed as a test asks."""
    order = Order(Operation.IMG2VIDEO, "q2-pro", (Shot("a wave", 1),), Resolution.P360, seed=1, size=SIZE)

    def make(
        clip: Clip,
        producer: str = "keyreel",
        credentials: SigningCredentials | None = None,
        *,
        clean_copy: bool = False,
        **changes: Any,
    ) -> FinishedVideo:
        task_id = TaskId("7301444403220774912")
        context = FinishingContext(task_id, folder, producer, credentials, clean_copy=clean_copy)
        return finish(clip, replace(order, **changes), context)

    return make
