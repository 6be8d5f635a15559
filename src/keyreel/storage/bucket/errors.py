"""Turns what an object store refuses into the domain's `Unavailable`; the log tells an operator the cause."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import structlog
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from keyreel.errors import Unavailable
from keyreel.storage.passing_faults import translate_passing_faults

if TYPE_CHECKING:
    from collections.abc import Generator

_RETRY_SECONDS: Final = 10
_LOGGED_CHARS: Final = 300
_NO_ANSWER: Final = "The file store does not respond: try again soon."
_DENIED: Final = (
    "The file store denies access: the operator must check its credentials and their permissions."
)
_NO_BUCKET: Final = "The bucket in the settings does not exist in the file store."
_METADATA_SERVICE: Final = "://169.254.169.254"
"""Where obstore asks for keys when none are set: a cloud's own machines find some there."""
_NO_KEYS: Final = "The credentials of the file store are not set."

_STATUS: Final = re.compile(r"non-2xx status code: ([0-9]{3})", re.ASCII)
_DENIALS: Final = {"401", "403"}
_NOT_FOUND: Final = "404"

_log = structlog.stdlib.get_logger(__name__)


@contextmanager
def translate_store_errors() -> Generator[None]:
    """Turn the errors of an object store into Unavailable. A file that is missing must be caught inside.

    Raises:
        Unavailable: it did not do what it was asked.
    """
    try:
        with translate_passing_faults():
            yield
    except (BaseError, FileNotFoundError) as error:
        detail = str(error).partition("\n")[0]
        _log.warning("object store failed", error=type(error).__name__, detail=detail[:_LOGGED_CHARS])
        raise Unavailable(_phrase(error, detail), retry_after_seconds=_RETRY_SECONDS) from error


def is_setting_at_fault(error: Unavailable) -> bool:
    """Say whether waiting would not help: the bucket or the keys are wrong."""
    return error.message in {_DENIED, _NO_BUCKET, _NO_KEYS}


def _phrase(error: Exception, detail: str) -> str:
    if _METADATA_SERVICE in detail:
        return _NO_KEYS
    # Of a failed listing obstore tells the status in its text alone.
    status = _STATUS.search(detail)
    denied = isinstance(error, PermissionDeniedError | UnauthenticatedError)
    if denied or (status and status[1] in _DENIALS):
        return _DENIED
    # A listing of nothing is empty: where that is not found, the bucket is not.
    if isinstance(error, FileNotFoundError) or (status and status[1] == _NOT_FOUND):
        return _NO_BUCKET
    return _NO_ANSWER
