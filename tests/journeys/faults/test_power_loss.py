"""What a client was told of survives a power cut at any moment: the task's row, and its images whole.

The order of a real server's flushes and commits is recorded; at every step of it, all is lost that was not
flushed. The recorder is held to find a server that leaves a flush out, or comes late with it.
"""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from support.flush_recorder import FlushRecorder
from support.images import as_data_uri
from support.requests import data_uri
from support.servers import Server

if TYPE_CHECKING:
    from pathlib import Path

CLIENTS = 8
SHARED = data_uri(shade=1)
LARGE = as_data_uri(np.random.default_rng(1).integers(0, 256, (400, 400, 3), np.uint8))
ALONE = [[data_uri(shade=shade)] for shade in range(2, 26)]
SEVERAL = [[SHARED, *(data_uri(shade=100 + 3 * first + each) for each in range(3))] for first in range(6)]
SUBMITS = [*ALONE, *([[SHARED]] * 8), [LARGE], *SEVERAL, [LARGE]]


def submit_all(server: Server, recorder: FlushRecorder, submits: list[list[str]]) -> None:
    """Submit these images, several requests at a time; whatever is acknowledged is committed by then."""

    def submit(images: list[str]) -> None:
        model = "vidu-q2-pro-img2video" if len(images) == 1 else "vidu-q2-reference2video"
        task_id = server.submit(model, {"images": images, "prompt": "on"})
        recorder.acknowledge(task_id)
        address = f"{(server.data / 'keyreel.db').as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            assert database.execute("SELECT 1 FROM tasks WHERE id = ?", [int(task_id)]).fetchone()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(submit, submits))


@pytest.mark.parametrize("fault", [pytest.param("", id="none"), "file", "folder", "late"])
def test_a_power_cut_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path, fault: str) -> None:
    recorder, data = FlushRecorder.make(tmp_path / "recorder", fault), tmp_path / "data"
    submits = [[SHARED]] if fault else SUBMITS
    server = Server.start(data, KEYREEL_WORKER="0", KEYREEL_RPM="0", **recorder.environment)
    try:
        submit_all(server, recorder, submits)
    finally:
        server.kill()
    found = recorder.replay(data)
    assert found.acknowledged == len(submits)
    assert found.synchronous[0] == "PRAGMA synchronous = FULL"
    assert bool(found.losses) == bool(fault), found.losses[:3]
