from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from keyreel.media.probe import probe_video
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size
from keyreel.testing import CardEngine, FolderJob, ManualClock

if TYPE_CHECKING:
    from pathlib import Path


def test_a_manual_clock_moves_only_by_hand() -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    clock = ManualClock(start)
    assert clock.now() == clock.now() == start
    clock.advance(90)
    assert clock.now() == start + timedelta(seconds=90)


def test_an_engine_can_be_tried_alone_in_a_folder(tmp_path: Path) -> None:
    shots = (Shot("on", 1, ImageRef("a.png")), Shot("on", 2, ImageRef("b.png")))
    order = Order(Operation.MULTIFRAME, "q2-pro", shots, Resolution.P360, 7, size=Size(64, 48))
    job = FolderJob(tmp_path)
    clip = asyncio.run(CardEngine().render(order, job))
    facts = probe_video(clip.path)
    assert (facts.frames, facts.width, facts.height) == (72, 64, 48)
    assert job.reports == [0.5, 1.0]
    assert list(job.steps) == ["shot-0", "shot-1"]
