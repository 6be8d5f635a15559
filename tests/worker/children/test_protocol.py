from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from keyreel.engine import Clip
from keyreel.worker.children.protocol import LENGTH, Broke, Made, Progress, Recall, ToWorker, packed


@pytest.mark.parametrize(
    "message",
    [
        Progress(0.5),
        Recall("shot-0"),
        Made(Clip(Path("a.mp4"))),
        Broke("No.", "RenderFailed", "x" * 9999),
    ],
)
def test_a_message_comes_whole_and_with_its_length(message: ToWorker) -> None:
    data = packed(message)
    (length,) = LENGTH.unpack(data[: LENGTH.size])
    assert len(data) == LENGTH.size + length
    assert pickle.loads(data[LENGTH.size :]) == message  # noqa: S301 - made two lines above
