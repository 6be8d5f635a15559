"""A queue of many tasks of many tenants, as workers see it: how long a claim takes, and whom it serves."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from keyreel.bench.statements import NO_STATEMENTS
from keyreel.clock import SystemClock
from keyreel.task import Submission
from keyreel.tasks.admission import NO_CHECKS, NewTask, admit_all
from keyreel.tasks.outcomes import Success
from keyreel.tasks.store import TaskStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.tasks.task_queue import Claim

_BATCH: Final = 1000
_SMALLEST_SHARE: Final = 0.25
"""Of the queue: tenants have from a quarter of the mean to almost twice the mean in it."""
_ROUNDS: Final = 3
"""How often each tenant could be served while claims are measured."""
_LEASE_SECONDS: Final = 600.0
_SAMPLES: Final = 200
_MILLISECONDS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class TransactionCost:
    """What a call costs the database: statements, and milliseconds to its commit, the median and the p99."""

    statements: float
    milliseconds: float
    p99: float


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """What was measured on one queue; `slowest_share` is the worst served tenant's over the mean."""

    queued: int
    tenants: int
    submit: TransactionCost
    poll: TransactionCost
    claim: TransactionCost
    settle: TransactionCost
    select: TransactionCost
    """`SELECT 1`, in the same run: what the way to the database takes."""
    slowest_share: float

    @property
    def claim_over_select(self) -> float:
        """How many times as long as the shortest statement a claim takes."""
        return self.claim.milliseconds / self.select.milliseconds

    @property
    def lock_milliseconds(self) -> float:
        """Milliseconds of a task in which no other task can be claimed: at most its claim's transaction."""
        return self.claim.milliseconds

    @property
    def tasks_a_minute(self) -> float:
        """How many tasks any number of workers can take in a minute, for one claim is made at a time."""
        return 60 * _MILLISECONDS / self.lock_milliseconds


def measure_queue(url: str, queued: int, tenants: int, samples: int = _SAMPLES) -> QueueFigures:
    """Fill an empty database with a queue, and measure what a task of it costs from submit to settlement."""
    with tempfile.TemporaryDirectory() as scratch:
        opened = TaskStore.open(Path(scratch), SystemClock(), SystemRandom(), database_url=url)
        with closing(opened) as store:
            _fill_queue(store, queued, tenants)
            return _Measurement(store, tenants).measure(queued, samples)


def _fill_queue(store: TaskStore, queued: int, tenants: int) -> None:
    random = SystemRandom()
    weights = [_SMALLEST_SHARE + 1.5 * random.random() for _ in range(tenants)]
    names = [_name_tenant(number) for number in range(tenants)]
    # Nobody runs out of tasks while claims are measured.
    sure = names * min(_ROUNDS, queued // tenants)
    of_task = [*sure, *random.choices(names, weights, k=queued - len(sure))]
    for start in range(0, queued, _BATCH):
        entries = [_make_entry(store, tenant) for tenant in of_task[start : start + _BATCH]]
        with store.database.write() as connection:
            admit_all(connection, entries)
    # As autovacuum does within a minute of so many rows.
    with store.database.write() as connection:
        connection.exec_driver_sql("ANALYZE")


def _name_tenant(number: int) -> str:
    return f"tenant-{number}"


def _make_entry(store: TaskStore, tenant: str) -> NewTask:
    submission = Submission(tenant, "bench", "async_v3", "q2-text2video", "{}", seed=1, seconds=5, credits=10)
    return NewTask(store.compose(submission), None, None, NO_CHECKS, None, store.trusted_clock.now())


class _Measurement:
    """Calls one store as servers and workers do, and keeps what came of it."""

    def __init__(self, store: TaskStore, tenants: int) -> None:
        self._store = store
        self._tenants = tenants
        self._claims: list[Claim] = []

    def measure(self, queued: int, samples: int) -> QueueFigures:
        """Measure each call so many times, and claims until each tenant could have been served thrice."""
        submit = self._repeat(samples, self._submit)
        poll = self._repeat(samples, self._poll)
        # So many claims have a task of every tenant to choose from.
        rounds = min(_ROUNDS, queued // self._tenants)
        claim = self._repeat(max(samples, rounds * self._tenants), self._claim)
        served = Counter(each.task.submission.tenant for each in self._claims[: rounds * self._tenants])
        return QueueFigures(
            queued,
            self._tenants,
            submit=submit,
            poll=poll,
            claim=claim,
            settle=self._repeat(samples, self._settle),
            select=self._repeat(samples, self._select),
            slowest_share=min(served[_name_tenant(number)] for number in range(self._tenants)) / rounds,
        )

    def _repeat(self, times: int, call: Callable[[], None]) -> TransactionCost:
        taken = list[float]()
        with self._store.database.count_statements() as counts:
            for _ in range(times):
                began = time.perf_counter()
                call()
                taken.append((time.perf_counter() - began) * _MILLISECONDS)
        statements = sum(count for kind, count in counts.items() if kind not in NO_STATEMENTS)
        p99 = sorted(taken)[int(0.99 * len(taken))]
        return TransactionCost(statements / times, statistics.median(taken), p99)

    def _submit(self) -> None:
        entry = _make_entry(self._store, _name_tenant(0))
        with self._store.database.write() as connection:
            admit_all(connection, [entry])
        self._polled = entry.task

    def _poll(self) -> None:
        self._store.get(self._polled.submission.tenant, self._polled.id)

    def _select(self) -> None:
        with self._store.database.read() as connection:
            connection.exec_driver_sql("SELECT 1").scalar()

    def _claim(self) -> None:
        claim = self._store.queue.claim("bench", _LEASE_SECONDS)
        assert claim is not None, "more is queued than is claimed"
        self._claims.append(claim)

    def _settle(self) -> None:
        claim = self._claims.pop()
        outcome = Success("videos/1.mp4", "covers/1.webp", "00", charged=claim.task.submission.credits)
        self._store.queue.settle(claim.token, outcome)
