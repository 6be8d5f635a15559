from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from keyreel.engine import Clip
from keyreel.worker.children.protocol import (
    LENGTH_PREFIX,
    LoadStep,
    ProgressReport,
    ToWorker,
    WorkDone,
    WorkFailed,
    pack_message,
)


@pytest.mark.parametrize(
    "message",
    [
        ProgressReport(0.5),
        LoadStep("shot-0"),
        WorkDone(Clip(Path("a.mp4"))),
        WorkFailed("No.", "RenderFailed", "x" * 9999),
    ],
)
def test_a_message_comes_whole_and_with_its_length(message: ToWorker) -> None:
    data = pack_message(message)
    (length,) = LENGTH_PREFIX.unpack(data[: LENGTH_PREFIX.size])
    assert len(data) == LENGTH_PREFIX.size + length
    assert pickle.loads(data[LENGTH_PREFIX.size :]) == message  # noqa: S301 - made two lines above
