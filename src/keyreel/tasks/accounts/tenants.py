"""Tenants: the owners of keys, tasks and credits. It knows no HTTP."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, case, func, literal, select, update

from keyreel.errors import InvalidRequest, UnknownAccount
from keyreel.tasks.accounts.grants import Grant, GrantOutcome, post_grant
from keyreel.tasks.accounts.ledger import get_free_account, get_held_account
from keyreel.tasks.accounts.quotas import QUOTAS_UNSET, Quotas, quotas_from_row
from keyreel.tasks.accounts.stored_files import sum_bytes_of_tenant
from keyreel.tasks.audit.log import KEYREEL, Actor, AuditAction, AuditEntry, append_entry
from keyreel.tasks.database.columns import Instant
from keyreel.tasks.database.portable_sql import insert_if_absent, lock_tenants
from keyreel.tasks.database.tables import ACCOUNTS, TENANTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.clock import Clock
    from keyreel.tasks.database.connection import Database


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as it is now; `credits` are free to spend, negative ones were used and are to be paid."""

    name: str
    notes: str
    created: datetime
    quotas: Quotas
    credits: int = 0
    held: int = 0
    prepaid: bool = False
    """Whether it pays in advance: without enough credits its submits are rejected."""
    storage_bytes: int | None = None
    """What it may have stored; 0 for any amount, None for what is usual."""
    stored_bytes: int = 0
    disabled: datetime | None = None
    """Since when its keys are refused and its queued tasks wait."""


