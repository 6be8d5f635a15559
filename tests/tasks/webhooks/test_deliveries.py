"""Events of tasks with callbacks: made with each change of state, given out fairly, kept until told."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from keyreel.errors import UnknownTask
from keyreel.task import Submission, Task, TaskId, TaskState
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.database.tables import CALLBACKS, DELIVERIES, TASKS
from keyreel.tasks.outcomes import Failure, Success
from keyreel.tasks.webhooks.deliveries import Delivery, DeliveryAttempt, DeliveryLimits, DeliveryStore
from keyreel.tasks.webhooks.events import Callback, DeliveryStatus
from keyreel.tasks.webhooks.secrets import WebhookSecrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

ENDS = frozenset({TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED})
ONCE = Callback("http://a.test/hook", "http://me", ENDS, sealed_key="sealed")
EACH = replace(ONCE, states=ENDS | {TaskState.RUNNING})
DONE = Success("videos/1/1.mp4", "covers/1/1.jpg", "00")


@pytest.fixture
def deliveries(store: TaskStore, clock: ManualClock) -> DeliveryStore:
    return DeliveryStore(store.database, clock, DeliveryLimits(total=10, per_tenant=5, per_receiver=3))


def run(store: TaskStore, outcome: Success | Failure = DONE) -> Task:
    claim = store.queue.claim("me", 30)
    assert claim is not None
    return store.queue.settle(claim.token, outcome)


def answered(deliveries: DeliveryStore, delivery: Delivery, status: DeliveryStatus, code: int = 500) -> None:
    attempt = DeliveryAttempt(delivery.created, 12, code, "" if status is DeliveryStatus.DELIVERED else "no")
    deliveries.record_attempt(delivery, attempt, status, delivery.next_at)


def states(deliveries: DeliveryStore, task: Task) -> list[tuple[str, str]]:
    return [(each.state, each.status) for each in reversed(deliveries.list(task.id))]


def sealed_keys(store: TaskStore) -> list[str]:
    with store.database.read() as connection:
        return list(connection.execute(select(CALLBACKS.c.sealed_key)).scalars())


def test_a_task_without_a_callback_makes_no_events(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission]
) -> None:
    store.accept(submission())
    run(store)
    assert deliveries.list() == ()


@pytest.mark.parametrize(
    ("outcome", "state"), [(DONE, "succeeded"), (Failure("no", "RenderFailed"), "failed")]
)
def test_an_end_is_one_event(
    store: TaskStore,
    deliveries: DeliveryStore,
    submission: Callable[..., Submission],
    *,
    outcome: Success | Failure,
    state: str,
) -> None:
    task = store.accept(submission(), ONCE)
    assert deliveries.list_due(()) == ()
    run(store, outcome)
    assert states(deliveries, task) == [(state, "pending")]
    (due,) = deliveries.list_due(())
    assert (due.id, due.task, due.url, due.base) == (f"evt_{task.id}_1", task.id, ONCE.url, ONCE.base_url)


def test_a_cancelled_task_is_told_once(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission]
) -> None:
    task = store.accept(submission(), EACH)
    store.cancel("ann", task.id)
    store.cancel("ann", task.id)
    assert states(deliveries, task) == [("cancelled", "pending")]


def test_the_start_is_told_once_however_often_a_task_begins(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission]
) -> None:
    task = store.accept(submission(), EACH)
    for _ in range(3):
        claim = store.queue.claim("me", 30)
        assert claim is not None
        store.queue.requeue(claim.token)
    run(store)
    assert states(deliveries, task) == [("running", "pending"), ("succeeded", "pending")]


def test_an_end_waits_for_the_start_to_be_told(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission]
) -> None:
    store.accept(submission(), EACH)
    run(store)
    (start,) = deliveries.list_due(())
    assert start.state is TaskState.RUNNING
    assert deliveries.list_due((start,)) == ()
    answered(deliveries, start, DeliveryStatus.DELIVERED, 200)
    (end,) = deliveries.list_due(())
    assert end.state is TaskState.SUCCEEDED


def test_an_end_does_not_wait_for_a_start_that_is_long_off_and_replaces_it(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission], clock: ManualClock
) -> None:
    task = store.accept(submission(), EACH)
    run(store)
    (start,) = deliveries.list_due(())
    later = start.next_at.replace(hour=23)
    deliveries.record_attempt(
        start, DeliveryAttempt(clock.now(), 5, 500, "no"), DeliveryStatus.PENDING, later
    )
    (end,) = deliveries.list_due(())
    answered(deliveries, end, DeliveryStatus.DELIVERED, 200)
    assert states(deliveries, task) == [("running", "superseded"), ("succeeded", "delivered")]


def test_the_first_attempt_waits_as_the_schedule_says(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission], clock: ManualClock
) -> None:
    store.accept(submission(), replace(ONCE, wait_seconds=5))
    run(store)
    assert deliveries.list_due(()) == ()
    clock.advance(5)
    assert len(deliveries.list_due(())) == 1


@pytest.mark.sqlite  # several processes ask the database what is in flight, and not each other
def test_one_receiver_and_one_tenant_take_no_more_than_their_room(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission], clock: ManualClock
) -> None:
    for host in ("slow", "slow", "slow", "slow", "slow", "fine", "fine", "fine"):
        store.accept(submission("ann"), replace(ONCE, url=f"http://{host}.test/"))
        run(store)
        clock.advance(1)
    store.accept(submission("bob"), replace(ONCE, url="http://slow.test/"))
    run(store)
    first = deliveries.list_due(())
    assert sorted((each.tenant, each.host) for each in first) == [
        *[("ann", "fine.test")] * 2,
        *[("ann", "slow.test")] * 3,
        ("bob", "slow.test"),
    ]
    assert deliveries.list_due(first) == ()
    hanging = [each for each in first if each.host == "slow.test"]
    assert [each.host for each in deliveries.list_due(hanging)] == ["fine.test"] * 2


def test_gone_ends_all_that_a_tenant_would_send_there(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission]
) -> None:
    told, waiting = (store.accept(submission(), ONCE) for _ in range(2))
    other = store.accept(submission("bob"), ONCE)
    run(store)
    run(store)
    gone = next(each for each in deliveries.list_due(()) if each.task == told.id or each.tenant == "ann")
    answered(deliveries, gone, DeliveryStatus.DISABLED, 410)
    run(store)
    known = {each.task: each.status for each in deliveries.list()}
    assert known[gone.task] is DeliveryStatus.DISABLED
    assert known.get(other.id) is DeliveryStatus.PENDING
    assert DeliveryStatus.PENDING not in {
        known.get(task.id, DeliveryStatus.DISABLED) for task in (told, waiting)
    }
    fresh = store.accept(submission(), ONCE)
    run(store)
    assert states(deliveries, fresh) == [("succeeded", "pending")]


def test_the_key_is_forgotten_when_nothing_is_left_to_sign(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission]
) -> None:
    store.accept(submission(), EACH)
    claim = store.queue.claim("me", 30)
    assert claim is not None
    (start,) = deliveries.list_due(())
    answered(deliveries, start, DeliveryStatus.DELIVERED, 200)
    assert sealed_keys(store) == ["sealed"]
    store.queue.settle(claim.token, DONE)
    (end,) = deliveries.list_due(())
    answered(deliveries, end, DeliveryStatus.FAILED)
    assert sealed_keys(store) == ["sealed"]
    deliveries.replay(end.id)
    (again,) = deliveries.list_due(())
    answered(deliveries, again, DeliveryStatus.DELIVERED, 200)
    assert sealed_keys(store) == [""]


def test_every_attempt_is_kept_and_a_replay_begins_anew(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission]
) -> None:
    task = store.accept(submission(), ONCE)
    run(store)
    for _ in range(2):
        (due,) = deliveries.list_due(())
        answered(deliveries, due, DeliveryStatus.FAILED, 503)
        assert deliveries.list_due(()) == ()
        replayed = deliveries.replay(due.id)
        assert (replayed.id, replayed.tried, replayed.status) == (due.id, 0, DeliveryStatus.PENDING)
    (kept,) = deliveries.list(task.id)
    assert [(each.status, each.error) for each in kept.attempts] == [(503, "no"), (503, "no")]
    with pytest.raises(UnknownTask):
        deliveries.replay("evt_1_1")
    assert deliveries.list(TaskId("7")) == ()


def test_a_rehearsed_task_has_ended_costs_nothing_and_is_told(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission]
) -> None:
    task = store.compose(submission())
    assert store.admit(task, EACH, outcome=DONE) is None
    assert task.state is TaskState.QUEUED
    kept = store.get("ann", task.id)
    assert (kept.state, kept.charged, kept.video) == (TaskState.SUCCEEDED, 0, DONE.video)
    assert states(deliveries, task) == [("running", "pending"), ("succeeded", "pending")]
    assert store.queue.claim("me", 30) is None
    assert audit_ledger(store.database).is_balanced


def test_the_vault_opens_only_what_it_sealed_for_that_tenant() -> None:
    vault, other = WebhookSecrets(b"1" * 32), WebhookSecrets(b"2" * 32)
    sealed = vault.seal("kr_key", "ann")
    assert "kr_key" not in sealed
    assert vault.seal("kr_key", "ann") != sealed
    assert vault.unseal(sealed, "ann") == "kr_key"
    assert vault.unseal(sealed, "bob") == other.unseal(sealed, "ann") == vault.unseal("", "ann") == ""


def test_each_tenant_has_a_secret_of_its_own() -> None:
    vault = WebhookSecrets(b"1" * 32, "whsec_given")
    assert vault.get_secret("default") == "whsec_given"
    secrets = {
        vault.get_secret("ann"),
        vault.get_secret("bob"),
        WebhookSecrets(b"1" * 32).get_secret("default"),
    }
    assert len(secrets) == 3
    assert all(secret.startswith("whsec_") for secret in secrets)
    assert vault.get_secret("ann") == WebhookSecrets(b"1" * 32).get_secret("ann")


def test_thousands_that_are_due_are_looked_through_quickly(
    store: TaskStore, deliveries: DeliveryStore, submission: Callable[..., Submission]
) -> None:
    store.accept(submission(), ONCE)
    run(store)
    with store.database.write() as connection:
        for table, key in ((TASKS, "id"), (CALLBACKS, "task"), (DELIVERIES, "task")):
            row = dict(connection.execute(select(table)).mappings().one())
            rows = [{**row, "tenant": f"t{n % 50}", key: n} for n in range(1, 3001)]
            if table is DELIVERIES:
                rows = [{**each, "id": f"evt_{each['task']}_1"} for each in rows]
            connection.execute(insert(table), rows)
    started = time.process_time()
    assert len(deliveries.list_due(())) == 10
    # A search for earlier events by anything but their task would take seconds.
    assert time.process_time() - started < 0.25
