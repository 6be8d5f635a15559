"""Databases of earlier versions, brought up to date: nobody loses a right or a task."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import InvalidSetting
from keyreel.task import TaskId
from keyreel.tasks.accounts.api_keys import DEFAULT_SCOPES, ApiKeyStore
from keyreel.tasks.accounts.ledger_audit import audit_ledger, list_usage
from keyreel.tasks.accounts.quotas import Quotas
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.database import migrations
from keyreel.tasks.database.sqlite import DATABASE_FILE
from keyreel.tasks.database.sqlite import SqliteDatabase as Database
from keyreel.tasks.store import TaskStore
from support.older_tables import migrate_to

if TYPE_CHECKING:
    from keyreel.testing import ManualClock

pytestmark = pytest.mark.sqlite

SHA256 = "7b6f1e8ad2df1e5e8f1e5a4dc3fd1b0b0000000000000000000000000000dead"


def at_version(file: Path, version: str) -> Path:
    """Make a database as that version left it."""
    with closing(Database(file)) as database, database.write() as connection:
        migrate_to(connection, version)
    return file


def fill(file: Path, table: str, **values: object) -> None:
    """Insert a row, empty where nothing is said."""
    with closing(sqlite3.connect(file)) as connection, connection:
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        for _, name, kind, needed, default, _ in columns:
            if needed and default is None and name not in values:
                values[name] = "" if kind == "TEXT" else 0
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608 - our own names


@pytest.mark.parametrize("version", ["0003", "0004", "0005"])
def test_who_had_a_key_or_a_task_is_a_tenant_with_the_same_rights(
    tmp_path: Path, clock: ManualClock, version: str
) -> None:
    file = at_version(tmp_path / DATABASE_FILE, version)
    fill(file, "api_keys", id="key_1", tenant="studio", sha256=SHA256, created=5_000_000)
    fill(file, "tasks", id=1, tenant="default", key_id="environment", state="cancelled", created=7_000_000)
    fill(file, "tasks", id=2, tenant="studio", key_id="key_1", state="cancelled", created=3_000_000)
    store = TaskStore.open(tmp_path, clock, SystemRandom())
    try:
        known = {each.name: each.created.timestamp() for each in TenantStore(store.database, clock).list()}
        assert known == {"default": 7, "studio": 3}
        (key,) = ApiKeyStore(store.database, clock, SystemRandom()).list()
        assert (key.scopes, key.quotas) == (DEFAULT_SCOPES, Quotas())
        assert [each.task_id for each in list_usage(store.database)] == ["1", "2"]
        # Before the fourth there were no books: their tasks have entries of nothing since.
        assert audit_ledger(store.database).is_balanced is (version == "0003")
    finally:
        store.close()


def test_off_peak_tasks_that_wait_get_the_deadline_they_were_promised(
    tmp_path: Path, clock: ManualClock
) -> None:
    file = at_version(tmp_path / DATABASE_FILE, "0006")
    common = {"tenant": "default", "key_id": "environment", "notes": "[]", "off_peak": 1}
    fill(file, "tasks", id=1, state="queued", created=5_000_000, **common)
    fill(file, "tasks", id=2, state="failed", created=5_000_000, finished=6_000_000, **common)
    store = TaskStore.open(tmp_path, clock, SystemRandom())
    try:
        deadlines = {task.id: task.deadline for task in store.list()}
        assert deadlines[TaskId("2")] is None
        waiting = deadlines[TaskId("1")]
        assert waiting is not None
        assert waiting.timestamp() == 5 + 48 * 3600
    finally:
        store.close()


def test_grants_that_were_made_before_are_not_made_again(tmp_path: Path, clock: ManualClock) -> None:
    file = at_version(tmp_path / DATABASE_FILE, "0009")
    fill(file, "tenants", name="studio", created=5_000_000)
    fill(file, "accounts", name="tenant:studio:free", balance=50, prepaid=1)
    posted = {"txn": "grant-invoice-7", "kind": "grant", "created": 6_000_000}
    fill(file, "postings", id=1, account="grants", amount=-50, **posted)
    fill(file, "postings", id=2, account="tenant:studio:free", amount=50, **posted)
    store = TaskStore.open(tmp_path, clock, SystemRandom())
    try:
        tenant, outcome = TenantStore(store.database, clock).grant("studio", 50, "invoice-7")
        assert (tenant.credits, outcome.replayed, outcome.grant.created.timestamp()) == (50, True, 6)
    finally:
        store.close()


def test_what_an_older_node_writes_fits_newer_tables_since_nodes_share_a_database(tmp_path: Path) -> None:
    versions = [f"{number:04}" for number in range(15, int(get_newest_version()) + 1)]
    older = list_columns(at_version(tmp_path / DATABASE_FILE, versions[0]))
    for version in versions[1:]:
        newer = list_columns(at_version(tmp_path / DATABASE_FILE, version))
        assert older.keys() <= newer.keys(), f"{version} takes away what nodes of the version before use"
        tables = {table for table, _ in older}
        added = {column: is_needed for column, is_needed in newer.items() if column[0] in tables}
        needed = {column for column, is_needed in added.items() if is_needed} - older.keys()
        assert needed == set(), f"{version} needs what nodes of the version before do not write"
        older = newer


def get_newest_version() -> str:
    newest = max((Path(migrations.__file__).parent / "versions").glob("v*.py"))
    return newest.name[1:5]


def list_columns(file: Path) -> dict[tuple[str, str], bool]:
    """Return all columns by table and name, and whether a row must give them a value."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            'SELECT t.name, c.name, c."notnull" AND c.dflt_value IS NULL AND NOT c.pk '
            "FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'"
        )
        return {(table, column): bool(is_needed) for table, column, is_needed in rows}


def test_looking_brings_nothing_up_to_date(tmp_path: Path) -> None:
    file = at_version(tmp_path / DATABASE_FILE, "0004")
    before = file.read_bytes()
    with pytest.raises(InvalidSetting, match="a different version of Keyreel"):
        Database.open_read_only(file)
    assert file.read_bytes() == before


def test_what_is_no_database_cannot_be_looked_at(tmp_path: Path) -> None:
    file = tmp_path / DATABASE_FILE
    file.write_text("no database")
    with pytest.raises(InvalidSetting, match=r"keyreel\.db cannot be read"):
        Database.open_read_only(file)
