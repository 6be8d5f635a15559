from __future__ import annotations

import asyncio
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import Unavailable
from keyreel.tasks.database.sqlite import SqliteDatabase as Database
from keyreel.tasks.database.writer import DatabaseWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

PATIENCE_SECONDS = 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def writer(file: Path) -> Iterator[DatabaseWriter]:
    database = Database(file)
    database.migrate()
    opened = DatabaseWriter(database)
    yield opened
    opened.close()
    database.close()


def add(name: str) -> Callable[[Connection], str]:
    def insert(connection: Connection) -> str:
        connection.exec_driver_sql("INSERT INTO tenants (name, notes, created) VALUES (?, '', 1)", (name,))
        return name

    return insert


def stored(file: Path) -> list[str]:
    """Read as another process does: only what is committed is seen."""
    with sqlite3.connect(file) as connection:
        names = connection.execute("SELECT name FROM tenants WHERE name <> 'default' ORDER BY name")
        found = [name for (name,) in names]
    connection.close()
    return found


class Gate:
    """A change that holds its transaction open, so that what comes meanwhile waits for the next one."""

    def __init__(self) -> None:
        self.entered, self._opened = threading.Event(), threading.Event()

    def __call__(self, _: Connection) -> None:
        self.entered.set()
        assert self._opened.wait(PATIENCE_SECONDS)

    def open(self) -> None:
        self._opened.set()


async def commit_behind_a_gate(
    writer: DatabaseWriter, changes: list[Callable[[Connection], object]]
) -> list[object]:
    """Commit these changes as one group; return their results and errors."""
    gate = Gate()
    first = asyncio.ensure_future(writer.commit(gate))
    await asyncio.to_thread(gate.entered.wait, PATIENCE_SECONDS)
    waiting = [asyncio.ensure_future(writer.commit(change)) for change in changes]
    await asyncio.sleep(0)
    gate.open()
    await first
    return list(await asyncio.gather(*waiting, return_exceptions=True))


def test_a_change_is_on_disk_when_its_caller_is_told(writer: DatabaseWriter, file: Path) -> None:
    assert asyncio.run(writer.commit(add("a"))) == "a"
    assert stored(file) == ["a"]


def test_changes_that_wait_together_share_a_transaction(writer: DatabaseWriter, file: Path) -> None:
    def transaction(connection: Connection) -> object:
        return connection.get_transaction()

    names = [f"t{number}" for number in range(10)]
    found = asyncio.run(commit_behind_a_gate(writer, [*map(add, names), transaction, transaction]))
    assert found[:10] == names
    assert found[10] is found[11] is not None
    assert stored(file) == names


def test_a_change_that_fails_undoes_itself_alone(writer: DatabaseWriter, file: Path) -> None:
    def fail(connection: Connection) -> None:
        add("undone")(connection)
        raise KeyError("mine")

    found = asyncio.run(commit_behind_a_gate(writer, [add("a"), fail, add("b")]))
    assert (found[0], found[2]) == ("a", "b")
    assert isinstance(found[1], KeyError)
    assert stored(file) == ["a", "b"]


def test_a_group_that_cannot_be_committed_is_told_so_as_a_whole(writer: DatabaseWriter, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def commit_three() -> list[object]:
        changes = (writer.commit(add(name)) for name in "abc")
        return list(await asyncio.gather(*changes, return_exceptions=True))

    assert [type(each) for each in asyncio.run(commit_three())] == [Unavailable] * 3
    other.close()
    assert stored(file) == []
    assert asyncio.run(writer.commit(add("a"))) == "a"


def test_a_caller_that_went_away_disturbs_nobody(writer: DatabaseWriter, file: Path) -> None:
    async def cancel_one() -> str:
        gate = Gate()
        first = asyncio.ensure_future(writer.commit(gate))
        await asyncio.to_thread(gate.entered.wait, PATIENCE_SECONDS)
        left = asyncio.ensure_future(writer.commit(add("left")))
        stayed = asyncio.ensure_future(writer.commit(add("stayed")))
        await asyncio.sleep(0)
        left.cancel()
        gate.open()
        await first
        return await stayed

    assert asyncio.run(cancel_one()) == "stayed"
    assert stored(file) == ["left", "stayed"]


def test_what_waits_at_the_end_is_committed(writer: DatabaseWriter, file: Path) -> None:
    async def close_behind_a_gate() -> list[str]:
        gate = Gate()
        first = asyncio.ensure_future(writer.commit(gate))
        await asyncio.to_thread(gate.entered.wait, PATIENCE_SECONDS)
        waiting = [asyncio.ensure_future(writer.commit(add(name))) for name in "ab"]
        await asyncio.sleep(0)
        gate.open()
        await asyncio.to_thread(writer.close)
        await first
        return list(await asyncio.gather(*waiting))

    assert asyncio.run(close_behind_a_gate()) == ["a", "b"]
    assert stored(file) == ["a", "b"]


def test_calls_and_changes_keep_the_order_of_asking(writer: DatabaseWriter, file: Path) -> None:
    async def ask() -> list[object]:
        gate = Gate()
        first = asyncio.ensure_future(writer.commit(gate))
        await asyncio.to_thread(gate.entered.wait, PATIENCE_SECONDS)
        seen = (
            writer.commit(add("a")),
            writer.run(lambda: stored(file)),
            writer.commit(add("b")),
            writer.run(lambda: stored(file)),
        )
        waiting = [asyncio.ensure_future(each) for each in seen]
        await asyncio.sleep(0)
        gate.open()
        await first
        return list(await asyncio.gather(*waiting))

    assert asyncio.run(ask()) == ["a", ["a"], "b", ["a", "b"]]


def test_what_a_call_raises_goes_to_its_caller(writer: DatabaseWriter) -> None:
    def fail() -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        asyncio.run(writer.run(fail))
    assert asyncio.run(writer.run(lambda: 1)) == 1
