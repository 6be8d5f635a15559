"""Tables of refusals: the status and code that a dialect gives to each domain error, read both ways.

A task that failed shows the code with which the same fault is refused where it is found at the submit.
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
    """The codes of what ends a task and is no answer to a request; they go before those of refusals."""

_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class ErrorMapping:
    """One error in one dialect."""

    error_class: type[Refusal]
    status: int
    code: str


def find_error_mapping(table: tuple[ErrorMapping, ...], error: Refusal) -> ErrorMapping:
    """Return the row of the error's class, or of the nearest one above it. The table ends with Refusal."""
    rows = {row.error_class: row for row in table}
    return next(rows[error_class] for error_class in type(error).__mro__ if error_class in rows)


def find_error(
    table: tuple[ErrorMapping, ...], status_and_code: tuple[int, str], message: str, field: str
) -> Refusal | None:
    """Return the domain's error behind an answer's status and code, None where the table lacks them."""
    for row in table:
        if (row.status, row.code) == status_and_code:
            error = row.error_class(message)
            error.field = field
            return error
    return None


def find_failure_code(task: Task, refusals: tuple[ErrorMapping, ...], endings: FailureCodes) -> str:
    """Return the code of what ended a task that failed or was cancelled; "" for any other.

    It is that of the nearest class above where the error has none. `endings` has one for KeyreelError.
    """
    if task.state not in {TaskState.FAILED, TaskState.CANCELLED}:
        return ""
    codes = {row.error_class: row.code for row in refusals} | dict(endings)
    return next(codes[each] for each in _get_failure_class(task).__mro__ if each in codes)


def _get_failure_class(task: Task) -> type[KeyreelError]:
    """Return the class of the error that ended a task; rows of other versions may name others."""
    usual = errors.Cancelled if task.state is TaskState.CANCELLED else errors.RenderFailed
    found: object = getattr(errors, task.fault, usual)
    return found if isinstance(found, type) and issubclass(found, KeyreelError) else usual


def truncate_message(error: Refusal) -> str:
    """Return the message, short enough for every client."""
    return error.message if len(error.message) <= _LONGEST else error.message[: _LONGEST - 1] + "…"
