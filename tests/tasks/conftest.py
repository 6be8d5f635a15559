from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import Submission
from keyreel.tasks.store import TaskStore
from keyreel.testing import ManualClock
from support.data_folders import put_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[TaskStore]:
    put_database(tmp_path)
    opened = TaskStore.open(tmp_path, clock, SystemRandom())
    yield opened
    opened.close()


@pytest.fixture
def submission() -> Callable[..., Submission]:
    def make(tenant: str = "ann", **changes: Any) -> Submission:
        given = {"key_id": "key_1", "dialect": "vtrix", "endpoint": "q2-pro-img2video", "fields": "{}"}
        return Submission(tenant=tenant, seed=7, seconds=5, **{**given, **changes})

    return make
