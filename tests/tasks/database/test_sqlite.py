from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from keyreel.errors import Unavailable
from keyreel.tasks.database.portable_sql import epoch
from keyreel.tasks.database.sqlite import SqliteDatabase as Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.sqlite


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "a.db")
    opened.migrate()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("synchronous", 2), ("foreign_keys", 1), ("journal_mode", "wal"), ("mmap_size", 0)],
)
def test_writes_are_as_durable_as_sqlite_can(database: Database, pragma: str, value: object) -> None:
    with database.write() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_reader_waits_for_no_writer_and_sees_what_was_committed(database: Database) -> None:
    count = "SELECT count(*) FROM tenants WHERE name = 'a'"
    with database.write() as writing:
        writing.exec_driver_sql("INSERT INTO tenants (name, notes, created) VALUES ('a', '', 1)")
        with database.read() as reading:
            assert reading.exec_driver_sql(count).scalar() == 0
    with database.read() as reading:
        assert reading.exec_driver_sql(count).scalar() == 1


def test_a_block_that_fails_writes_nothing(database: Database) -> None:
    insert = "INSERT INTO api_keys (id, tenant, name, sha256, created) VALUES ('a', 'a', '', 'a', 1)"
    with pytest.raises(IntegrityError):
        _twice(database, insert)
    with database.write() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM api_keys").scalar() == 0


def _twice(database: Database, statement: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql(statement)


def test_a_step_needs_its_task(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO steps VALUES (1, 'shot', 'a')")


def test_tells_the_databases_own_time(database: Database) -> None:
    with database.read() as connection:
        now = connection.execute(select(epoch())).scalar_one()
    assert abs(now - time.time()) < 5  # noqa: TID251 - the machine's clock is what the database reads


def test_reads_go_on_while_somebody_else_holds_the_write_lock(database: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as outsider:
        outsider.execute("BEGIN IMMEDIATE")
        with database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM tasks").scalar() == 0
        with pytest.raises(Unavailable), database.write():
            pass


def test_a_closed_database_is_one_file_that_holds_everything(tmp_path: Path) -> None:
    opened = Database(tmp_path / "a.db")
    opened.migrate()
    with opened.write() as connection:
        connection.exec_driver_sql("INSERT INTO tenants (name, notes, created) VALUES ('a', '', 1)")
    with opened.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    opened.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]
