"""Tables of refusals: the status and code that a dialect gives to each domain error, read both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from keyreel.errors import Refusal

_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One error in one dialect."""

    kind: type[Refusal]
    status: int
    code: str


def row_of(table: tuple[Row, ...], error: Refusal) -> Row:
    """Return the row of the error's class, or of the nearest one above it. The table ends with Refusal."""
    rows = {row.kind: row for row in table}
    return next(rows[kind] for kind in type(error).__mro__ if kind in rows)


def error_of(table: tuple[Row, ...], answer: tuple[int, str], message: str, field: str) -> Refusal | None:
    """Return the domain's error behind an answer's status and code, None where the table lacks them."""
    for row in table:
        if (row.status, row.code) == answer:
            error = row.kind(message)
            error.field = field
            return error
    return None


def sentence(error: Refusal) -> str:
    """Return the message, short enough for every client."""
    return error.message if len(error.message) <= _LONGEST else error.message[: _LONGEST - 1] + "…"
