"""What is kept of rows that are read often, and that nothing committed anywhere is missed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import bindparam, insert, select, update

from keyreel.clock import SystemClock
from keyreel.tasks.database.prepared import PreparedQuery
from keyreel.tasks.database.sqlite import DATABASE_FILE
from keyreel.tasks.database.sqlite import SqliteDatabase as Database
from keyreel.tasks.database.tables import TENANTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

pytestmark = pytest.mark.sqlite

ONE_OF_MANY = 1100


@dataclass(frozen=True)
class _Noted:
    notes: str
    created: datetime


FIND_NOTED: Final = PreparedQuery(
    select(TENANTS.c.notes, TENANTS.c.created).where(
        TENANTS.c.name == bindparam("name"), TENANTS.c.created >= bindparam("since")
    ),
    lambda row: _Noted(row["notes"], row["created"]),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / DATABASE_FILE)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def created(database: Database) -> datetime:
    now = SystemClock().now()
    with database.write() as connection:
        connection.execute(insert(TENANTS), {"name": "a", "notes": "first", "created": now})
    return now


def test_values_are_those_that_sqlalchemy_reads_and_writes(database: Database, created: datetime) -> None:
    assert database.find(FIND_NOTED, {"name": "a", "since": created}) == _Noted("first", created)


def test_a_row_is_read_once_until_the_next_commit(database: Database, created: datetime) -> None:
    parameters = {"name": "a", "since": created}
    kept = database.find(FIND_NOTED, parameters)
    assert database.find(FIND_NOTED, parameters) is kept
    with database.write() as connection:
        connection.execute(update(TENANTS).values(notes="second"))
        assert database.find(FIND_NOTED, parameters) is kept
    assert database.find(FIND_NOTED, parameters) == _Noted("second", created)


def test_what_was_not_there_is_found_once_it_is(database: Database, created: datetime) -> None:
    parameters = {"name": "b", "since": created}
    assert database.find(FIND_NOTED, parameters) is None
    with database.write() as connection:
        connection.execute(insert(TENANTS), {"name": "b", "notes": "", "created": created})
    assert database.find(FIND_NOTED, parameters) == _Noted("", created)


def test_a_commit_of_another_process_is_seen_at_once(
    database: Database, created: datetime, tmp_path: Path
) -> None:
    parameters = {"name": "a", "since": created}
    assert database.find(FIND_NOTED, parameters) == _Noted("first", created)
    script = "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).execute(sys.argv[2])"
    statement = "UPDATE tenants SET notes = 'elsewhere'"
    subprocess.run([sys.executable, "-c", script, tmp_path / DATABASE_FILE, statement], check=True)
    assert database.find(FIND_NOTED, parameters) == _Noted("elsewhere", created)


def test_long_texts_are_read_each_time_so_that_they_take_no_memory(
    database: Database, created: datetime
) -> None:
    with database.write() as connection:
        connection.execute(update(TENANTS).values(notes="x" * 20_000))
    parameters = {"name": "a", "since": created}
    found = database.find(FIND_NOTED, parameters)
    assert found is not None
    assert len(found.notes) == 20_000
    assert database.find(FIND_NOTED, parameters) is not found


def test_questions_without_end_do_not_fill_the_memory(database: Database, created: datetime) -> None:
    first = database.find(FIND_NOTED, {"name": "a", "since": created})
    for number in range(ONE_OF_MANY):
        assert database.find(FIND_NOTED, {"name": f"stranger {number}", "since": created}) is None
    again = database.find(FIND_NOTED, {"name": "a", "since": created})
    assert again == first
    assert again is not first
