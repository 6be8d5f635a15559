"""A submit that comes twice: one task, one answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import IdempotencyConflict, InsufficientCredits, RateLimited
from keyreel.tasks.accounts.ledger_audit import verify
from keyreel.tasks.accounts.quotas import Bound, Limits
from keyreel.tasks.accounts.tenants import Tenants
from keyreel.tasks.admission import Terms
from keyreel.tasks.idempotency import Once, Replayed

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.task import Submission, Task
    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]


def once(key: str = "k", digest: str = "d", held: tuple[Bound, ...] = ()) -> Terms:
    return Terms(held, Once(key, digest, 86400, lambda task: f"answer {task.id}"))


def answered(store: TaskStore, asked: Submission, terms: Terms) -> str:
    try:
        task: Task = store.accept(asked, terms=terms)
    except Replayed as earlier:
        return earlier.body
    return f"answer {task.id}"


def test_a_second_submit_gets_the_first_ones_answer(store: TaskStore, submission: Make) -> None:
    answers = {answered(store, submission(), once()) for _ in range(3)}
    assert len(answers) == 1
    assert store.waiting() == 1
    assert verify(store.database).ok


def test_another_request_under_the_same_key_is_a_conflict(store: TaskStore, submission: Make) -> None:
    store.accept(submission(), terms=once())
    with pytest.raises(IdempotencyConflict):
        store.accept(submission(), terms=once(digest="other"))
    assert store.waiting() == 1


def test_each_api_key_has_its_own(store: TaskStore, submission: Make) -> None:
    for key_id in ("key_1", "key_2"):
        store.accept(submission(key_id=key_id), terms=once())
    assert store.waiting() == 2


def test_an_answer_is_forgotten_after_its_day(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    first = answered(store, submission(), once())
    clock.move(23 * 3600)
    assert answered(store, submission(), once()) == first
    clock.move(2 * 3600)
    assert answered(store, submission(), once(digest="other")) != first
    assert store.waiting() == 2


def test_a_refused_submit_keeps_nothing(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    tenants = Tenants(store.database, clock)
    tenants.create("ann")
    tenants.grant("ann", 10, "first")
    with pytest.raises(InsufficientCredits):
        store.accept(submission(credits=30), terms=once())
    tenants.grant("ann", 100, "second")
    assert store.accept(submission(credits=30), terms=once())


def test_what_was_answered_is_answered_again_whatever_the_limits_say_now(
    store: TaskStore, submission: Make
) -> None:
    held = (Bound("key", "key_1", Limits(queued=1)),)
    first = answered(store, submission(), once(held=held))
    with pytest.raises(RateLimited):
        store.accept(submission(), terms=once("other", held=held))
    assert answered(store, submission(), once(held=held)) == first


def test_many_at_once_make_one_task(store: TaskStore, submission: Make) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(lambda _: answered(store, submission(), once()), range(64)))
    assert len(answers) == 1
    assert store.waiting() == 1
