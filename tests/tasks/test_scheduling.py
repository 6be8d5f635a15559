from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select
from sqlalchemy.dialects import sqlite

from keyreel.task import Submission, TaskState
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.outcomes import Failure
from keyreel.tasks.scheduling import (
    build_cancellations_query,
    build_off_peak_query,
    build_tenant_next_query,
    build_waiting_tenants_query,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Select

    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]

LEASE = 30.0


def served(store: TaskStore, clock: ManualClock, times: int, *, finish: bool) -> list[str]:
    tenants: list[str] = []
    for _ in range(times):
        claim = store.queue.claim("worker", LEASE)
        assert claim is not None
        tenants.append(claim.task.submission.tenant)
        clock.advance(1)
        if finish:
            store.queue.settle(claim.token, Failure("", ""))
    return tenants


def test_takes_a_tenants_oldest_task_first(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    ids = []
    for _ in range(3):
        ids.append(store.accept(submission()).id)
        clock.advance(1)
    claims = [store.queue.claim("worker", LEASE) for _ in range(3)]
    assert [claim and claim.task.id for claim in claims] == ids


def test_a_released_task_keeps_its_place(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    first = store.accept(submission())
    clock.advance(1)
    store.accept(submission())
    claim = store.queue.claim("worker", LEASE)
    assert claim is not None
    store.queue.requeue(claim.token)
    again = store.queue.claim("worker", LEASE)
    assert again is not None
    assert again.task.id == first.id


def test_many_slots_go_to_tenants_in_equal_shares(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    for tenant, tasks in (("flood", 30), ("bob", 2), ("eve", 3)):
        for _ in range(tasks):
            store.accept(submission(tenant))
    tenants = served(store, clock, 6, finish=False)
    assert {tenant: tenants.count(tenant) for tenant in tenants} == {"flood": 2, "bob": 2, "eve": 2}


def test_with_one_slot_a_flood_lets_others_pass(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    for _ in range(50):
        store.accept(submission("flood"))
    assert served(store, clock, 2, finish=True) == ["flood", "flood"]
    store.accept(submission("bob"))
    store.accept(submission("bob"))
    assert served(store, clock, 4, finish=True) == ["bob", "flood", "bob", "flood"]


def cancel_renders(store: TaskStore, submission: Make, clock: ManualClock, times: int) -> None:
    """Submit a task, have it begun and cancel it, so many times, a tenth of a second each."""
    for _ in range(times):
        task = store.accept(submission("flood"))
        assert store.queue.claim("worker", LEASE) is not None
        clock.advance(0.1)
        store.cancel("flood", task.id)


def test_a_tenant_that_cancels_its_renders_in_a_loop_waits(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    cancel_renders(store, submission, clock, 4)
    store.accept(submission("flood"))
    assert store.queue.claim("worker", LEASE) is None
    store.accept(submission("bob"))
    assert served(store, clock, 1, finish=True) == ["bob"]
    clock.advance(3)
    assert served(store, clock, 1, finish=True) == ["flood"]


def test_cancelling_now_and_then_costs_nothing(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    for _ in range(5):
        cancel_renders(store, submission, clock, 3)
        store.accept(submission("flood"))
        assert served(store, clock, 1, finish=True) == ["flood"]
        clock.advance(60)


def test_what_is_cancelled_in_the_queue_costs_nothing(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    for _ in range(50):
        store.cancel("flood", store.accept(submission("flood")).id)
    store.accept(submission("flood"))
    assert served(store, clock, 1, finish=True) == ["flood"]


def test_a_cancelling_loop_gets_a_start_every_few_seconds(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    started = 0
    for _ in range(240):  # two minutes
        clock.advance(0.5)
        task = store.accept(submission("flood"))
        started += store.queue.claim("worker", LEASE) is not None
        store.cancel("flood", task.id)
    assert 10 <= started <= 25


def test_a_task_waits_until_it_is_ready(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    store.accept(submission())
    clock.advance(-60)
    assert store.queue.claim("worker", LEASE) is None
    clock.advance(60)
    assert store.queue.claim("worker", LEASE) is not None


@pytest.mark.sqlite
def test_a_claim_reads_the_index_and_never_the_backlog(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    store.accept(submission())
    with store.database.write() as connection:
        row = dict(connection.execute(select(TASKS)).mappings().one())
        rows = [{**row, "id": row["id"] + 1 + n, "tenant": f"tenant {n % 50}"} for n in range(20_000)]
        connection.execute(insert(TASKS), rows)
        connection.exec_driver_sql("ANALYZE")
    (lately,) = [step for step in plan(store, build_cancellations_query(clock.now())) if "tasks" in step]
    assert lately == "SEARCH tasks USING INDEX tasks_kept (kept=? AND state=? AND finished>? AND finished<?)"
    turns = plan(store, build_waiting_tenants_query())
    assert [step for step in turns if "tasks" in step] == [
        "SEARCH tasks USING COVERING INDEX tasks_queue (state=?)",
        "SEARCH tasks USING COVERING INDEX tasks_queue (state=? AND tenant>?)",
        "SEARCH tasks USING COVERING INDEX tasks_queue (state=? AND tenant=? AND priority=?)",
        "SEARCH tasks USING COVERING INDEX tasks_queue (state=? AND tenant=?)",
        "SEARCH tasks USING COVERING INDEX tasks_served (tenant=?)",
    ]
    assert plan(store, build_tenant_next_query("tenant 1", clock.now())) == [
        "SEARCH tasks USING COVERING INDEX tasks_queue (state=? AND tenant=? AND priority=?)"
    ]
    assert plan(store, build_off_peak_query(clock.now())) == [
        "SEARCH tasks USING INDEX tasks_deadlines (state=? AND deadline>?)"
    ]
    claim = store.queue.claim("worker", LEASE)
    assert claim is not None
    assert claim.task.state is TaskState.RUNNING


def plan(store: TaskStore, query: Select[*tuple[object, ...]]) -> list[str]:
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with store.database.read() as connection:
        return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
