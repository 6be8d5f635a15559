"""Several processes on one Postgres, as several `TaskStore`s: what is decided at once is decided once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from random import Random, SystemRandom
from threading import Barrier
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import func, select

from keyreel.clock import SystemClock
from keyreel.errors import Cancelled, InsufficientCredits, LeaseLost, QuotaExceeded, RateLimited
from keyreel.task import Submission, Task, TaskState
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.accounts.quotas import OwnerQuotas, Quotas
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.admission import NO_CHECKS, Admission
from keyreel.tasks.audit.reading import check_chain
from keyreel.tasks.database.connection import Contended
from keyreel.tasks.database.opening import DatabaseLocation
from keyreel.tasks.database.portable_sql import DatabaseLock, take_locks
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.deadlines import Deadlines
from keyreel.tasks.idempotency import IdempotencyRecord
from keyreel.tasks.outcomes import Failure, Success
from keyreel.tasks.store import TaskStore
from keyreel.tasks.webhooks.deliveries import DeliveryAttempt, DeliveryStore
from keyreel.tasks.webhooks.events import Callback, DeliveryStatus
from support.postgres import get_cluster
from support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

NODES = 3
LOST = {Cancelled, LeaseLost}
LEASE = 60.0
PRICE = 30
VIDEO = Success(video="videos/1.mp4", cover="covers/1.webp", video_sha256="00", charged=PRICE)


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[TaskStore]]:
    url = get_cluster().create()
    with ExitStack() as stack:
        opened = []
        for number in range(NODES):
            folder = tmp_path / f"node {number}"
            store = TaskStore.open(folder, SystemClock(), SystemRandom(), database_url=url)
            stack.callback(store.close)
            opened.append(store)
        yield opened
    get_cluster().take_back(url)


def submission(tenant: str = "ann", **changes: Any) -> Submission:
    given: dict[str, Any] = {"key_id": f"key_{tenant}", "dialect": "vtrix", "endpoint": "q2-pro-img2video"}
    return Submission(tenant=tenant, fields="{}", seed=7, seconds=5, credits=PRICE, **{**given, **changes})


def at_once(calls: Sequence[Callable[[], object]]) -> list[object]:
    """Make calls from as many threads at the same moment; return what each returned or raised.

    A call that met another's transaction is made again, as the writer does.
    """
    ready = Barrier(len(calls))

    def make(call: Callable[[], object]) -> object:
        ready.wait(60)
        while True:
            try:
                return call()
            except Contended:
                continue
            except Exception as error:  # noqa: BLE001 - which error it is, is what the tests ask
                return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(make, calls))


def kinds(found: Sequence[object]) -> Counter[str]:
    return Counter("made" if each is None else type(each).__name__ for each in found)


def admit_once(store: TaskStore, task: Task, terms: Admission) -> str:
    """Return the id in the answer to a submit, which is another task's if it was answered before."""
    return store.admit(task, None, terms) or task.id


def compose_many(store: TaskStore) -> list[str]:
    return [store.compose(submission()).id for _ in range(2000)]


def submit(store: TaskStore, admission: Admission = NO_CHECKS, tenant: str = "ann") -> Callable[[], object]:
    return lambda: store.admit(store.compose(submission(tenant)), None, admission)


def test_credits_for_one_task_buy_one_of_a_hundred_that_are_submitted_at_once(nodes: list[TaskStore]) -> None:
    tenants = TenantStore(nodes[0].database, SystemClock())
    tenants.create("ann")
    tenants.grant("ann", PRICE, "one video")
    # In rounds: each node has connections for eight.
    found = [each for _ in range(5) for each in at_once([submit(nodes[n % NODES]) for n in range(20)])]
    assert kinds(found) == {"made": 1, InsufficientCredits.__name__: 99}
    assert tenants.get("ann").credits == 0
    assert audit_ledger(nodes[0].database).problems == ()


def test_one_idempotency_key_makes_one_task(nodes: list[TaskStore]) -> None:
    for number in range(10):
        key = f"key {number}"
        calls = []
        for n in range(12):
            store = nodes[n % NODES]
            task = store.compose(submission())
            terms = Admission(idempotency=IdempotencyRecord(key, "digest", 3600, task.id))
            calls.append(
                lambda store=store, task=task, terms=terms: store.admit(task, None, terms) or task.id
            )
        assert len(set(at_once(calls))) == 1
    assert count_tasks(nodes[0]) == 10


def test_quotas_hold_over_all_nodes(nodes: list[TaskStore]) -> None:
    queued = Admission((OwnerQuotas("tenant", "ann", Quotas(queued=5)),))
    found = at_once([submit(nodes[n % NODES], queued) for n in range(20)])
    assert kinds(found) == {"made": 5, RateLimited.__name__: 15}
    daily = Admission((OwnerQuotas("tenant", "bob", Quotas(daily_credits=3 * PRICE)),))
    found = at_once([submit(nodes[n % NODES], daily, "bob") for n in range(20)])
    assert kinds(found) == {"made": 3, QuotaExceeded.__name__: 17}


