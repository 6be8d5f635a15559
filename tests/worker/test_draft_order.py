"""What a draft is made of: the order, smaller, and marked so that nobody takes it for the video."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.finishing.watermark import make_overlay
from keyreel.media.video_reader import read_frames
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Operation, Order, Resolution, Shot, Size, make_draft_order
from keyreel.task import TaskId, TaskState
from keyreel.wire.endpoints.catalogue import get_endpoint
from keyreel.worker.draft_order import adapt_to_draft
from support.wire import task

if TYPE_CHECKING:
    from pathlib import Path

ORDER = Order(
    Operation.TEXT2VIDEO, "q1", (Shot("a lake", 1),), Resolution.P1080, seed=7, size=Size(1920, 1080)
)


@pytest.mark.parametrize(
    ("resolution", "size", "expected"),
    [
        (Resolution.P1080, Size(1920, 1080), Size(960, 528)),
        (Resolution.P720, Size(720, 1280), Size(528, 960)),
        (Resolution.P1080, Size(1440, 1440), Size(720, 720)),
        (Resolution.P540, Size(960, 528), Size(960, 528)),
        (Resolution.P360, Size(640, 352), Size(640, 352)),
        (Resolution.P720, None, None),
    ],
)
def test_a_draft_has_540p_at_most_in_the_same_ratio(
    resolution: Resolution, size: Size | None, expected: Size | None
) -> None:
    draft = make_draft_order(replace(ORDER, resolution=resolution, size=size))
    assert draft.size == expected
    assert (draft.shots, draft.seed) == (ORDER.shots, ORDER.seed)


def test_a_drafts_frames_are_visibly_marked(tmp_path: Path) -> None:
    made = task(get_endpoint("q2-pro-img2video"), TaskState.RUNNING)
    assert adapt_to_draft(ORDER, made) is ORDER
    order = adapt_to_draft(ORDER, replace(made, draft_of=TaskId("1")))
    size = order.frame_size
    grey = np.full((size.height, size.width, 3), 128, np.uint8)
    with open_video_writer(tmp_path / "v.mp4", size, make_overlay(order.watermark, size)) as writer:
        writer.write(grey)
    (frame,) = read_frames(tmp_path / "v.mp4")
    changed = np.abs(frame.astype(int) - 128).max(axis=2) > 40
    assert changed[: size.height // 4, : size.width // 4].mean() > 0.15
    assert not changed[size.height // 2 :].any()
