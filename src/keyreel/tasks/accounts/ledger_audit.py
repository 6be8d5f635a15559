"""Looking through the books: are they right, what do they hold, what has each task cost. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, cast, func, select

from keyreel.task import State
from keyreel.tasks.accounts.ledger import Kind
from keyreel.tasks.database.tables import ACCOUNTS, POSTINGS, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from keyreel.tasks.database.connection import Database

_MOST_PROBLEMS: Final = 100
_PAGE: Final = 1000
_MOVED: Final = func.coalesce(func.sum(POSTINGS.c.amount).filter(POSTINGS.c.amount > 0), 0)
# Which entries a task has beside its hold; a release may go with a charge.
_ENDS: Final = {
    State.QUEUED: frozenset[str](),
    State.RUNNING: frozenset[str](),
    State.SUCCEEDED: frozenset({Kind.CHARGE.value}),
    State.FAILED: frozenset({Kind.REFUND.value}),
    State.CANCELLED: frozenset({Kind.REFUND.value}),
}


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look through the books found; `open_holds` belong to tasks that have not ended."""

    tasks: int
    open_holds: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether everything adds up."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Usage:
    """What one task has cost: how often it was charged, and how many credits."""

    task_id: str
    tenant: str
    status: State
    charges: int
    credits: int


def verify(database: Database) -> Findings:
    """Check every entry against every other, and against the tasks.

    Each transaction adds up to 0; each task has one hold, closed by one charge (and perhaps a release) in a
    success, by one refund in every other end; balances are what their postings add up to.
    """
    with database.view() as connection:
        problems = [*_unbalanced(connection), *_misstated(connection)]
        tasks = open_holds = 0
        for row in _tasks_with_entries(connection):
            tasks += 1
            open_holds += row.state in {State.QUEUED, State.RUNNING}
            problems += _wrong_entries(row)
    return Findings(tasks, open_holds, tuple(problems[:_MOST_PROBLEMS]))


def postings(database: Database) -> Iterator[dict[str, Any]]:
    """Yield every posting there is now, oldest first, in whole transactions."""
    with database.read() as connection:
        newest = connection.execute(select(func.max(POSTINGS.c.id))).scalar() or 0
    query = select(POSTINGS).where(POSTINGS.c.id <= newest).order_by(POSTINGS.c.id).limit(_PAGE)
    last = 0
    while last < newest:
        # Page by page: they are only ever added to, and nobody else waits for the whole.
        with database.read() as connection:
            rows = connection.execute(query.where(POSTINGS.c.id > last)).all()
        yield from map(_posting, rows)
        last = rows[-1].id


def _posting(row: Any) -> dict[str, Any]:
    return {
        "txn": row.txn,
        "kind": row.kind,
        "task_id": None if row.task is None else str(row.task),
        "account": row.account,
        "amount": row.amount,
        "created": row.created.isoformat(),
    }


def usage(database: Database, tenant: str | None = None) -> tuple[Usage, ...]:
    """List what each task has cost, oldest first."""
    charges = (
        select(
            POSTINGS.c.task,
            func.count(POSTINGS.c.txn.distinct()).label("charges"),
            _MOVED.label("credits"),
        )
        .where(POSTINGS.c.kind == Kind.CHARGE)
        .group_by(POSTINGS.c.task)
        .subquery()
    )
    query = (
        select(TASKS.c.id, TASKS.c.tenant, TASKS.c.state, charges.c.charges, charges.c.credits)
        .join_from(TASKS, charges, charges.c.task == TASKS.c.id, isouter=True)
        .order_by(TASKS.c.id)
    )
    if tenant is not None:
        query = query.where(TASKS.c.tenant == tenant)
    with database.view() as connection:
        return tuple(
            Usage(str(row.id), row.tenant, State(row.state), row.charges or 0, int(row.credits or 0))
            for row in connection.execute(query)
        )


def _unbalanced(connection: Connection) -> Iterator[str]:
    query = select(POSTINGS.c.txn, func.sum(POSTINGS.c.amount).label("sum")).group_by(POSTINGS.c.txn)
    for row in connection.execute(query.having(func.sum(POSTINGS.c.amount) != 0)):
        yield f"transaction {row.txn}: its amounts add up to {row.sum}, not 0"


def _misstated(connection: Connection) -> Iterator[str]:
    sums = (
        select(POSTINGS.c.account, func.sum(POSTINGS.c.amount).label("sum"))
        .group_by(POSTINGS.c.account)
        .subquery()
    )
    query = select(ACCOUNTS.c.name, ACCOUNTS.c.balance, func.coalesce(sums.c.sum, 0).label("sum"))
    query = query.join_from(ACCOUNTS, sums, sums.c.account == ACCOUNTS.c.name, isouter=True)
    for row in connection.execute(query.where(ACCOUNTS.c.balance != func.coalesce(sums.c.sum, 0))):
        yield f"account {row.name}: its balance is {row.balance}, its postings add up to {row.sum}"


def _tasks_with_entries(connection: Connection) -> Iterator[Any]:
    """Yield each task with its entries: kind and amount of each, as `hold=30 charge=30`."""
    moved = (
        select(
            POSTINGS.c.task,
            POSTINGS.c.kind,
            func.count(POSTINGS.c.txn.distinct()).label("times"),
            _MOVED.label("amount"),
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
            func.group_concat(entry, " ").label("entries"),
        )
        .join_from(TASKS, moved, moved.c.task == TASKS.c.id, isouter=True)
        .group_by(TASKS.c.id)
        .order_by(TASKS.c.id)
    )
    yield from connection.execute(query)


def _wrong_entries(row: Any) -> Iterator[str]:
    found: dict[str, tuple[int, int]] = {}
    for entry in (row.entries or "").split():
        kind, _, numbers = entry.partition("=")
        times, _, amount = numbers.partition("x")
        found[kind] = int(times), int(amount)
    name, end = f"task {row.id} ({row.state})", _ENDS[State(row.state)]
    expected = {Kind.HOLD.value} | end
    if set(found) - {Kind.RELEASE.value} != expected or (Kind.RELEASE in found and Kind.CHARGE not in found):
        yield f"{name}: it has {', '.join(sorted(found)) or 'no entries'}, not {', '.join(sorted(expected))}"
        return
    yield from (f"{name}: {times} entries of kind {kind}" for kind, (times, _) in found.items() if times != 1)
    if found[Kind.HOLD][1] != row.credits:
        yield f"{name}: {found[Kind.HOLD][1]} credits are held, its price is {row.credits}"
    closed = sum(amount for kind, (_, amount) in found.items() if kind != Kind.HOLD)
    if end and closed != row.credits:
        yield f"{name}: {closed} of {row.credits} held credits are settled"
    if row.state == State.SUCCEEDED and found[Kind.CHARGE][1] != row.charged:
        yield f"{name}: {found[Kind.CHARGE][1]} credits are charged, the task says {row.charged}"
