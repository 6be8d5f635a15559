from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from keyreel.task import Submission, TaskState
from keyreel.tasks.accounts.ledger import Ledger, get_free_account
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.accounts.quotas import SaturatedOwners
from keyreel.tasks.deadlines import Deadlines
from keyreel.tasks.outcomes import Failure
from keyreel.tasks.scheduling import find_next_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.task import Task
    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]

LEASE = 30.0
HOUR = 3600.0


@pytest.fixture
def deadlines(store: TaskStore) -> Deadlines:
    return Deadlines(store.database)


def begun(store: TaskStore, *, off_peak: bool = True) -> str:
    claim = store.queue.claim("worker", LEASE, off_peak=off_peak)
    return claim.task.id if claim else ""


def state(store: TaskStore, task: Task) -> TaskState:
    return store.get(task.submission.tenant, task.id).state


def test_off_peak_tasks_run_after_all_others_whosever_they_are(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    cheap = store.accept(submission("ann", off_peak=True))
    clock.advance(1)
    usual = [store.accept(submission("bob")).id for _ in range(2)]
    assert [begun(store) for _ in range(3)] == [*usual, cheap.id]


def test_the_nearest_deadline_goes_first(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    ids = []
    for tenant in ("bob", "ann", "ann", "bob"):
        ids.append(store.accept(submission(tenant, off_peak=True)).id)
        clock.advance(60)
    assert [begun(store) for _ in range(4)] == ids


def test_off_peak_tasks_wait_for_a_window(store: TaskStore, submission: Make) -> None:
    cheap = store.accept(submission(off_peak=True))
    assert begun(store, off_peak=False) == ""
    usual = store.accept(submission())
    assert begun(store, off_peak=False) == usual.id
    assert begun(store, off_peak=True) == cheap.id


def test_what_was_not_begun_within_48_hours_is_cancelled_and_refunded_exactly(
    store: TaskStore, submission: Make, clock: ManualClock, deadlines: Deadlines
) -> None:
    with store.database.write() as connection:
        Ledger(connection, clock.now()).grant("g", "ann", 100)
    cheap = store.accept(submission(off_peak=True, credits=30))
    assert cheap == store.get("ann", cheap.id)
    clock.advance(48 * HOUR - 1)
    assert deadlines.cancel_expired(clock.now()) == 0
    clock.advance(1)
    assert begun(store) == ""
    assert deadlines.cancel_expired(clock.now()) == 1
    ended = store.get("ann", cheap.id)
    assert (ended.state, ended.fault, ended.finished) == (TaskState.CANCELLED, "Expired", clock.now())
    assert "48 hours" in ended.reason
    assert deadlines.cancel_expired(clock.now()) == 0
    with store.database.read() as connection:
        assert Ledger(connection, clock.now()).get_balance(get_free_account("ann")) == 100
    found = audit_ledger(store.database)
    assert (found.problems, found.open_holds) == ((), 0)


def test_usual_tasks_have_no_deadline(
    store: TaskStore, submission: Make, clock: ManualClock, deadlines: Deadlines
) -> None:
    task = store.accept(submission())
    clock.advance(1000 * HOUR)
    assert deadlines.cancel_expired(clock.now()) == 0
    assert begun(store) == task.id


def test_a_running_task_finishes_after_its_deadline(
    store: TaskStore, submission: Make, clock: ManualClock, deadlines: Deadlines
) -> None:
    task = store.accept(submission(off_peak=True))
    claim = store.queue.claim("worker", LEASE)
    assert claim is not None
    clock.advance(49 * HOUR)
    assert deadlines.cancel_expired(clock.now()) == 0
    store.queue.settle(claim.token, Failure("", ""))
    assert state(store, task) is TaskState.FAILED


def test_one_that_has_begun_and_goes_back_to_the_queue_is_taken_again_after_its_deadline(
    store: TaskStore, submission: Make, clock: ManualClock, deadlines: Deadlines
) -> None:
    task = store.accept(submission(off_peak=True))
    claim = store.queue.claim("worker", LEASE)
    assert claim is not None
    clock.advance(49 * HOUR)
    store.queue.requeue(claim.token)
    assert deadlines.cancel_expired(clock.now()) == 0
    assert begun(store) == task.id


def test_many_expire_a_few_at_a_time(
    store: TaskStore, submission: Make, clock: ManualClock, deadlines: Deadlines
) -> None:
    for _ in range(120):
        store.accept(submission(off_peak=True, credits=1))
    clock.advance(48 * HOUR)
    counts = [deadlines.cancel_expired(clock.now()) for _ in range(4)]
    assert counts == [50, 50, 20, 0]
    assert audit_ledger(store.database).problems == ()


def test_deadlines_and_places_follow_a_clock_that_was_set(
    store: TaskStore, submission: Make, clock: ManualClock, deadlines: Deadlines
) -> None:
    before = store.accept(submission(off_peak=True))
    year = timedelta(days=365)
    clock.advance(year.total_seconds())
    deadlines.shift(year)
    assert deadlines.cancel_expired(clock.now()) == 0
    clock.advance(-year.total_seconds())
    deadlines.shift(-year)
    usual = store.accept(submission())
    clock.advance(-HOUR)
    deadlines.shift(timedelta(hours=-1))
    assert begun(store) == usual.id
    clock.advance(48 * HOUR)
    assert deadlines.cancel_expired(clock.now()) == 1
    assert state(store, before) is TaskState.CANCELLED


def test_who_runs_as_many_as_may_lets_others_pass(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    store.accept(submission("ann", off_peak=True))
    store.accept(submission("bob", off_peak=True, key_id="key_2"))
    last = store.accept(submission("eve", off_peak=True))
    full = SaturatedOwners(keys=("key_2",), tenants=frozenset({"ann"}))
    with store.database.write() as connection:
        assert find_next_task(connection, clock.now(), full) == int(last.id)
        assert find_next_task(connection, clock.now(), full, off_peak=False) is None


def test_cancelling_works_while_it_waits(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission(off_peak=True, credits=9))
    assert store.cancel("ann", task.id).state is TaskState.CANCELLED
    assert audit_ledger(store.database).is_balanced
