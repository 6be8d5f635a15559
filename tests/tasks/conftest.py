from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import Submission
from keyreel.testing import ManualClock
from support.databases import give_back, open_database, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.store import TaskStore


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(autouse=True)
def used_database(tmp_path: Path) -> Iterator[None]:
    yield
    give_back(tmp_path)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[TaskStore]:
    opened = open_store(tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def submission() -> Callable[..., Submission]:
    def make(tenant: str = "ann", **changes: Any) -> Submission:
        given = {"key_id": "key_1", "dialect": "vtrix", "endpoint": "q2-pro-img2video", "fields": "{}"}
        return Submission(tenant=tenant, seed=7, seconds=5, **{**given, **changes})

    return make