def test_a_tenant_runs_as_many_tasks_as_it_may(nodes: list[TaskStore]) -> None:
    for _ in range(20):
        nodes[0].accept(submission())
    TenantStore(nodes[0].database, SystemClock()).create("ann", quotas=Quotas(running=4))
    claims = at_once([lambda n=n: nodes[n % NODES].queue.claim(f"worker {n}", LEASE) for n in range(20)])
    assert sum(claim is not None for claim in claims) == 4
    assert len({claim.task.id for claim in claims if claim is not None}) == 4  # type: ignore[attr-defined]


def test_ids_never_meet(nodes: list[TaskStore]) -> None:
    made = at_once([partial(compose_many, nodes[n % NODES]) for n in range(9)])
    ids = [task_id for some in made for task_id in some]  # type: ignore[attr-defined]
    assert len(set(ids)) == len(ids) == 18_000


@pytest.mark.slow
def test_of_what_ends_a_task_one_wins(nodes: list[TaskStore]) -> None:
    """1,000 tasks are claimed, ended, cancelled and swept at once, in an order that nobody knows."""
    random = Random(7)  # noqa: S311 - which calls meet
    rounds, each = 125, 8
    for _ in range(rounds):
        tasks = [nodes[0].accept(submission(off_peak=random.random() < 0.2)) for _ in range(each)]
        calls: list[Callable[[], object]] = []
        for task in tasks:
            store, other = random.sample(nodes, 2)
            calls.append(lambda store=store: work(store))
            if random.random() < 0.7:
                calls.append(lambda other=other, task=task: other.cancel("ann", task.id))
        calls.append(lambda: Deadlines(nodes[1].database).cancel_expired(SystemClock().now()))
        calls.append(lambda: nodes[2].queue.renew_leases("nobody", LEASE))
        found = at_once(calls)
        assert {type(one) for one in found if isinstance(one, Exception)} <= LOST
    left = nodes[0].list(None)
    audit = audit_ledger(nodes[0].database)
    assert audit.problems == ()
    assert audit.tasks == rounds * each
    assert all(task.state is not TaskState.RUNNING for task in left)


def work(store: TaskStore) -> object:
    claim = store.queue.claim("worker", LEASE)
    if claim is None:
        return None
    store.queue.save_progress(claim.token, 0.5)
    outcome = VIDEO if int(claim.task.id) % 3 else Failure("no", "RenderFailed")
    settled = store.queue.settle(claim.token, outcome)
    assert store.queue.settle(claim.token, outcome) == settled
    return settled


def test_each_delivery_is_taken_by_one_node(nodes: list[TaskStore]) -> None:
    callback = Callback("https://example.com/a", "http://here", frozenset({TaskState.RUNNING}))
    for number in range(8):
        nodes[0].admit(nodes[0].compose(submission(f"tenant {number}")), callback)
        nodes[0].queue.claim("worker", LEASE)
    stores = [DeliveryStore(store.database, store.clock) for store in nodes]
    taken = at_once([partial(stores[n % NODES].list_due, ()) for n in range(9)])
    due = [each for some in taken for each in some]  # type: ignore[attr-defined]
    assert len({each.id for each in due}) == len(due) == 8
    attempt = DeliveryAttempt(SystemClock().now(), 5, 500, "no")
    stores[0].record_attempt(due[0], attempt, DeliveryStatus.PENDING, SystemClock().now())
    assert [each.id for each in stores[1].list_due(())] == [due[0].id]


def test_the_audit_log_has_no_fork_and_no_gap(nodes: list[TaskStore]) -> None:
    tenants = [TenantStore(store.database, SystemClock()) for store in nodes]
    calls = [lambda n=n: tenants[n % NODES].create(f"tenant {n % 15}") for n in range(30)]
    assert kinds(at_once(calls)) == {"Tenant": 15, "InvalidRequest": 15}
    found = check_chain(nodes[0].database)
    assert (found.entries, found.problems) == (15, ())


def test_nodes_that_start_together_make_the_tables_once(tmp_path: Path) -> None:
    url = get_cluster().create_empty()

    def start(number: int) -> object:
        store = TaskStore.open(tmp_path / str(number), SystemClock(), SystemRandom(), database_url=url)
        store.close()
        return None

    assert at_once([lambda number=number: start(number) for number in range(4)]) == [None] * 4


def test_a_node_waits_for_the_migration_of_another_one_longer_than_for_other_locks(tmp_path: Path) -> None:
    url = get_cluster().create_empty()
    with ExitStack() as stack:
        migrating = stack.enter_context(closing(DatabaseLocation(tmp_path, url).open()))
        watching = stack.enter_context(psycopg.connect(url, autocommit=True))
        threads = stack.enter_context(ThreadPoolExecutor(1))
        with migrating.write() as connection:
            take_locks(connection, [(DatabaseLock.MIGRATION, "")])
            opening = threads.submit(
                TaskStore.open, tmp_path, SystemClock(), SystemRandom(), database_url=url
            )
            for _ in range(6):  # seconds, of which other locks have five
                wait_until(lambda: opening.done() or _is_waiting(watching))
                connection.exec_driver_sql("SELECT pg_sleep(1)")
        opening.result(60).close()


def _is_waiting(watching: psycopg.Connection) -> bool:
    found = watching.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return found.fetchone() is not None


def count_tasks(store: TaskStore) -> int:
    with store.database.read() as connection:
        return connection.execute(select(func.count()).select_from(TASKS)).scalar_one()
