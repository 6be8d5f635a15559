"""Error tables of dialects: the HTTP status and code for each of the domain's errors, looked up both ways.

A failed task shows the code of the error response that the same fault would get at the submit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel import errors
from keyreel.errors import KeyreelError
from keyreel.task import TaskState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.errors import Refusal
    from keyreel.task import Task

    FailureCodes = Mapping[type[KeyreelError], str]
    """Codes of errors that end tasks and are no error responses; they go before those of the table."""

_MAX_MESSAGE_CHARACTERS: Final = 1000
"""Clients are promised no more."""
_MAX_FIELD_CHARACTERS: Final = 200
"""Of a field's path, which holds names that a client made up."""


@dataclass(frozen=True, slots=True)
class ErrorMapping:
    """One row of a dialect's error table.

    Servers look up the error's class, or the nearest class above it that has a row. Clients look up status
    and code, and take the first row that has both. So a table ends with `Refusal`, and where several errors
    share a code, the one that clients are to read stands first:

        (
            ErrorMapping(errors.InvalidRequest, 400, "invalid_value"),
            ErrorMapping(errors.MissingField, 400, "missing_parameter"),  # a subclass of InvalidRequest
            ErrorMapping(errors.Refusal, 400, "bad_request"),  # all others
        )
    """

    error_class: type[Refusal]
    status: int
    """The HTTP status."""
    code: str
    """The format's own word or number for the error."""


def find_error_mapping(table: tuple[ErrorMapping, ...], error: Refusal) -> ErrorMapping:
    """Return the row of the error's class, or of the nearest class above it; the last of several."""
    rows = {row.error_class: row for row in table}
    return next(rows[error_class] for error_class in type(error).__mro__ if error_class in rows)


def find_error(
    table: tuple[ErrorMapping, ...], status_and_code: tuple[int, str], message: str, field: str
) -> Refusal | None:
    """Return the domain's error behind a response's status and code, None where the table lacks them."""
    for row in table:
        if (row.status, row.code) == status_and_code:
            error = row.error_class(message)
            error.field = field
            return error
    return None


def find_failure_code(task: Task, table: tuple[ErrorMapping, ...], failure_codes: FailureCodes) -> str:
    """Return the code of the error that ended a task; "" for a task that has not failed or been cancelled.

    An error without a code has that of the nearest class above it, so `failure_codes` needs KeyreelError.
    """
    if task.state not in {TaskState.FAILED, TaskState.CANCELLED}:
        return ""
    codes = {row.error_class: row.code for row in table} | dict(failure_codes)
    return next(codes[each] for each in _get_failure_class(task).__mro__ if each in codes)


def _get_failure_class(task: Task) -> type[KeyreelError]:
    """Return the class of the error that ended a task; rows of other versions may name others."""
    usual = errors.Cancelled if task.state is TaskState.CANCELLED else errors.RenderFailed
    found: object = getattr(errors, task.fault, usual)
    return found if isinstance(found, type) and issubclass(found, KeyreelError) else usual


def truncate_message(error: Refusal) -> str:
    """Return the error's message, short enough for every client."""
    message = error.message
    return (
        message if len(message) <= _MAX_MESSAGE_CHARACTERS else message[: _MAX_MESSAGE_CHARACTERS - 1] + "…"
    )


def truncate_field(error: Refusal) -> str:
    """Return the path of the field that the error names, short enough for every client; empty for none."""
    return error.field[:_MAX_FIELD_CHARACTERS]
