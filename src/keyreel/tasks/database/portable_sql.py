"""SQL that databases spell differently, as statements and functions of SQLAlchemy. It opens no database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Double
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy import Column, Insert, Table
    from sqlalchemy.sql.compiler import SQLCompiler


class epoch(FunctionElement[float]):  # noqa: N801 - reads as the SQL function it stands for
    """The database's own clock: seconds since 1970, with a fraction."""

    type = Double()
    inherit_cache = True


@compiles(epoch, "sqlite")
def _epoch_sqlite(element: epoch, compiler: SQLCompiler, **_: Any) -> str:
    del element, compiler
    return "((julianday('now') - 2440587.5) * 86400.0)"


def insert_if_absent(table: Table) -> Insert:
    """Insert a row unless one with its primary key exists; then the result's `rowcount` is 0."""
    return insert(table).on_conflict_do_nothing()


def insert_or_add(table: Table, key: Column[Any], amount: Column[Any]) -> Insert:
    """Insert a row, or add its amount to that of the row which has its key; other columns stay then."""
    statement = insert(table)
    return statement.on_conflict_do_update(
        index_elements=[key], set_={amount.name: amount + statement.excluded[amount.name]}
    )
