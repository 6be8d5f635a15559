from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from keyreel.engine import Clip
from keyreel.finishing.finished_video import FinishedVideo
from keyreel.order import Size
from keyreel.worker.children.protocol import (
    LENGTH_PREFIX,
    ForgetStep,
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
        ForgetStep("shot-0"),
        WorkDone(Clip(Path("a.mp4"))),
        WorkFailed("No.", "RenderFailed", "x" * 9999),
    ],
)
def test_a_message_comes_whole_and_with_its_length(message: ToWorker) -> None:
    data = pack_message(message)
    (length,) = LENGTH_PREFIX.unpack(data[: LENGTH_PREFIX.size])
    assert len(data) == LENGTH_PREFIX.size + length
    assert pickle.loads(data[LENGTH_PREFIX.size :]) == message  # noqa: S301 - made two lines above


@pytest.mark.parametrize(
    "result", [Clip(Path("a.mp4")), FinishedVideo(Path("a.mp4"), Path("a.jpg"), "0", Size(64, 48))]
)
def test_the_worker_reads_results_without_loading_what_makes_them(result: Clip | FinishedVideo) -> None:
    # With the first result that was read in it, the server loaded codecs and music: 0.3 s of its first task.
    program = (
        "import pickle, sys, keyreel.cli.serving, keyreel.worker.children.child\n"
        "pickle.load(sys.stdin.buffer)\n"
        "print(*{'numpy', 'av', 'PIL'} & set(sys.modules))"
    )
    data = pack_message(WorkDone(result))[LENGTH_PREFIX.size :]
    loaded = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, check=True)
    assert loaded.stdout.split() == []
