"""The ledger: double-entry postings in whole credits, in the transaction of the change that they pay for.

Postings are only ever added. A submit moves a task's price from its tenant's free credits to held ones; a
success moves what is charged from held to revenue and the rest back to free; every other end moves all back.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, select, update

from keyreel.errors import InsufficientCredits
from keyreel.tasks.database.columns import Instant
from keyreel.tasks.database.portable_sql import insert_or_add
from keyreel.tasks.database.prepared import PreparedStatement
from keyreel.tasks.database.tables import ACCOUNTS, POSTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

REVENUE: Final = "revenue"
"""The account of what was charged."""
GRANTS: Final = "grants"
"""The account that all credits come from."""


class PostingKind(StrEnum):
    """Why credits moved."""

    GRANT = "grant"
    """An operator gave a tenant credits, or took some away."""
    HOLD = "hold"
    CHARGE = "charge"
    RELEASE = "release"
    """The part of a hold that a success did not need."""
    REFUND = "refund"
    """A whole hold, when there is no video."""
    CARRY_OVER = "carry_over"
    """What a tenant had used before its first grant, from when on it pays in advance."""


def get_free_account(tenant: str) -> str:
    """Return the account of what a tenant can still spend."""
    return f"tenant:{tenant}:free"


def get_held_account(tenant: str) -> str:
    """Return the account of what a tenant's unfinished tasks will cost."""
    return f"tenant:{tenant}:held"


def get_postpaid_account(tenant: str) -> str:
    """Return the account of what a tenant had used before it paid in advance, below 0; it is to be paid."""
    return f"tenant:{tenant}:postpaid"


_SELECT_BALANCE: Final = select(ACCOUNTS.c.balance).where(ACCOUNTS.c.name == bindparam("name"))
_SELECT_PREPAID: Final = select(ACCOUNTS.c.prepaid).where(ACCOUNTS.c.name == bindparam("name"))
# Each writes both sides of a transfer. UNIQUE (txn, account) makes a second posting of one kind for a task an
# error, whoever tries it.
_INSERT_POSTINGS: Final = PreparedStatement(
    insert(POSTINGS).values(
        [
            {
                "txn": bindparam("of_txn"),
                "kind": bindparam("of_kind"),
                "task": bindparam("of_task"),
                "account": bindparam(account),
                "amount": bindparam(amount),
                "created": bindparam("at", type_=Instant()),
            }
            for account, amount in (("source", "taken"), ("target", "given"))
        ]
    )
)
_MOVE_CREDITS: Final = PreparedStatement(
    insert_or_add(ACCOUNTS, key=ACCOUNTS.c.name, amount=ACCOUNTS.c.balance).values(
        [
            {"name": bindparam(account), "balance": bindparam(amount), "prepaid": False}
            for account, amount in (("source", "taken"), ("target", "given"))
        ]
    )
)


@dataclass(frozen=True, slots=True)
class PriceHold:
    """A new task's price, set aside for it."""

    task: int
    tenant: str
    credits: int
    created: datetime


@dataclass(frozen=True, slots=True)
class _Transfer:
    """Credits that move from one account to another."""

    source: str
    target: str
    amount: int


@dataclass(frozen=True, slots=True)
class _Transaction:
    """A transfer, and what the ledger says of it."""

    kind: PostingKind
    name: str
    task: int | None
    transfer: _Transfer
    created: datetime


def require_affordable(credits_: int, *, left: int) -> None:
    """Return if a tenant that pays in advance can pay a price.

    Raises:
        InsufficientCredits: it has less left.
    """
    if left < credits_:
        raise InsufficientCredits(f"This video costs {credits_} credits; {max(0, left)} are left.")


def post_holds(connection: Connection, holds: Iterable[PriceHold]) -> None:
    """Hold the prices of new tasks, which their tenants can pay."""
    _post_all(
        connection,
        [
            _Transaction(
                PostingKind.HOLD,
                _name_transaction(PostingKind.HOLD, hold.task),
                hold.task,
                _Transfer(get_free_account(hold.tenant), get_held_account(hold.tenant), hold.credits),
                hold.created,
            )
            for hold in holds
        ],
    )


class Ledger:
    """The ledger within one transaction of the database, at one time of the clock."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def get_balance(self, account: str) -> int:
        """Return an account's credits; 0 if it does not exist."""
        return self._connection.execute(_SELECT_BALANCE, {"name": account}).scalar() or 0

    def charge(self, task: int, tenant: str, credits_: int, *, hold_amount: int) -> None:
        """Charge `credits_` of a task's hold of `hold_amount` for its video; release the rest."""
        self._post_for_task(PostingKind.CHARGE, task, _Transfer(get_held_account(tenant), REVENUE, credits_))
        if credits_ < hold_amount:
            self._post_for_task(
                PostingKind.RELEASE,
                task,
                _Transfer(get_held_account(tenant), get_free_account(tenant), hold_amount - credits_),
            )

    def refund(self, task: int, tenant: str, credits_: int) -> None:
        """Refund a task's whole hold."""
        self._post_for_task(
            PostingKind.REFUND, task, _Transfer(get_held_account(tenant), get_free_account(tenant), credits_)
        )

    def grant(self, txn: str, tenant: str, credits_: int) -> None:
        """Move granted credits to a tenant, which is prepaid from then on; negative ones are taken away."""
        self._post(PostingKind.GRANT, txn, None, _Transfer(GRANTS, get_free_account(tenant), credits_))
        prepaid = update(ACCOUNTS).where(ACCOUNTS.c.name == get_free_account(tenant)).values(prepaid=True)
        self._connection.execute(prepaid)

    def carry_over(self, tenant: str, credits_: int) -> None:
        """Take what a tenant has used and owes out of its free credits."""
        source, target = get_postpaid_account(tenant), get_free_account(tenant)
        self._post(PostingKind.CARRY_OVER, f"carry_over:{tenant}", None, _Transfer(source, target, credits_))

    def is_prepaid(self, tenant: str) -> bool:
        """Return whether a tenant pays in advance."""
        return bool(self._connection.execute(_SELECT_PREPAID, {"name": get_free_account(tenant)}).scalar())

    def _post_for_task(self, kind: PostingKind, task: int, transfer: _Transfer) -> None:
        self._post(kind, _name_transaction(kind, task), task, transfer)

    def _post(self, kind: PostingKind, txn: str, task: int | None, transfer: _Transfer) -> None:
        _post_all(self._connection, [_Transaction(kind, txn, task, transfer, self._now)])


def _name_transaction(kind: PostingKind, task: int) -> str:
    return f"{task}-{kind}"


def _post_all(connection: Connection, transactions: Sequence[_Transaction]) -> None:
    """Add transactions to the ledger; a balance that several of them change is written once."""
    moved: dict[tuple[str, str], int] = defaultdict(int)
    rows = list[dict[str, Any]]()
    for each in transactions:
        transfer = each.transfer
        moved[transfer.source, transfer.target] += transfer.amount
        about = {"of_txn": each.name, "of_kind": each.kind.value, "of_task": each.task, "at": each.created}
        rows.append({**about, **_describe_transfer(transfer)})
    _INSERT_POSTINGS.run_many(connection, rows)
    transfers = [_Transfer(source, target, amount) for (source, target), amount in moved.items()]
    _MOVE_CREDITS.run_many(connection, map(_describe_transfer, transfers))


def _describe_transfer(transfer: _Transfer) -> dict[str, Any]:
    return {
        "source": transfer.source,
        "taken": -transfer.amount,
        "target": transfer.target,
        "given": transfer.amount,
    }
