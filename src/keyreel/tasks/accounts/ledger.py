"""The ledger: double-entry postings in whole credits, in the transaction of the change that they pay for.

Postings are only ever added. A submit moves a task's price from its tenant's free credits to held ones; a
success moves what is charged from held to revenue and the rest back to free; every other end moves all back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, insert, select, update

from keyreel.errors import InsufficientCredits
from keyreel.tasks.database.portable_sql import insert_or_add
from keyreel.tasks.database.tables import ACCOUNTS, POSTINGS

if TYPE_CHECKING:
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


# Submits run these: building a statement takes longer than running it.
_INSERT_POSTING: Final = insert(POSTINGS)
_SELECT_BALANCE: Final = select(ACCOUNTS.c.balance).where(ACCOUNTS.c.name == bindparam("name"))
_SELECT_PREPAID: Final = select(ACCOUNTS.c.prepaid).where(ACCOUNTS.c.name == bindparam("name"))
_ADD_TO_BALANCE: Final = insert_or_add(ACCOUNTS, key=ACCOUNTS.c.name, amount=ACCOUNTS.c.balance)


@dataclass(frozen=True, slots=True)
class _Transfer:
    """Credits that move from one account to another."""

    source: str
    target: str
    amount: int


class Ledger:
    """The ledger within one transaction of the database, at one time of the clock."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def get_balance(self, account: str) -> int:
        """Return an account's credits; 0 if it does not exist."""
        return self._connection.execute(_SELECT_BALANCE, {"name": account}).scalar() or 0

    def require_credits(self, tenant: str, credits_: int) -> None:
        """Return if a tenant can pay a price.

        Raises:
            InsufficientCredits: it pays in advance and has less.
        """
        if self.is_prepaid(tenant) and (left := self.get_balance(get_free_account(tenant))) < credits_:
            raise InsufficientCredits(f"This video costs {credits_} credits; {max(0, left)} are left.")

    def hold(self, task: int, tenant: str, credits_: int) -> None:
        """Hold a new task's price.

        Raises:
            InsufficientCredits: a tenant that pays in advance has less.
        """
        self.require_credits(tenant, credits_)
        self._post_for_task(
            PostingKind.HOLD, task, _Transfer(get_free_account(tenant), get_held_account(tenant), credits_)
        )

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
        self._post(kind, f"{task}-{kind}", task, transfer)

    def _post(self, kind: PostingKind, txn: str, task: int | None, transfer: _Transfer) -> None:
        sides = ((transfer.source, -transfer.amount), (transfer.target, transfer.amount))
        common = {"txn": txn, "kind": kind, "task": task, "created": self._now}
        # UNIQUE (txn, account) makes a second posting of one kind for a task an error, whoever tries it.
        self._connection.execute(
            _INSERT_POSTING, [{**common, "account": name, "amount": each} for name, each in sides]
        )
        self._connection.execute(
            _ADD_TO_BALANCE, [{"name": name, "balance": each, "prepaid": False} for name, each in sides]
        )
