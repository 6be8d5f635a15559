"""Databases as earlier versions left them: with the tables of then, and rows that these tables can hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql

import keyreel.tasks.database

if TYPE_CHECKING:
    from sqlalchemy import Connection


def migrate_to(connection: Connection, version: str) -> None:
    """Bring an empty database to the tables of a version, in the transaction of this connection."""
    folder = Path(next(iter(keyreel.tasks.database.__path__))) / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def copy_rows(source: str, target: str) -> None:
    """Copy the rows of a Postgres database into older tables, which take of each row what they know."""
    with psycopg.connect(source) as reading, psycopg.connect(target) as writing:
        # Neither foreign keys nor the triggers that protect the audit log mind the order of the tables.
        writing.execute("SET session_replication_role = replica")
        for table, columns in _list_columns(writing).items():
            known = sql.SQL(", ").join(map(sql.Identifier, columns))
            rows = reading.execute(sql.SQL("SELECT {} FROM {}").format(known, sql.Identifier(table)))
            places = sql.SQL(", ").join([sql.Placeholder()] * len(columns))
            insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), known, places)
            writing.cursor().executemany(insert, rows.fetchall())
        writing.execute("SELECT setval('postings_id_seq', max(id)) FROM postings")


def _list_columns(connection: psycopg.Connection) -> dict[str, list[str]]:
    found = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY ordinal_position"
    )
    columns: dict[str, list[str]] = {}
    for table, column in found:
        columns.setdefault(table, []).append(column)
    return columns
