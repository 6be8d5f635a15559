"""Grants: credits that an operator gives a tenant, each under a name that is the tenant's own, once.

A tenant's first grant changes how it pays: from then on in advance.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from keyreel.errors import IdempotencyConflict, InvalidRequest
from keyreel.tasks.accounts.ledger import Ledger, get_free_account, get_held_account
from keyreel.tasks.database.tables import GRANTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Grant:
    """Credits that a tenant was given, or that were taken away where they are negative."""

    tenant: str
    txn: str
    """The operator's own name for it; another tenant may have one of the same name."""
    credits: int
    note: str
    created: datetime


@dataclass(frozen=True, slots=True)
class GrantOutcome:
    """What became of a grant."""

    grant: Grant
    replayed: bool = False
    """It was there already, as `grant` says: nothing was changed."""
    began_prepaid: bool = False
    """It was the tenant's first: it paid afterwards until then."""
    carried_over: int = 0
    """Credits that the tenant had used before its first grant, which stay outside its balance."""


def post_grant(connection: Connection, grant: Grant) -> GrantOutcome:
    """Post a grant unless it was posted before.

    The first begins a balance: what the tenant has used and owes is carried over to an account of its own;
    what its unfinished tasks hold is taken from the grant. So credits and held ones together are what was
    granted, and never below 0.

    Raises:
        IdempotencyConflict: its name stands for another grant of this tenant.
        InvalidRequest: the balance would be below 0.
    """
    known = _find_grant(connection, grant.tenant, grant.txn)
    if known is not None:
        _require_same(known, grant)
        return GrantOutcome(known, replayed=True)
    ledger, tenant = Ledger(connection, grant.created), grant.tenant
    was_prepaid, free = ledger.is_prepaid(tenant), ledger.get_balance(get_free_account(tenant))
    used = 0
    if was_prepaid:
        _require_not_overdrawn(grant, free)
    else:
        held = ledger.get_balance(get_held_account(tenant))
        _require_enough_to_begin(grant, held)
        used = -(free + held)
        if used:
            ledger.carry_over(tenant, used)
    connection.execute(insert(GRANTS).values(asdict(grant)))
    # No tenant's name holds a colon: no two grants share this.
    ledger.grant(f"grant:{tenant}:{grant.txn}", tenant, grant.credits)
    return GrantOutcome(grant, began_prepaid=not was_prepaid, carried_over=used)


def _find_grant(connection: Connection, tenant: str, txn: str) -> Grant | None:
    query = select(GRANTS).where(GRANTS.c.tenant == tenant, GRANTS.c.txn == txn)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Grant(**row)


def _require_same(known: Grant, grant: Grant) -> None:
    if (known.credits, known.note) != (grant.credits, grant.note):
        note = f" with the note {known.note!r}" if known.note else " without a note"
        raise IdempotencyConflict(
            f"txn: {known.txn} is already a grant of {known.credits} credits to {known.tenant}{note}, "
            f"made {known.created:%Y-%m-%d %H:%M} UTC: use a new txn for a different grant.",
            field="txn",
        )


def _require_not_overdrawn(grant: Grant, free: int) -> None:
    if grant.credits < 0 and free + grant.credits < 0:
        raise InvalidRequest(
            f"credits: got {grant.credits}; {grant.tenant} has {max(0, free)} credits, and no more can "
            "be taken away.",
            field="credits",
        )


def _require_enough_to_begin(grant: Grant, held: int) -> None:
    if grant.credits < held:
        reason = (
            f"its unfinished tasks hold {held} credits, which the first grant must cover"
            if held
            else "it has no credits to take away"
        )
        raise InvalidRequest(
            f"credits: got {grant.credits}; {grant.tenant} was postpaid until now: {reason}, so the "
            f"minimum is {held}.",
            field="credits",
        )
