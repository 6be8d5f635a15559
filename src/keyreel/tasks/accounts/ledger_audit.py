"""Audits and exports of the ledger, and what each task has cost. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Text, cast, func, select, type_coerce

from keyreel.task import UNFINISHED_STATES, TaskState
from keyreel.tasks.accounts.ledger import PostingKind
from keyreel.tasks.database.tables import ACCOUNTS, ENGINE_COSTS, POSTINGS, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.tasks.database.connection import Database

_MAX_PROBLEMS: Final = 100
"""How many problems an audit lists at most."""
_PAGE: Final = 1000
"""Rows of one query."""
_EPOCH: Final = date(1970, 1, 1)
_DAY_MICROSECONDS: Final = timedelta(days=1) // timedelta(microseconds=1)
_MOVED_AMOUNT: Final = func.coalesce(func.sum(POSTINGS.c.amount).filter(POSTINGS.c.amount > 0), 0)
# Which entries a task has beside its hold; a release may go with a charge.
_CLOSING_ENTRIES: Final = {
    TaskState.HELD: frozenset[str](),
    TaskState.QUEUED: frozenset[str](),
    TaskState.RUNNING: frozenset[str](),
    TaskState.SUCCEEDED: frozenset({PostingKind.CHARGE.value}),
    TaskState.FAILED: frozenset({PostingKind.REFUND.value}),
    TaskState.CANCELLED: frozenset({PostingKind.REFUND.value}),
}


@dataclass(frozen=True, slots=True)
class LedgerAudit:
    """The result of an audit; `open_holds` belong to tasks that have not ended."""

    tasks: int
    open_holds: int
    problems: tuple[str, ...]

    @property
    def is_balanced(self) -> bool:
        """Whether everything adds up."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class TaskUsage:
    """What one task has cost: how often it was charged, and credits in all; and what it cost the operator."""

    task_id: str
    tenant: str
    status: TaskState
    charges: int
    credits: int
    engine_credits: float
    """Credits at the engines' services."""


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """What a tenant's tasks that ended on one day were charged: how many tasks, credits in all."""

    day: date
    tenant: str
    tasks: int
    credits: int


def audit_ledger(database: Database) -> LedgerAudit:
    """Check every entry against every other, and against the tasks.

    Each transaction adds up to 0; each task has one hold, closed by one charge (and perhaps a release) in a
    success, by one refund in every other end; balances are what their postings add up to.
    """
    with database.snapshot() as connection:
        problems = [*_find_unbalanced(connection), *_find_wrong_balances(connection)]
        tasks = open_holds = 0
        for row in _iterate_task_entries(connection):
            tasks += 1
            open_holds += row.state in UNFINISHED_STATES
            problems += _find_wrong_entries(row)
    return LedgerAudit(tasks, open_holds, tuple(problems[:_MAX_PROBLEMS]))


def iterate_postings(database: Database) -> Iterator[dict[str, Any]]:
    """Yield every posting there is now, oldest first, in whole transactions."""
    with database.read() as connection:
        newest = connection.execute(select(func.max(POSTINGS.c.id))).scalar() or 0
    query = select(POSTINGS).where(POSTINGS.c.id <= newest).order_by(POSTINGS.c.id).limit(_PAGE)
    last = 0
    while last < newest:
        # Page by page, so that no other call waits for the whole: postings are only ever added.
        with database.read() as connection:
            rows = connection.execute(query.where(POSTINGS.c.id > last)).all()
        yield from map(_posting_to_json, rows)
        last = rows[-1].id


def _posting_to_json(row: Any) -> dict[str, Any]:
    return {
        "txn": row.txn,
        "kind": row.kind,
        "task_id": None if row.task is None else str(row.task),
        "account": row.account,
        "amount": row.amount,
        "created": row.created.isoformat(),
    }


def list_usage(database: Database, tenant: str | None = None) -> tuple[TaskUsage, ...]:
    """List what each task has cost, oldest first."""
    charges = (
        select(
            POSTINGS.c.task,
            func.count(POSTINGS.c.txn.distinct()).label("charges"),
            _MOVED_AMOUNT.label("credits"),
        )
        .where(POSTINGS.c.kind == PostingKind.CHARGE)
        .group_by(POSTINGS.c.task)
        .subquery()
    )
    costs = (
        select(ENGINE_COSTS.c.task, func.sum(ENGINE_COSTS.c.credits).label("credits"))
        .group_by(ENGINE_COSTS.c.task)
        .subquery()
    )
    spent = func.coalesce(costs.c.credits, 0.0).label("spent")
    query = (
        select(TASKS.c.id, TASKS.c.tenant, TASKS.c.state, charges.c.charges, charges.c.credits, spent)
        .join_from(TASKS, charges, charges.c.task == TASKS.c.id, isouter=True)
        .join(costs, costs.c.task == TASKS.c.id, isouter=True)
        .order_by(TASKS.c.id)
    )
    if tenant is not None:
        query = query.where(TASKS.c.tenant == tenant)
    with database.snapshot() as connection:
        return tuple(
            TaskUsage(
                str(row.id),
                row.tenant,
                TaskState(row.state),
                row.charges or 0,
                int(row.credits or 0),
                float(row.spent),
            )
            for row in connection.execute(query)
        )


