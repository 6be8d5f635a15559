"""Money: every change of state brings its entries along, and whatever is wrong with them is found."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, update

from keyreel.errors import InsufficientCredits, LeaseLost
from keyreel.task import TaskFilter, TaskState
from keyreel.tasks.accounts.ledger import GRANTS, REVENUE, Ledger, get_free_account, get_held_account
from keyreel.tasks.accounts.ledger_audit import (
    DailyUsage,
    audit_ledger,
    iterate_postings,
    list_daily_usage,
    list_usage,
)
from keyreel.tasks.database.tables import ACCOUNTS, POSTINGS, TASKS
from keyreel.tasks.outcomes import Failure, Success

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.task import Submission, Task
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.task_queue import Claim
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]

VIDEO = {"video": "videos/1/1.mp4", "cover": "covers/1/1.jpg", "video_sha256": "0" * 64}


def entries(store: TaskStore, task: Task) -> list[tuple[str, str, int]]:
    of_task = [each for each in iterate_postings(store.database) if each["task_id"] == task.id]
    return [(each["kind"], each["account"], each["amount"]) for each in of_task]


def balances(store: TaskStore, *names: str) -> tuple[int, ...]:
    with store.database.snapshot() as connection:
        return tuple(Ledger(connection, store.clock.now()).get_balance(name) for name in names)


def give(store: TaskStore, tenant: str, credits_: int, txn: str = "first") -> int:
    with store.database.write() as connection:
        ledger = Ledger(connection, store.clock.now())
        ledger.grant(txn, tenant, credits_)
        return ledger.get_balance(get_free_account(tenant))


def claimed(store: TaskStore) -> Claim:
    claim = store.queue.claim("worker", 60)
    assert claim
    return claim


def test_a_submit_sets_its_price_aside(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission(credits=30))
    assert entries(store, task) == [
        ("hold", get_free_account("ann"), -30),
        ("hold", get_held_account("ann"), 30),
    ]
    assert balances(store, get_free_account("ann"), get_held_account("ann"), REVENUE) == (-30, 30, 0)


def test_a_success_is_charged_and_what_it_did_not_need_goes_back(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission(credits=30))
    settled = store.queue.settle(claimed(store).token, Success(**VIDEO, charged=25))
    assert settled.charged == 25
    assert entries(store, task)[2:] == [
        ("charge", get_held_account("ann"), -25),
        ("charge", REVENUE, 25),
        ("release", get_held_account("ann"), -5),
        ("release", get_free_account("ann"), 5),
    ]
    assert balances(store, get_free_account("ann"), get_held_account("ann"), REVENUE) == (-25, 0, 25)
    assert audit_ledger(store.database).is_balanced


def test_no_more_is_charged_than_was_held(store: TaskStore, submission: Make) -> None:
    store.accept(submission(credits=30))
    assert store.queue.settle(claimed(store).token, Success(**VIDEO, charged=99)).charged == 30
    assert balances(store, get_free_account("ann"), REVENUE) == (-30, 30)
    assert audit_ledger(store.database).is_balanced


def test_settling_twice_charges_once(store: TaskStore, submission: Make) -> None:
    store.accept(submission(credits=30))
    token = claimed(store).token
    for _ in range(2):
        store.queue.settle(token, Success(**VIDEO, charged=30))
    assert balances(store, REVENUE) == (30,)
    with pytest.raises(LeaseLost):
        store.queue.settle(token, Failure("No.", "RenderFailed"))
    assert audit_ledger(store.database).is_balanced


@pytest.mark.parametrize("state", [TaskState.FAILED, TaskState.CANCELLED])
def test_every_other_end_gives_everything_back(store: TaskStore, submission: Make, state: TaskState) -> None:
    task = store.accept(submission(credits=30))
    token = claimed(store).token
    if state is TaskState.FAILED:
        store.queue.settle(token, Failure("No.", "RenderFailed"))
    else:
        store.cancel("ann", task.id)
        store.cancel("ann", task.id)
    assert entries(store, task)[2:] == [
        ("refund", get_held_account("ann"), -30),
        ("refund", get_free_account("ann"), 30),
    ]
    assert balances(store, get_free_account("ann"), get_held_account("ann"), REVENUE) == (0, 0, 0)
    assert audit_ledger(store.database).is_balanced


def test_a_video_that_costs_nothing_has_its_entries_too(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission())
    store.queue.settle(claimed(store).token, Success(**VIDEO))
    assert [kind for kind, _, _ in entries(store, task)] == ["hold", "hold", "charge", "charge"]
    assert audit_ledger(store.database).is_balanced


def test_who_pays_in_advance_cannot_spend_more_than_that(store: TaskStore, submission: Make) -> None:
    assert give(store, "ann", 50) == 50
    store.accept(submission(credits=30))
    with pytest.raises(InsufficientCredits, match=r"costs 30 credits; 20 are left"):
        store.accept(submission(credits=30))
    assert len(store.list("ann")) == 1
    assert give(store, "ann", 10, "second") == 30
    store.accept(submission(credits=30))
    assert balances(store, get_free_account("ann"), get_held_account("ann"), GRANTS) == (0, 60, -60)


def test_the_books_of_unfinished_tasks_are_open(store: TaskStore, submission: Make) -> None:
    for _ in range(3):
        store.accept(submission(credits=5))
    store.queue.settle(claimed(store).token, Failure("No.", "RenderFailed"))
    found = audit_ledger(store.database)
    assert (found.tasks, found.open_holds, found.problems) == (3, 2, ())


def test_usage_lists_every_task_with_its_charges(store: TaskStore, submission: Make) -> None:
    first, second = (store.accept(submission(credits=5)) for _ in range(2))
    third = store.accept(submission("bob", credits=7))
    store.queue.settle(claimed(store).token, Success(**VIDEO, charged=5))
    store.cancel("ann", second.id)
    found = {each.task_id: (each.status, each.charges, each.credits) for each in list_usage(store.database)}
    assert found == {
        first.id: (TaskState.SUCCEEDED, 1, 5),
        second.id: (TaskState.CANCELLED, 0, 0),
        third.id: (TaskState.QUEUED, 0, 0),
    }
    assert [each.task_id for each in list_usage(store.database, "bob")] == [third.id]


def test_usage_by_day_counts_what_was_charged_on_each(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    def settle(tenant: str, charged: int) -> None:
        store.accept(submission(tenant, credits=9))
        store.queue.settle(claimed(store).token, Success(**VIDEO, charged=charged))

    first = clock.now().date()
    settle("ann", 5)
    settle("ann", 6)
    settle("bob", 7)
    store.cancel("ann", store.accept(submission(credits=9)).id)
    clock.advance(24 * 3600)
    settle("ann", 8)
    second = clock.now()
    whole = list_daily_usage(store.database, second - timedelta(days=2))
    assert whole == (
        DailyUsage(first, "ann", 2, 11),
        DailyUsage(first, "bob", 1, 7),
        DailyUsage(second.date(), "ann", 1, 8),
    )
    assert list_daily_usage(store.database, second - timedelta(days=2), "bob") == whole[1:2]
    assert list_daily_usage(store.database, second - timedelta(hours=1)) == whole[2:]


TAMPERING = {
    "an amount changed": (update(POSTINGS).where(POSTINGS.c.id == 1).values(amount=-29), "add up to 1"),
    "a balance changed": (update(ACCOUNTS).values(balance=ACCOUNTS.c.balance + 1), "its balance is"),
    "a hold is gone": (delete(POSTINGS).where(POSTINGS.c.kind == "hold"), "it has charge, not charge, hold"),
    "a charge is gone": (delete(POSTINGS).where(POSTINGS.c.kind == "charge"), "it has hold, not"),
    "the price changed": (update(TASKS).values(credits=31), "its price is 31"),
    "the charge changed": (update(TASKS).values(charged=29), "the task says 29"),
    "the state changed": (update(TASKS).values(state="failed"), "not hold, refund"),
    "charged twice": (
        insert(POSTINGS).from_select(
            ["txn", "kind", "task", "account", "amount", "created"],
            POSTINGS.select()
            .with_only_columns(
                POSTINGS.c.txn + "-again",
                POSTINGS.c.kind,
                POSTINGS.c.task,
                POSTINGS.c.account,
                POSTINGS.c.amount,
                POSTINGS.c.created,
            )
            .where(POSTINGS.c.kind == "charge"),
        ),
        "2 entries of kind charge",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_whatever_is_wrong_is_found(store: TaskStore, submission: Make, what: str) -> None:
    store.accept(submission(credits=30))
    store.queue.settle(claimed(store).token, Success(**VIDEO, charged=30))
    assert audit_ledger(store.database).is_balanced
    change, told = TAMPERING[what]
    with store.database.write() as connection:
        connection.execute(change)
    found = audit_ledger(store.database)
    assert any(told in problem for problem in found.problems), found.problems
    assert len(store.list(task_filter=TaskFilter(limit=5))) == 1


def test_what_a_video_did_not_need_goes_back_to_the_credit(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission(credits=50))
    store.queue.settle(claimed(store).token, Success(**VIDEO, charged=10))
    assert entries(store, task)[4:] == [
        ("release", get_held_account("ann"), -40),
        ("release", get_free_account("ann"), 40),
    ]


def test_a_grant_makes_nobody_else_pay_in_advance(store: TaskStore, submission: Make) -> None:
    for tenant in ("ann", "cy"):
        store.accept(submission(tenant=tenant, credits=1))
    give(store, "bob", 5)
    # Names before and after the one that pays in advance, known and new.
    for tenant in ("ann", "cy", "abe", "dan"):
        store.accept(submission(tenant=tenant, credits=30))
    with pytest.raises(InsufficientCredits):
        store.accept(submission(tenant="bob", credits=30))


@pytest.mark.parametrize(("granted", "left"), [(5, 5), (0, 0), (-3, 0)])
def test_a_refused_submit_says_what_is_left(
    store: TaskStore, submission: Make, granted: int, left: int
) -> None:
    give(store, "ann", granted)
    with pytest.raises(InsufficientCredits, match=rf"costs 30 credits; {left} are left"):
        store.accept(submission(credits=30))
