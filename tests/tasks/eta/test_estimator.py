from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyreel.off_peak import OffPeakWindows
from keyreel.tasks.deadlines import keep_queued
from keyreel.tasks.eta.estimator import EtaEstimator
from keyreel.tasks.outcomes import Success

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.task import Submission, Task
    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]

WON = Success("videos/1/1.mp4", "covers/1/1.jpg", "ab" * 32)


def forecast(store: TaskStore, clock: ManualClock, slots: int = 1, windows: str = "") -> EtaEstimator:
    return EtaEstimator(
        store.database, clock, slots={"motion": slots}, windows=OffPeakWindows.from_text(windows)
    )


def rendered(store: TaskStore, clock: ManualClock, seconds: float) -> None:
    claim = store.queue.claim("worker", 30)
    assert claim is not None
    clock.advance(seconds)
    store.queue.settle(claim.token, WON)


def ahead(of: EtaEstimator, task: Task) -> int:
    prospect = of.estimate_task(task)
    assert prospect is not None
    return prospect.tasks_ahead


def test_learns_from_the_last_renders(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    store.accept(submission(resolution="720p"))
    rendered(store, clock, 20)
    task = store.accept(submission(resolution="720p"))
    assert forecast(store, clock).estimate_seconds(task) == 20
    larger = store.accept(submission(resolution="1080p"))
    assert forecast(store, clock).estimate_seconds(larger) == 20 + 45


def test_an_estimate_is_renewed_after_a_second(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    store.accept(submission(resolution="720p"))
    rendered(store, clock, 20)
    first, second = (store.accept(submission(resolution="720p")) for _ in range(2))
    found = forecast(store, clock)
    assert [found.estimate_seconds(task) for task in (first, second)] == [20, 40]
    rendered(store, clock, 0)
    clock.advance(0.5)
    with store.database.count_statements() as counts:
        assert found.estimate_seconds(second) == 40
    assert counts["SELECT"] == 0
    clock.advance(0.5)
    assert found.estimate_seconds(second) < 40


def test_counts_the_turns_of_other_tenants_not_their_tasks(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    for _ in range(9):
        store.accept(submission("flood"))
    own = [store.accept(submission("bob")) for _ in range(2)]
    last = store.accept(submission("flood"))
    found = forecast(store, clock)
    assert [ahead(found, task) for task in (*own, last)] == [1, 3, 11]
    assert found.estimate_submission(submission("eve"), "").tasks_ahead == 2


def test_many_tasks_are_estimated_as_each_alone_by_one_count(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    tasks = []
    for tenant, off_peak in (("ann", False), ("ann", True), ("bob", False), ("ann", False), ("bob", True)):
        tasks.append(store.accept(replace(submission(tenant), off_peak=off_peak)))
        clock.advance(1)
    with store.database.count_statements() as counts:
        together = forecast(store, clock).estimate_tasks(tasks)
    assert counts["SELECT"] <= 5  # one for all places; the others take the snapshot of the queue
    assert together == {task.id: forecast(store, clock).estimate_task(task) for task in tasks}


def test_its_order_is_the_order_of_claims(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    tasks = []
    for tenant in ("ann", "ann", "ann", "bob", "bob", "eve"):
        tasks.append(store.accept(submission(tenant)))
        clock.advance(1)
    found = forecast(store, clock)
    expected = {task.id: ahead(found, task) for task in tasks}
    for turn in range(6):
        claim = store.queue.claim("worker", 30)
        assert claim is not None
        # Among tenants in the same position the forecast does not say which goes first.
        assert abs(expected[claim.task.id] - turn) <= 2
        clock.advance(1)
        store.queue.settle(claim.token, WON)


def test_slots_share_the_queue(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    store.accept(submission())
    rendered(store, clock, 30)
    last = [store.accept(submission()) for _ in range(4)][-1]
    assert forecast(store, clock, slots=2).estimate_seconds(last) == 60
    assert forecast(store, clock, slots=4).estimate_seconds(last) == 30


def test_a_task_waits_for_the_slots_of_its_own_engine(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    def accept(engine: str, tenant: str = "ann") -> Task:
        task = replace(store.compose(submission(tenant, resolution="720p")), engine=engine)
        store.admit(task)
        return task

    for engine, seconds in (("slow", 60), ("fast", 10)):
        accept(engine)
        rendered(store, clock, seconds)
    flood = [accept("slow", tenant) for tenant in ("ann", "ann", "bob", "bob")]
    quick = [accept("fast", tenant) for tenant in ("ann", "ann", "ann", "bob")]
    found = EtaEstimator(
        store.database, clock, slots={"slow": 1, "fast": 2}, windows=OffPeakWindows.from_text("")
    )
    assert [ahead(found, task) for task in (*flood, *quick)] == [1, 3, 1, 3, 1, 2, 3, 1]
    assert [found.estimate_seconds(task) for task in quick] == [10, 20, 20, 10]
    assert [found.estimate_seconds(task) for task in flood] == [120, 240, 120, 240]
    assert found.estimate_tasks(quick) == {task.id: found.estimate_task(task) for task in quick}
    # One that no engine makes is taken with any slot, and so it is before the tasks of every engine.
    stray = accept("", "eve")
    fresh = EtaEstimator(store.database, clock, slots={"new": 1}, windows=OffPeakWindows.from_text(""))
    assert (ahead(fresh, stray), fresh.estimate_submission(submission("flo"), "new").tasks_ahead) == (2, 1)


def test_a_running_task_frees_its_slot_when_it_is_done(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    store.accept(submission())
    rendered(store, clock, 30)
    store.accept(submission())
    assert store.queue.claim("worker", 30)
    clock.advance(10)
    task = store.accept(submission())
    assert forecast(store, clock).estimate_seconds(task) == 20 + 30


def test_off_peak_tasks_come_last_and_wait_for_a_window(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    store.accept(submission())
    rendered(store, clock, 60)
    store.accept(submission("bob"))
    first = store.accept(submission(off_peak=True))
    second = store.accept(submission(off_peak=True))
    assert ahead(forecast(store, clock), second) == 2
    windows = forecast(store, clock, windows="22:00-08:00")
    prospect = windows.estimate_task(first)
    assert prospect is not None
    assert (prospect.starts_at.hour, prospect.starts_at.minute) == (22, 1)
    assert windows.estimate_submission(submission(off_peak=True), "").tasks_ahead == 3


def test_says_nothing_of_a_task_that_never_begins(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    task = store.accept(submission())
    with store.database.write() as connection:
        keep_queued(connection, task)
    assert store.queue.claim("worker", 30) is None
    assert forecast(store, clock).estimate_seconds(store.get("ann", task.id)) == 0
