"""Types of columns: how times and lists of sentences are written in every database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Column, Text, TypeDecorator, type_coerce

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware time as whole microseconds since 1970: exact and sortable in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Write a time."""
        del dialect
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read a time."""
        del dialect
        return None if value is None else _EPOCH + value * _MICROSECOND


def add_interval(instant: Column[datetime], interval: timedelta) -> ColumnElement[datetime]:
    """Add an interval to an Instant, in the database: both are whole microseconds there."""
    return type_coerce(type_coerce(instant, BigInteger) + interval // _MICROSECOND, Instant)


class SentenceList(TypeDecorator[tuple[str, ...]]):
    """Sentences for people, as a JSON list."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        """Write sentences."""
        del dialect
        return json.dumps(value or (), ensure_ascii=False)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...]:
        """Read sentences."""
        del dialect
        return tuple(json.loads(value or "[]"))
