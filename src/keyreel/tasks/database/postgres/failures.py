"""What an error of Postgres means: whether to try again, at once or later. It opens no database."""

from __future__ import annotations

from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from keyreel.errors import Unavailable

_UNAVAILABLE: Final = (
    "08",  # the connection was lost or never came about
    "53",  # too many clients, no memory, no room on the disk
    "57",  # stopped, restarted, or a statement that took too long
    "58",  # an error of the system below
)
"""Classes of SQLSTATE, the first two characters."""
_UNAVAILABLE_CODES: Final = frozenset(
    {
        "25P02",  # the transaction was ended by what came before
        "25P03",  # idle in a transaction for too long: this process was frozen
        "25P04",  # a transaction that took too long
        "25006",  # a standby, which takes no writes
        "55P03",  # a lock that was waited for too long
        "XX001",  # damaged rows
        "XX002",  # a damaged index
    }
)
_CONTENDED_CODES: Final = frozenset(
    {
        "40001",  # a serialisation failure
        "40P01",  # a deadlock, of which this transaction was the victim
    }
)
_DAMAGE_CODES: Final = ("XX001", "XX002")


class Contended(Unavailable):
    """The transaction met another one, and nothing of it was written: it may be tried again at once."""


def translate(error: BaseException) -> Unavailable | None:
    """Return what an error of the database's own means; None where a statement was wrong."""
    if isinstance(error, PoolTimeout):
        return Unavailable()
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error):
        return None
    code = cause.sqlstate or ""
    if code in _CONTENDED_CODES:
        return Contended()
    if code in _UNAVAILABLE_CODES or code[:2] in _UNAVAILABLE:
        return Unavailable()
    # Without a code, it is the connection that failed and not what was asked for.
    if not code and isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return Unavailable()
    return None


def find_damage(error: BaseException) -> str:
    """Return what is damaged; empty where it is something else."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.Error) and cause.sqlstate in _DAMAGE_CODES:
        return str(cause).splitlines()[0]
    return ""
