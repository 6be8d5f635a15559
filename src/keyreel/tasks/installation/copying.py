"""Copying an installation's tables into an empty database, and comparing both afterwards, row by row."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import delete, func, insert, select

from keyreel.errors import InvalidSetting, KeyreelError
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.audit.reading import check_chain
from keyreel.tasks.database.portable_sql import continue_numbering
from keyreel.tasks.database.tables import API_KEYS, AUDIT, METADATA, POSTINGS, TASKS, TENANTS
from keyreel.tasks.installation.tables import SEALED_SECRETS, SUBMIT_COUNTS, WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Table

    from keyreel.tasks.database.connection import Database

_BATCH: Final = 500
"""Rows of one statement; a row of tasks may have megabytes."""
_FILLED_BY_USE: Final = (TASKS, TENANTS, API_KEYS, AUDIT, POSTINGS, SEALED_SECRETS)
"""Tables that no migration puts rows into: an installation that was ever started has some."""
_NOT_COPIED: Final = (WORKERS, SUBMIT_COUNTS)
"""Workers announce themselves again, and a limit that begins anew with a move does no harm."""
_DIGEST_RANGE: Final = 1 << 256


class CopyFailed(KeyreelError):
    """The copy is not what it was copied from."""


class TableDigest(NamedTuple):
    """The rows of a table: how many, and the sum of their digests, which knows no order."""

    rows: int
    digest: int


def copy_tables(source: Database, target: Database) -> dict[str, int]:
    """Copy all tables into an empty database, in one transaction; return how many rows each has.

    Where anything fails, the target is as empty as before.

    Raises:
        InvalidSetting: the target is not empty.
        CopyFailed: its rows, its ledger or its audit log are not those of the source.
    """
    tables = [table for table in METADATA.sorted_tables if table not in _NOT_COPIED]
    with source.snapshot() as reading, target.write() as writing:
        for table in _FILLED_BY_USE:
            _require_empty(writing, table)
        for table in reversed(tables):
            if table not in _FILLED_BY_USE:
                writing.execute(delete(table))  # what the migrations put there
        for table in tables:
            for batch in _iterate_batches(reading, table):
                writing.execute(insert(table), batch)
            continue_numbering(writing, table)
        copied = {table.name: _compare_table(reading, writing, table) for table in tables}
    _check_ledger_and_audit(target)
    return copied


def _require_empty(connection: Connection, table: Table) -> None:
    if connection.execute(select(func.count()).select_from(table)).scalar_one():
        raise InvalidSetting(f"--to: must be an empty database; its table {table.name} has rows.")


def _iterate_batches(connection: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    rows = connection.execution_options(yield_per=_BATCH).execute(select(table)).mappings()
    for batch in rows.partitions(_BATCH):
        yield [{str(name): value for name, value in row.items()} for row in batch]


def _compare_table(source: Connection, target: Connection, table: Table) -> int:
    there, here = _compute_digest(source, table), _compute_digest(target, table)
    if there != here:
        raise CopyFailed(
            f"The table {table.name} has {here.rows} rows that are not the {there.rows} of the source: "
            "nothing was copied."
        )
    return here.rows


def _compute_digest(connection: Connection, table: Table) -> TableDigest:
    # Not in the order of any column: databases sort texts by different rules.
    count = total = 0
    for row in connection.execution_options(yield_per=_BATCH).execute(select(table)):
        count += 1
        total += int.from_bytes(sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest(), "big")
    return TableDigest(count, total % _DIGEST_RANGE)


def _check_ledger_and_audit(target: Database) -> None:
    """Check what only the whole shows: that the ledger adds up and the audit log is whole."""
    if not audit_ledger(target).is_balanced:
        raise CopyFailed("The ledger of the copy does not add up: run `keyreel ledger verify`.")
    chain = check_chain(target)
    if not chain.is_whole:
        raise CopyFailed(f"The audit log of the copy is not intact: {chain.problems[0]}")
