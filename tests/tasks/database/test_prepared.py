from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import bindparam, insert, select, update

from keyreel.errors import Unavailable
from keyreel.tasks.database.prepared import PreparedStatement
from keyreel.tasks.database.sqlite import SqliteDatabase as Database
from keyreel.tasks.database.tables import TENANTS

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
INSERT = PreparedStatement(insert(TENANTS), columns=("name", "notes", "created"))
SELECT = PreparedStatement(
    select(TENANTS.c.notes, TENANTS.c.created, TENANTS.c.disabled)
    .where(TENANTS.c.name != "default", TENANTS.c.name <= bindparam("last"))
    .order_by(TENANTS.c.name)
)


def test_reads_what_was_written_with_the_types_of_its_columns(database: Database) -> None:
    rows = [{"name": name, "notes": f"of {name}", "created": NOON} for name in "abc"]
    with database.write() as connection:
        INSERT.run(connection, rows[0])
        INSERT.run_many(connection, rows[1:])
    with database.read() as connection:
        assert SELECT.names == ("notes", "created", "disabled")
        assert SELECT.fetch_one(connection, {"last": "b"}) == ("of a", NOON, None)
        assert SELECT.fetch_all(connection, {"last": "b"}) == [("of a", NOON, None), ("of b", NOON, None)]
        assert SELECT.fetch_one(connection, {"last": "A"}) is None


def test_writes_and_reads_the_same_as_the_statement_run_by_sqlalchemy(database: Database) -> None:
    disable = update(TENANTS).where(TENANTS.c.name == "b").values(disabled=bindparam("since"))
    with database.write() as connection:
        for name in "ab":
            connection.execute(insert(TENANTS), {"name": name, "notes": "", "created": NOON})
        PreparedStatement(disable).run(connection, {"since": NOON})
        found = connection.execute(select(TENANTS.c.disabled).order_by(TENANTS.c.name)).scalars().all()
        assert SELECT.fetch_all(connection, {"last": "z"}) == [("", NOON, None), ("", NOON, NOON)]
    assert found == [None, NOON]


def test_a_failed_one_undoes_its_whole_transaction(database: Database) -> None:
    row = {"name": "a", "notes": "", "created": NOON}
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)), database.write() as connection:
        INSERT.run_many(connection, [row, row])
    with database.read() as connection:
        assert SELECT.fetch_all(connection, {"last": "z"}) == []


@pytest.mark.sqlite
def test_a_database_without_its_tables_is_unavailable(tmp_path: Path) -> None:
    database = Database(tmp_path / "empty.db")
    with pytest.raises(Unavailable), database.read() as connection:
        SELECT.fetch_one(connection, {"last": "z"})
    database.close()
