"""Limits of keys and tenants, held in the transaction that would pass them."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.errors import QuotaExceeded, RateLimited
from keyreel.tasks.accounts.api_keys import ApiKeyStore
from keyreel.tasks.accounts.quotas import NO_QUOTAS, OwnerQuotas, Quotas, get_quotas
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.admission import Admission
from keyreel.tasks.outcomes import Failure, Success
from support.databases import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from keyreel.task import Submission
    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]

VIDEO: dict[str, Any] = {"video": "videos/1/1.mp4", "cover": "covers/1/1.jpg", "video_sha256": "0" * 64}


def of_key(**limits: int) -> Admission:
    return Admission((OwnerQuotas("key", "key_1", Quotas(**limits)), OwnerQuotas("tenant", "ann", Quotas())))


def of_tenant(**limits: int) -> Admission:
    return Admission((OwnerQuotas("key", "key_1", Quotas()), OwnerQuotas("tenant", "ann", Quotas(**limits))))


def running(store: TaskStore) -> list[str]:
    """Claim until nothing more may run; say whose tasks those are."""
    claimed = list[str]()
    while claim := store.queue.claim("worker", 60):
        claimed.append(claim.task.submission.key_id)
    return claimed


def test_a_full_queue_takes_no_more_until_a_task_leaves_it(store: TaskStore, submission: Make) -> None:
    for _ in range(2):
        store.accept(submission(), admission=of_key(queued=2))
    with pytest.raises(RateLimited, match="2 tasks of this key are waiting; the limit is 2") as caught:
        store.accept(submission(), admission=of_key(queued=2))
    assert caught.value.retry_after_seconds > 0
    assert store.count_queued() == 2
    assert store.queue.claim("worker", 60)
    store.accept(submission(), admission=of_key(queued=2))


def test_a_keys_queue_is_its_own_and_a_tenants_is_all_its_keys(store: TaskStore, submission: Make) -> None:
    store.accept(submission(key_id="key_2"))
    store.accept(submission(), admission=of_key(queued=1))
    with pytest.raises(RateLimited, match="of this tenant"):
        store.accept(submission(), admission=of_tenant(queued=2))
    store.accept(submission("bob"), admission=of_tenant(queued=1))


def test_a_days_credits_are_spent_and_come_back_the_next_day(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    store.accept(submission(credits=30), admission=of_key(daily_credits=50))
    with pytest.raises(
        QuotaExceeded, match="costs 30 credits; 20 of this key's 50 credits for today are left"
    ) as caught:
        store.accept(submission(credits=30), admission=of_key(daily_credits=50))
    assert 0 < caught.value.retry_after_seconds <= 86401
    clock.advance(caught.value.retry_after_seconds)
    store.accept(submission(credits=30), admission=of_key(daily_credits=50))


def test_what_came_to_nothing_costs_nothing_of_the_day(store: TaskStore, submission: Make) -> None:
    terms = of_tenant(daily_credits=50)
    first = store.accept(submission(credits=50), admission=terms)
    store.cancel("ann", first.id)
    store.accept(submission(credits=50), admission=terms)
    claim = store.queue.claim("worker", 60)
    assert claim
    store.queue.settle(claim.token, Failure("No.", "RenderFailed"))
    store.accept(submission(credits=50), admission=terms)
    claim = store.queue.claim("worker", 60)
    assert claim
    store.queue.settle(claim.token, Success(**VIDEO, charged=40))
    with pytest.raises(QuotaExceeded, match=r"10 of this .* are left"):
        store.accept(submission(credits=11), admission=terms)
    store.accept(submission(credits=10), admission=terms)


def test_more_than_may_run_wait_and_others_go_first(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    keys = ApiKeyStore(store.database, clock, SystemRandom())
    narrow, _ = keys.create("ann", quotas=Quotas(running=1))
    wide, _ = keys.create("ann")
    for who in (narrow, narrow, narrow, wide):
        store.accept(submission(key_id=who.id))
    assert sorted(running(store)) == sorted([narrow.id, wide.id])
    keys.set_quotas(narrow.id, Quotas(running=2))
    assert running(store) == [narrow.id]


def test_a_tenants_running_tasks_are_counted_over_all_its_keys(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    TenantStore(store.database, clock).create("ann", quotas=Quotas(running=1))
    for tenant, key in (("ann", "key_1"), ("ann", "key_2"), ("bob", "key_3"), ("bob", "key_3")):
        store.accept(submission(tenant, key_id=key))
    assert sorted(running(store)) == ["key_1", "key_3", "key_3"]


@pytest.fixture
def narrow(tmp_path: Path, clock: ManualClock) -> Iterator[TaskStore]:
    opened = open_store(tmp_path, clock, default_quotas=Quotas(running=1))
    yield opened
    opened.close()


def test_keys_without_limits_of_their_own_have_the_usual_ones(
    narrow: TaskStore, submission: Make, clock: ManualClock
) -> None:
    free, _ = ApiKeyStore(narrow.database, clock, SystemRandom()).create("ann", quotas=Quotas(running=0))
    for key in ("environment", "environment", free.id, free.id):
        narrow.accept(submission(key_id=key))
    assert sorted(running(narrow)) == sorted(["environment", free.id, free.id])


def test_what_holds_is_the_keys_own_limit_or_the_usual_one_and_the_tenants(
    store: TaskStore, clock: ManualClock
) -> None:
    TenantStore(store.database, clock).create("ann", quotas=Quotas(queued=9))
    key, _ = ApiKeyStore(store.database, clock, SystemRandom()).create("ann", quotas=Quotas(rpm=5, running=0))
    usual = Quotas(20, 5, 0, 100)
    of_the_key, of_the_tenant = get_quotas(store.database, "ann", key.id, usual)
    assert of_the_key == OwnerQuotas("key", key.id, Quotas(5, 0, 0, 100))
    assert of_the_tenant == OwnerQuotas("tenant", "ann", Quotas(queued=9))
    assert get_quotas(store.database, "nobody", "environment", NO_QUOTAS)[0].quotas == NO_QUOTAS