class TenantStore:
    """The tenants in a database; `by` is whom the audit log names for a change."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        name: str,
        notes: str = "",
        quotas: Quotas = QUOTAS_UNSET,
        storage_bytes: int | None = None,
        *,
        by: Actor = KEYREEL,
    ) -> Tenant:
        """Create a tenant.

        Raises:
            InvalidRequest: there is one with this name.
        """
        with self._database.write() as connection:
            if not ensure_tenant(connection, name, self._clock.now()):
                raise InvalidRequest(f"tenant: {name} already exists.", field="tenant")
            values = {"notes": notes, **asdict(quotas), "storage_bytes": storage_bytes}
            connection.execute(update(TENANTS).where(TENANTS.c.name == name).values(values))
            self._record(
                connection, AuditEntry(AuditAction.TENANT_CREATED, name, name, {"after": values}), by
            )
            return _load_tenant(connection, name)

    def list(self) -> tuple[Tenant, ...]:
        """List all tenants by name."""
        with self._database.snapshot() as connection:
            names = connection.execute(select(TENANTS.c.name).order_by(TENANTS.c.name)).scalars().all()
            return tuple(_load_tenant(connection, name) for name in names)

    def get(self, name: str) -> Tenant:
        """Return a tenant.

        Raises:
            UnknownAccount: there is none with this name.
        """
        with self._database.snapshot() as connection:
            return _load_tenant(connection, name)

    def set_quotas(
        self, name: str, quotas: Quotas, storage_bytes: int | None = None, *, by: Actor = KEYREEL
    ) -> Tenant:
        """Set those of a tenant's quotas, and of its storage, that are not None.

        Raises:
            UnknownAccount: there is none with this name.
        """
        limits = {**asdict(quotas), "storage_bytes": storage_bytes}
        given = {each: value for each, value in limits.items() if value is not None}
        with self._database.write() as connection:
            lock_tenants(connection, [name])
            found = _load_tenant(connection, name)
            before = {**asdict(found.quotas), "storage_bytes": found.storage_bytes}
            if given:
                connection.execute(update(TENANTS).where(TENANTS.c.name == name).values(given))
            details = {"before": {each: before[each] for each in given}, "after": given}
            self._record(connection, AuditEntry(AuditAction.TENANT_LIMITED, name, name, details), by)
            return _load_tenant(connection, name)

    def disable(self, name: str, *, by: Actor = KEYREEL) -> Tenant:
        """Refuse a tenant's keys and start none of its tasks from now on; once more changes nothing.

        Raises:
            UnknownAccount: there is none with this name.
        """
        return self._set_disabled(name, self._clock.now(), by)

    def enable(self, name: str, *, by: Actor = KEYREEL) -> Tenant:
        """Take a tenant's keys again, and start its tasks; once more changes nothing.

        Raises:
            UnknownAccount: there is none with this name.
        """
        return self._set_disabled(name, None, by)

    def _set_disabled(self, name: str, since: datetime | None, by: Actor) -> Tenant:
        with self._database.write() as connection:
            lock_tenants(connection, [name])
            before = _load_tenant(connection, name)
            value = None if since is None else func.coalesce(TENANTS.c.disabled, literal(since, Instant))
            connection.execute(update(TENANTS).where(TENANTS.c.name == name).values(disabled=value))
            after = _load_tenant(connection, name)
            action = AuditAction.TENANT_ENABLED if since is None else AuditAction.TENANT_DISABLED
            details = {"before": {"disabled": before.disabled}, "after": {"disabled": after.disabled}}
            self._record(connection, AuditEntry(action, name, name, details), by)
            return after

    def grant(
        self, name: str, credits_: int, txn: str, note: str = "", *, by: Actor = KEYREEL
    ) -> tuple[Tenant, GrantOutcome]:
        """Grant a tenant credits, or take some away; it is prepaid from then on.

        Granting the same again under the same `txn` changes nothing.

        Raises:
            UnknownAccount: there is none with this name.
            IdempotencyConflict: `txn` stands for another grant of this tenant.
            InvalidRequest: its balance would be below 0.
        """
        with self._database.write() as connection:
            lock_tenants(connection, [name])
            before = _load_tenant(connection, name)
            outcome = post_grant(connection, Grant(name, txn, credits_, note, self._clock.now()))
            after = _load_tenant(connection, name)
            details = {
                "txn": txn,
                "credits": credits_,
                "note": note,
                "replayed": outcome.replayed,
                "before": {"credits": before.credits, "prepaid": before.prepaid},
                "after": {"credits": after.credits, "prepaid": after.prepaid},
            }
            self._record(connection, AuditEntry(AuditAction.CREDITS_GRANTED, name, name, details), by)
            return after, outcome

    def _record(self, connection: Connection, entry: AuditEntry, by: Actor) -> None:
        append_entry(connection, self._clock, by, entry)


def ensure_tenant(connection: Connection, name: str, now: datetime) -> bool:
    """Create a tenant unless it exists; return whether it was created."""
    new = insert_if_absent(TENANTS).values(name=name, notes="", created=now)
    return connection.execute(new).rowcount == 1


def _load_tenant(connection: Connection, name: str) -> Tenant:
    row = connection.execute(select(TENANTS).where(TENANTS.c.name == name)).mappings().one_or_none()
    if row is None:
        raise UnknownAccount(f"There is no tenant {name[:64]!r}: `keyreel tenants list` shows all tenants.")
    accounts = connection.execute(_build_balances_query(name)).mappings().one()
    return replace(_tenant_from_row(row, {**accounts}), stored_bytes=sum_bytes_of_tenant(connection, name))


def _build_balances_query(name: str) -> Any:
    def sum_balance(account: str) -> Any:
        return func.coalesce(func.sum(ACCOUNTS.c.balance).filter(ACCOUNTS.c.name == account), 0)

    return select(
        sum_balance(get_free_account(name)).label("credits"),
        sum_balance(get_held_account(name)).label("held"),
        func.coalesce(func.max(case((ACCOUNTS.c.prepaid, 1), else_=0)), 0).label("prepaid"),
    ).where(ACCOUNTS.c.name.in_((get_free_account(name), get_held_account(name))))


def _tenant_from_row(row: RowMapping, accounts: dict[str, Any]) -> Tenant:
    money: dict[str, Any] = {
        "credits": int(accounts["credits"]),
        "held": int(accounts["held"]),
        "prepaid": bool(accounts["prepaid"]),
    }
    return Tenant(
        row["name"],
        row["notes"],
        row["created"],
        quotas_from_row(row),
        **money,
        storage_bytes=row["storage_bytes"],
        disabled=row["disabled"],
    )