def list_daily_usage(
    database: Database, since: datetime, tenant: str | None = None
) -> tuple[DailyUsage, ...]:
    """List what was charged on each day from `since` on, by days of UTC, oldest first, then by tenant."""
    day = (type_coerce(POSTINGS.c.created, BigInteger) // _DAY_MICROSECONDS).label("day")
    query = (
        select(
            day,
            TASKS.c.tenant,
            func.count(POSTINGS.c.task.distinct()).label("tasks"),
            _MOVED_AMOUNT.label("credits"),
        )
        .join_from(POSTINGS, TASKS, TASKS.c.id == POSTINGS.c.task)
        .where(POSTINGS.c.kind == PostingKind.CHARGE, POSTINGS.c.created >= since)
        .group_by(day, TASKS.c.tenant)
        .order_by(day, TASKS.c.tenant)
    )
    if tenant is not None:
        query = query.where(TASKS.c.tenant == tenant)
    with database.snapshot() as connection:
        return tuple(
            DailyUsage(_EPOCH + timedelta(days=row.day), row.tenant, row.tasks, int(row.credits))
            for row in connection.execute(query)
        )


def _find_unbalanced(connection: Connection) -> Iterator[str]:
    query = select(POSTINGS.c.txn, func.sum(POSTINGS.c.amount).label("sum")).group_by(POSTINGS.c.txn)
    for row in connection.execute(query.having(func.sum(POSTINGS.c.amount) != 0)):
        yield f"transaction {row.txn}: its amounts add up to {row.sum}, not 0"


def _find_wrong_balances(connection: Connection) -> Iterator[str]:
    sums = (
        select(POSTINGS.c.account, func.sum(POSTINGS.c.amount).label("sum"))
        .group_by(POSTINGS.c.account)
        .subquery()
    )
    query = select(ACCOUNTS.c.name, ACCOUNTS.c.balance, func.coalesce(sums.c.sum, 0).label("sum"))
    query = query.join_from(ACCOUNTS, sums, sums.c.account == ACCOUNTS.c.name, isouter=True)
    for row in connection.execute(query.where(ACCOUNTS.c.balance != func.coalesce(sums.c.sum, 0))):
        yield f"account {row.name}: its balance is {row.balance}, its postings add up to {row.sum}"


def _iterate_task_entries(connection: Connection) -> Iterator[Any]:
    """Yield each task with its entries, as `hold=1x30 charge=1x30`: kind, how many, credits in all."""
    moved = (
        select(
            POSTINGS.c.task,
            POSTINGS.c.kind,
            func.count(POSTINGS.c.txn.distinct()).label("times"),
            _MOVED_AMOUNT.label("amount"),
        )
        .group_by(POSTINGS.c.task, POSTINGS.c.kind)
        .subquery()
    )
    entry = moved.c.kind + "=" + cast(moved.c.times, Text) + "x" + cast(moved.c.amount, Text)
    query = (
        select(
            TASKS.c.id,
            TASKS.c.state,
            TASKS.c.credits,
            TASKS.c.charged,
            TASKS.c.video,
            func.aggregate_strings(entry, " ").label("entries"),
        )
        .join_from(TASKS, moved, moved.c.task == TASKS.c.id, isouter=True)
        .group_by(TASKS.c.id)
        .order_by(TASKS.c.id)
    )
    yield from connection.execute(query)


def _find_wrong_entries(row: Any) -> Iterator[str]:
    found: dict[str, tuple[int, int]] = {}
    for entry in (row.entries or "").split():
        kind, _, numbers = entry.partition("=")
        times, _, amount = numbers.partition("x")
        found[kind] = int(times), int(amount)
    name, end = f"task {row.id} ({row.state})", _CLOSING_ENTRIES[TaskState(row.state)]
    expected = {PostingKind.HOLD.value} | end
    if set(found) - {PostingKind.RELEASE.value} != expected or (
        PostingKind.RELEASE in found and PostingKind.CHARGE not in found
    ):
        yield f"{name}: it has {', '.join(sorted(found)) or 'no entries'}, not {', '.join(sorted(expected))}"
        return
    yield from (f"{name}: {times} entries of kind {kind}" for kind, (times, _) in found.items() if times != 1)
    if found[PostingKind.HOLD][1] != row.credits:
        yield f"{name}: {found[PostingKind.HOLD][1]} credits are held, its price is {row.credits}"
    closed = sum(amount for kind, (_, amount) in found.items() if kind != PostingKind.HOLD)
    if end and closed != row.credits:
        yield f"{name}: {closed} of {row.credits} held credits are settled"
    if row.state == TaskState.SUCCEEDED and found[PostingKind.CHARGE][1] != row.charged:
        yield f"{name}: {found[PostingKind.CHARGE][1]} credits are charged, the task says {row.charged}"
