"""A submit that comes twice: one task, one answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import IdempotencyConflict, InsufficientCredits, RateLimited
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.accounts.quotas import OwnerQuotas, Quotas
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.admission import Admission
from keyreel.tasks.idempotency import IdempotencyRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.task import Submission
    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]


def once(key: str = "k", digest: str = "d", held: tuple[OwnerQuotas, ...] = ()) -> Admission:
    return Admission(held, IdempotencyRecord(key, digest, 86400))


def answered(store: TaskStore, asked: Submission, terms: Admission) -> str:
    task = store.compose(asked)
    answer = f"answer {task.id}"
    return store.admit(task, admission=terms.with_response(answer)) or answer


def test_a_second_submit_gets_the_first_ones_answer(store: TaskStore, submission: Make) -> None:
    answers = {answered(store, submission(), once()) for _ in range(3)}
    assert len(answers) == 1
    assert store.count_queued() == 1
    assert audit_ledger(store.database).is_balanced


def test_another_request_under_the_same_key_is_a_conflict(store: TaskStore, submission: Make) -> None:
    store.accept(submission(), admission=once())
    with pytest.raises(IdempotencyConflict):
        store.accept(submission(), admission=once(digest="other"))
    assert store.count_queued() == 1


def test_each_api_key_has_its_own(store: TaskStore, submission: Make) -> None:
    for key_id in ("key_1", "key_2"):
        store.accept(submission(key_id=key_id), admission=once())
    assert store.count_queued() == 2


def test_an_answer_is_forgotten_after_its_day(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    first = answered(store, submission(), once())
    clock.advance(23 * 3600)
    assert answered(store, submission(), once()) == first
    clock.advance(2 * 3600)
    assert answered(store, submission(), once(digest="other")) != first
    assert store.count_queued() == 2


def test_a_refused_submit_keeps_nothing(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    tenants = TenantStore(store.database, clock)
    tenants.create("ann")
    tenants.grant("ann", 10, "first")
    with pytest.raises(InsufficientCredits):
        store.accept(submission(credits=30), admission=once())
    tenants.grant("ann", 100, "second")
    assert store.accept(submission(credits=30), admission=once())


def test_what_was_answered_is_answered_again_whatever_the_limits_say_now(
    store: TaskStore, submission: Make
) -> None:
    held = (OwnerQuotas("key", "key_1", Quotas(queued=1)),)
    first = answered(store, submission(), once(held=held))
    with pytest.raises(RateLimited):
        store.accept(submission(), admission=once("other", held=held))
    assert answered(store, submission(), once(held=held)) == first


def test_many_at_once_make_one_task(store: TaskStore, submission: Make) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(lambda _: answered(store, submission(), once()), range(64)))
    assert len(answers) == 1
    assert store.count_queued() == 1
