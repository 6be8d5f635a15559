from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import Cancelled, LeaseLost
from keyreel.task import Submission, TaskId, TaskState
from keyreel.tasks.outcomes import Failure, Success
from keyreel.tasks.task_queue import Claim, FencingToken

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]

LEASE = 30.0
WON = Success("videos/1/1.mp4", "covers/1/1.jpg", "ab" * 32)


def claimed(store: TaskStore) -> Claim:
    claim = store.queue.claim("worker", LEASE)
    assert claim is not None
    return claim


def test_a_claim_starts_a_task_once(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    task = store.accept(submission())
    claim = claimed(store)
    assert claim.token == FencingToken(task.id, 1)
    assert claim.task == replace(task, state=TaskState.RUNNING, attempt=1, started=clock.now())
    assert store.queue.claim("worker", LEASE) is None


def test_settles_a_task_with_its_files(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    task = store.accept(submission())
    token = claimed(store).token
    store.queue.save_progress(token, 0.25)
    assert store.get("ann", task.id).progress == 0.25
    clock.advance(5)
    store.queue.settle(token, WON)
    done = store.get("ann", task.id)
    assert (done.state, done.progress, done.finished) == (TaskState.SUCCEEDED, 1.0, clock.now())
    assert (done.video, done.cover, done.video_sha256) == (WON.video, WON.cover, WON.video_sha256)


def test_settles_a_failure_with_its_reason(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission())
    store.queue.settle(claimed(store).token, Failure("No image.", "PictureUnreachable"))
    done = store.get("ann", task.id)
    assert (done.state, done.reason, done.fault) == (TaskState.FAILED, "No image.", "PictureUnreachable")


def test_settling_again_the_same_way_is_no_loss(store: TaskStore, submission: Make) -> None:
    store.accept(submission())
    token = claimed(store).token
    assert store.queue.settle(token, WON) == store.queue.settle(token, WON)
    with pytest.raises(LeaseLost):
        store.queue.settle(token, Failure("Too late.", "RenderFailed"))


@pytest.mark.parametrize(
    "write",
    [
        lambda store, token: store.queue.save_progress(token, 0.9),
        lambda store, token: store.queue.check(token),
        lambda store, token: store.queue.save_step(token, "shot", "a"),
        lambda store, token: store.queue.record_crash(token),
        lambda store, token: store.queue.requeue(token),
        lambda store, token: store.queue.settle(token, WON),
    ],
    ids=["save_progress", "check", "save_step", "record_crash", "requeue", "settle"],
)
def test_refuses_writes_of_an_attempt_that_is_over(
    store: TaskStore, submission: Make, write: Callable[[TaskStore, FencingToken], object]
) -> None:
    task = store.accept(submission())
    old = claimed(store).token
    store.queue.requeue(old)
    new = claimed(store).token
    before = store.get("ann", task.id)
    with pytest.raises(LeaseLost):
        write(store, old)
    assert store.get("ann", task.id) == before
    store.cancel("ann", task.id)
    with pytest.raises(Cancelled):
        write(store, new)
    assert store.get("ann", task.id).state is TaskState.CANCELLED


def test_counts_crashes_over_all_attempts(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission())
    token = claimed(store).token
    assert [store.queue.record_crash(token), store.queue.record_crash(token)] == [1, 2]
    store.queue.requeue(token)
    assert store.queue.record_crash(claimed(store).token) == 3
    assert store.get("ann", task.id).crashes == 3


def test_remembers_steps_for_the_next_attempt(store: TaskStore, submission: Make) -> None:
    store.accept(submission())
    token = claimed(store).token
    assert store.queue.load_step(token, "shot 1") is None
    store.queue.save_step(token, "shot 1", "one.mp4")
    store.queue.requeue(token)
    assert store.queue.load_step(claimed(store).token, "shot 1") == "one.mp4"


def test_steps_of_one_task_are_not_anothers(store: TaskStore, submission: Make) -> None:
    store.accept(submission())
    store.accept(submission())
    store.queue.save_step(claimed(store).token, "shot 1", "one.mp4")
    assert store.queue.load_step(claimed(store).token, "shot 1") is None


def test_queues_tasks_whose_lease_lapsed(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission())
    lost = store.queue.claim("dead", -1.0)
    assert lost is not None
    assert store.queue.renew_leases("worker", LEASE) == 1
    again = store.get("ann", task.id)
    assert (again.state, again.crashes) == (TaskState.QUEUED, 0)
    assert claimed(store).token.attempt == 2


def test_renews_its_own_leases_before_it_judges_others(store: TaskStore, submission: Make) -> None:
    store.accept(submission())
    late = store.queue.claim("worker", -1.0)
    assert late is not None
    assert store.queue.renew_leases("worker", LEASE) == 0
    store.queue.check(late.token)


def test_a_claim_takes_tasks_of_engines_with_a_free_slot_alone(store: TaskStore, submission: Make) -> None:
    for engine, tenant in (("full", "ann"), ("full", "bob"), ("free", "bob"), ("", "cid")):
        store.admit(replace(store.compose(submission(tenant)), engine=engine))
    claims = [store.queue.claim("worker", LEASE, engines=("free",)) for _ in range(3)]
    assert [claim and claim.task.engine for claim in claims] == ["free", "", None]
    assert claimed(store).task.engine == "full"


def test_queued_tasks_of_engines_that_are_gone_get_others(store: TaskStore, submission: Make) -> None:
    tasks = [replace(store.compose(submission()), engine=engine) for engine in ("gone", "here", "gone", "")]
    for task in tasks:
        store.admit(task)
    running = claimed(store).task
    unbound = store.queue.list_unbound(("here",), TaskId("0"), 10)
    assert [task.id for task in unbound] == [tasks[2].id, tasks[3].id]
    store.queue.rebind({tasks[2].id: "here", running.id: "here"})
    assert store.get("ann", tasks[2].id).engine == "here"
    assert store.get("ann", running.id).engine == "gone"
