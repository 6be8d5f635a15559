"""Tenants: who owns keys, tasks and credits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from keyreel.errors import InvalidRequest
from keyreel.tasks.accounts.ledger import Ledger, free, held
from keyreel.tasks.accounts.quotas import Limits, limits_of
from keyreel.tasks.database.tables import ACCOUNTS, TENANTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.clock import Clock
    from keyreel.tasks.database.connection import Database

_NO_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as it is now; `credits` are free to spend, negative ones were used and are to be paid."""

    name: str
    notes: str
    created: datetime
    limits: Limits
    credits: int = 0
    held: int = 0
    prepaid: bool = False
    """Whether it pays in advance: without enough credits its submits are refused."""


class Tenants:
    """The tenants in a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, notes: str = "", limits: Limits = _NO_LIMITS) -> Tenant:
        """Make a tenant.

        Raises:
            InvalidRequest: there is one with this name.
        """
        with self._database.write() as connection:
            if not name_tenant(connection, name, self._clock.now()):
                raise InvalidRequest(f"tenant: there is a tenant {name} already.", field="tenant")
            values = {"notes": notes, **asdict(limits)}
            connection.execute(update(TENANTS).where(TENANTS.c.name == name).values(values))
            return _get(connection, name)

    def list(self) -> tuple[Tenant, ...]:
        """List all tenants by name."""
        with self._database.view() as connection:
            names = connection.execute(select(TENANTS.c.name).order_by(TENANTS.c.name)).scalars().all()
            return tuple(_get(connection, name) for name in names)

    def get(self, name: str) -> Tenant:
        """Return a tenant.

        Raises:
            InvalidRequest: there is none with this name.
        """
        with self._database.view() as connection:
            return _get(connection, name)

    def limit(self, name: str, limits: Limits) -> Tenant:
        """Set those of a tenant's limits that are given.

        Raises:
            InvalidRequest: there is none with this name.
        """
        given = {each: value for each, value in asdict(limits).items() if value is not None}
        with self._database.write() as connection:
            if given:
                connection.execute(update(TENANTS).where(TENANTS.c.name == name).values(given))
            return _get(connection, name)

    def grant(self, name: str, credits_: int, txn: str) -> Tenant:
        """Give a tenant credits, or take some away; it pays in advance from then on.

        Doing so again under the same `txn` changes nothing.

        Raises:
            InvalidRequest: there is none with this name.
        """
        with self._database.write() as connection:
            _get(connection, name)
            Ledger(connection, self._clock.now()).grant(f"grant-{txn}", name, credits_)
            return _get(connection, name)


def name_tenant(connection: Connection, name: str, now: datetime) -> bool:
    """Make a tenant unless there is one; say whether there was none."""
    new = upsert(TENANTS).values(name=name, notes="", created=now).on_conflict_do_nothing()
    return connection.execute(new).rowcount == 1


def _get(connection: Connection, name: str) -> Tenant:
    row = connection.execute(select(TENANTS).where(TENANTS.c.name == name)).mappings().one_or_none()
    if row is None:
        raise InvalidRequest(f"tenant: there is no tenant {name[:64]!r}.", field="tenant")
    return _tenant_of(row, {**connection.execute(_accounts(name)).mappings().one()})


def _accounts(name: str) -> Any:
    def sum_of(account: str) -> Any:
        return func.coalesce(func.sum(ACCOUNTS.c.balance).filter(ACCOUNTS.c.name == account), 0)

    return select(
        sum_of(free(name)).label("credits"),
        sum_of(held(name)).label("held"),
        func.coalesce(func.max(ACCOUNTS.c.prepaid), 0).label("prepaid"),
    ).where(ACCOUNTS.c.name.in_((free(name), held(name))))


def _tenant_of(row: RowMapping, accounts: dict[str, Any]) -> Tenant:
    money = {"credits": accounts["credits"], "held": accounts["held"], "prepaid": bool(accounts["prepaid"])}
    return Tenant(row["name"], row["notes"], row["created"], limits_of(row), **money)
