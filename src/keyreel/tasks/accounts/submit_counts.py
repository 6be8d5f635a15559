"""Submits counted by all processes on a shared database, and the rate limits that they are held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from keyreel.tasks.accounts.quotas import OwnerQuotas, quotas_from_row
from keyreel.tasks.database.postgres.submit_counts import count_submit

if TYPE_CHECKING:
    from keyreel.tasks.accounts.quotas import Quotas
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.database.prepared import RowValues

_SECONDS_KEPT: Final = 61
"""A second counts until no part of it lies within the last minute."""


@dataclass(frozen=True, slots=True)
class OwnerRate:
    """How many submits of an owner with a rate limit all processes have counted in the last minute."""

    owner: OwnerQuotas
    limit: int
    recent: int
    next_seconds: int
    """When one more is allowed, or one more than now."""
    is_counted: bool
    """Whether this submit is one of them: if not, it is one too many."""


@dataclass(frozen=True, slots=True)
class CountedSubmit:
    """The quotas of a submit's key and tenant, and the rates of those which have a limit."""

    quotas: tuple[OwnerQuotas, OwnerQuotas]
    rates: tuple[OwnerRate, ...]


def count_shared_submit(
    database: Database, tenant: str, key_id: str, default_quotas: Quotas
) -> CountedSubmit:
    """Count a submit for all processes, and return the quotas it is held against, in one statement.

    What a key has not set is as in `default_quotas`. A submit that one owner's limit does not allow counts
    against none.

    Raises:
        Unavailable: the database cannot do it now.
    """
    parameters = {"tenant": tenant, "key_id": key_id, "usual": default_quotas.rpm or 0}
    with database.read() as connection:  # one statement, and so a transaction of its own
        rows = count_submit(connection, parameters)
    quotas = (
        OwnerQuotas("key", key_id, quotas_from_row(rows[0], "key_").or_else(default_quotas)),
        OwnerQuotas("tenant", tenant, quotas_from_row(rows[0], "tenant_")),
    )
    by_kind = {owner.owner_kind: owner for owner in quotas}
    rates = [_build_rate(by_kind[row["kind"]], row) for row in rows if row["kind"] is not None]
    return CountedSubmit(quotas, tuple(rates))


def _build_rate(owner: OwnerQuotas, row: RowValues) -> OwnerRate:
    now, limit = int(row["now"]), int(row["most"])
    kept = [each for each in _list_submits(row) if now - _SECONDS_KEPT < each[0] < now + _SECONDS_KEPT]
    recent = sum(submits for _, submits in kept)
    # As many have to leave the minute until one more is allowed.
    surplus, oldest = max(0, recent - limit), now
    for second, submits in kept:
        oldest = second
        if surplus < submits:
            break
        surplus -= submits
    return OwnerRate(owner, limit, recent, max(1, oldest + _SECONDS_KEPT - now), bool(row["is_counted"]))


def _list_submits(row: Any) -> list[tuple[int, int]]:
    return sorted(zip(row["seconds"] or (), row["submits"] or (), strict=True))
