"""Submits that come together: admitted as one, and each as if it had come alone."""

from __future__ import annotations

import asyncio
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.errors import (
    IdempotencyConflict,
    InsufficientCredits,
    InvalidKey,
    QuotaExceeded,
    RateLimited,
    TenantDisabled,
)
from keyreel.tasks.accounts.api_keys import ApiKeyStore
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.accounts.quotas import OwnerQuotas, Quotas
from keyreel.tasks.accounts.stored_files import sum_stored_bytes
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.admission import NO_CHECKS, Admission
from keyreel.tasks.idempotency import IdempotencyRecord
from keyreel.tasks.webhooks.events import Callback

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keyreel.task import Submission, Task
    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]

ONCE = IdempotencyRecord("client:k", "digest", 3600, "the first answer")


def admit_together(store: TaskStore, submits: Sequence[tuple[Task, Admission]]) -> list[Any]:
    """Admit drafts in one turn of an event loop, which is one group; return what came of each."""

    async def admit() -> list[Any]:
        asked = (store.admit_in_group(task, admission=admission) for task, admission in submits)
        return list(await asyncio.gather(*asked, return_exceptions=True))

    return asyncio.run(admit())


def draft(store: TaskStore, *submissions: Submission) -> list[Task]:
    return [store.compose(each) for each in submissions]


def kinds(found: Sequence[object]) -> list[object]:
    return [type(each) if isinstance(each, Exception) else each for each in found]


def test_a_group_is_one_transaction_with_one_read(store: TaskStore, submission: Make) -> None:
    tasks = draft(store, *[submission(credits=3)] * 16)
    with store.database.count_statements() as counts:
        found = admit_together(store, [(task, NO_CHECKS) for task in tasks])
    assert found == [None] * 16
    assert counts == {
        "BEGIN": 1,
        "SELECT": 1,
        "INSERT INTO tasks": 16,
        "INSERT INTO postings": 16,
        "INSERT INTO accounts": 1,
        "COMMIT": 1,
    }
    assert {task.id for task in store.list("ann")} == {task.id for task in tasks}
    assert audit_ledger(store.database).problems == ()


def test_of_a_group_only_what_can_be_paid_is_stored(store: TaskStore, submission: Make) -> None:
    tenants = TenantStore(store.database, store.clock)
    tenants.create("ann")
    tenants.grant("ann", 10, "first")
    tasks = draft(store, *(submission(credits=price) for price in (4, 7, 4, 3, 2)))
    found = admit_together(store, [(task, NO_CHECKS) for task in tasks])
    assert kinds(found) == [None, InsufficientCredits, None, InsufficientCredits, None]
    assert str(found[3]) == "This video costs 3 credits; 2 are left."
    assert (tenants.get("ann").credits, tenants.get("ann").held) == (0, 10)
    assert audit_ledger(store.database).problems == ()


def test_repeated_submits_of_a_group_make_one_task(store: TaskStore, submission: Make) -> None:
    other = IdempotencyRecord("client:k", "another digest", 3600, "another answer")
    tasks = draft(store, *[submission()] * 4, submission(key_id="key_2"))
    records = (ONCE, ONCE, other, ONCE, other)
    found = admit_together(
        store, [(task, Admission(idempotency=record)) for task, record in zip(tasks, records, strict=True)]
    )
    answer = "the first answer"
    assert kinds(found) == [None, answer, IdempotencyConflict, answer, None]
    assert [task.id for task in store.list("ann")] == [tasks[4].id, tasks[0].id]
    assert store.admit(store.compose(submission()), admission=Admission(idempotency=ONCE)) == answer


@pytest.mark.parametrize(
    ("limits", "error"), [({"queued": 3}, RateLimited), ({"daily_credits": 6}, QuotaExceeded)]
)
def test_a_group_keeps_within_quotas(
    store: TaskStore, submission: Make, limits: dict[str, int], error: type
) -> None:
    quotas = Admission(
        (OwnerQuotas("key", "key_1", Quotas(**limits)), OwnerQuotas("tenant", "ann", Quotas()))
    )
    store.accept(submission(credits=2), admission=quotas)
    tasks = draft(store, *[submission(credits=2)] * 4)
    found = admit_together(store, [(task, quotas) for task in tasks])
    assert kinds(found) == [None, None, error, error]
    assert store.count_queued() == 3


def test_a_group_of_several_keys_keeps_within_their_tenants_quota(store: TaskStore, submission: Make) -> None:
    quotas = Admission((OwnerQuotas("tenant", "ann", Quotas(queued=3)),))
    tasks = draft(store, *(submission(key_id=f"key_{number}") for number in range(5)))
    found = admit_together(store, [(task, quotas) for task in tasks])
    assert kinds(found) == [None, None, None, RateLimited, RateLimited]


def test_a_group_keeps_within_its_storage(store: TaskStore, submission: Make) -> None:
    brought = [{"assets/a": 60}, {"assets/b": 60}, {"assets/a": 60}, {"assets/c": 40}, {}]
    tasks = draft(store, *[submission()] * 5)
    submits = [
        (task, Admission(files=files, storage_quota=100)) for task, files in zip(tasks, brought, strict=True)
    ]
    assert kinds(admit_together(store, submits)) == [None, QuotaExceeded, None, None, QuotaExceeded]
    assert sum_stored_bytes(store.database) == {"ann": 100}


def test_whoever_lost_the_right_to_submit_is_refused_alone(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    keys = ApiKeyStore(store.database, clock, SystemRandom())
    revoked, _ = keys.create("bob")
    keys.revoke(revoked.id)
    TenantStore(store.database, clock).create("cid")
    TenantStore(store.database, clock).disable("cid")
    tasks = draft(
        store, submission(), submission("bob", key_id=revoked.id), submission("cid"), submission("bob")
    )
    found = admit_together(store, [(task, NO_CHECKS) for task in tasks])
    assert kinds(found) == [None, InvalidKey, TenantDisabled, None]


def test_a_row_that_cannot_be_stored_undoes_its_own_task_alone(store: TaskStore, submission: Make) -> None:
    first, second, third = draft(store, *[submission(credits=1)] * 3)
    found = admit_together(store, [(task, NO_CHECKS) for task in (first, second, first, third)])
    assert kinds(found)[:2] + kinds(found)[3:] == [None, None, None]
    assert type(found[2]).__name__ in {"IntegrityError", "UniqueViolation"}
    assert [task.id for task in store.list("ann")] == [third.id, second.id, first.id]
    assert audit_ledger(store.database).problems == ()


def test_a_callback_is_stored_beside_its_task(store: TaskStore, submission: Make) -> None:
    callback = Callback("https://example.com/a", "http://here", frozenset())
    task = store.accept(submission(), callback)
    with store.database.read() as connection:
        found = connection.exec_driver_sql("SELECT task, url FROM callbacks").all()
    assert found == [(int(task.id), "https://example.com/a")]
