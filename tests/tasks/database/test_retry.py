from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from random import SystemRandom
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import Unavailable
from keyreel.tasks.database.retry import retry_while_unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from keyreel.task import Submission, Task
    from keyreel.tasks.store import TaskStore

pytestmark = pytest.mark.sqlite


@pytest.fixture
def outsider(store: TaskStore, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    assert store.list("ann") == ()
    with closing(sqlite3.connect(tmp_path / "keyreel.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def test_a_locked_database_is_reported_within_a_second(
    store: TaskStore, outsider: sqlite3.Connection, submission: Callable[..., Submission]
) -> None:
    began = monotonic()
    with pytest.raises(Unavailable):
        store.accept(submission())
    assert monotonic() - began < 1
    assert store.list("ann") == ()
    outsider.execute("ROLLBACK")
    assert store.accept(submission()).id


def test_waits_until_the_database_is_free(
    store: TaskStore, outsider: sqlite3.Connection, submission: Callable[..., Submission]
) -> None:
    calls: list[float] = []

    def accept() -> Task:
        calls.append(monotonic())
        if len(calls) == 3:
            outsider.execute("ROLLBACK")
        return store.accept(submission())

    task = asyncio.run(retry_while_unavailable(accept, 10, SystemRandom()))
    assert len(calls) == 3
    assert store.get("ann", task.id) == task


def test_gives_up_in_time(
    store: TaskStore, outsider: sqlite3.Connection, submission: Callable[..., Submission]
) -> None:
    began = monotonic()
    with pytest.raises(Unavailable):
        asyncio.run(retry_while_unavailable(lambda: store.accept(submission()), 0.5, SystemRandom()))
    assert monotonic() - began < 2
    outsider.execute("ROLLBACK")
