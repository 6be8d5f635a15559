"""Money under whatever may happen, in any order: after every step the books are right and tell one story.

The machine knows what each task must have come to, and compares it with the database after every step.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from keyreel.errors import Cancelled, InsufficientCredits, InvalidRequest, LeaseLost
from keyreel.off_peak import MAX_OFF_PEAK_WAIT
from keyreel.task import Submission, TaskFilter, TaskId, TaskState
from keyreel.tasks.accounts.ledger import REVENUE, Ledger, get_free_account, get_held_account
from keyreel.tasks.accounts.ledger_audit import audit_ledger, list_usage
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.admission import Admission
from keyreel.tasks.deadlines import Deadlines
from keyreel.tasks.idempotency import IdempotencyRecord
from keyreel.tasks.outcomes import Failure, Success
from keyreel.testing import ManualClock
from support.databases import give_back, is_sqlite, open_store

if TYPE_CHECKING:
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.task_queue import FencingToken

TENANTS = ("ann", "bob", "cy")
ONE_OF = st.integers(0, 10_000)
CREDITS = st.integers(0, 60)


@dataclass
class Expected:
    """What is known of a task from outside."""

    tenant: str
    credits: int
    state: TaskState = TaskState.QUEUED
    attempt: int = 0
    charged: int = 0


class Money(RuleBasedStateMachine):
    """Does to a store what clients, workers, operators, clocks and power cuts do."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.clock = ManualClock()
        self.tasks: dict[TaskId, Expected] = {}
        self.tokens: list[FencingToken] = []
        self.files: set[str] = set()
        self.answers: dict[tuple[str, str], TaskId] = {}
        self.granted = dict.fromkeys(TENANTS, 0)
        self.carried_over = dict.fromkeys(TENANTS, 0)
        self.prepaid: set[str] = set()
        self.store = self.opened()

    def opened(self) -> TaskStore:
        return open_store(self.folder, self.clock)

    def teardown(self) -> None:
        self.store.close()
        give_back(self.folder)
        shutil.rmtree(self.folder)

    # What clients do.

    @rule(tenant=st.sampled_from(TENANTS), price=CREDITS, class_=st.sampled_from(("normal", "off-peak")))
    def submit(self, tenant: str, price: int, class_: str) -> None:
        asked = submission(tenant, price, off_peak=class_ == "off-peak")
        if tenant in self.prepaid and self.left(tenant) < price:
            with pytest.raises(InsufficientCredits):
                self.store.accept(asked)
            return
        self.tasks[self.store.accept(asked).id] = Expected(tenant, price)

    @rule(tenant=st.sampled_from(TENANTS), price=CREDITS, key=st.sampled_from(("k1", "k2")))
    def submit_once(self, tenant: str, price: int, key: str) -> None:
        asked = submission(tenant, price)
        task = self.store.compose(asked)
        terms = Admission(idempotency=IdempotencyRecord(key, "digest", 3600, task.id))
        known = self.answers.get((tenant, key))
        if known is not None:
            assert self.store.admit(task, admission=terms) == known
        elif tenant in self.prepaid and self.left(tenant) < price:
            with pytest.raises(InsufficientCredits):
                self.store.admit(task, admission=terms)
        else:
            assert self.store.admit(task, admission=terms) is None
            self.answers[tenant, key] = task.id
            self.tasks[task.id] = Expected(tenant, price)

    @precondition(lambda self: self.tasks)
    @rule(which=ONE_OF)
    def cancel(self, which: int) -> None:
        task_id, known = self.chosen(which)
        self.store.cancel(known.tenant, task_id)
        if not known.state.is_final:
            known.state = TaskState.CANCELLED

    # What workers do.

    @rule(lease_seconds=st.sampled_from((600, -1)))
    def claim(self, lease_seconds: float) -> None:
        claim = self.store.queue.claim("worker", lease_seconds)
        if claim is None:
            queued = [each for each in self.tasks.values() if each.state is TaskState.QUEUED]
            assert not queued or all(self.late(task_id) for task_id in self.of_state(TaskState.QUEUED))
            return
        known = self.tasks[claim.task.id]
        assert known.state is TaskState.QUEUED
        known.state, known.attempt = TaskState.RUNNING, known.attempt + 1
        self.tokens.append(claim.token)

    @precondition(lambda self: self.tokens)
    @rule(which=ONE_OF, share=st.integers(0, 120))
    def succeed(self, which: int, share: int) -> None:
        token, known = self.attempt(which)
        video = f"videos/{token.task_id}/{token.attempt}.mp4"
        self.files.add(video)
        price = known.credits * share // 100
        if self.settled(token, Success(video, video, "0" * 64, charged=price), TaskState.SUCCEEDED):
            known.charged = min(price, known.credits)

    @precondition(lambda self: self.tokens)
    @rule(which=ONE_OF)
    def fail(self, which: int) -> None:
        token, _ = self.attempt(which)
        self.settled(token, Failure("It did not work.", "RenderFailed"), TaskState.FAILED)

    @precondition(lambda self: self.tokens)
    @rule(which=ONE_OF)
    def count_a_crash(self, which: int) -> None:
        token, known = self.attempt(which)
        if self.owns(token):
            self.store.queue.record_crash(token)
        else:
            with pytest.raises((LeaseLost, Cancelled)):
                self.store.queue.record_crash(token)
            assert known.state is not TaskState.RUNNING or known.attempt != token.attempt

    @precondition(lambda self: self.tokens)
    @rule(which=ONE_OF)
    def hand_back(self, which: int) -> None:
        token, known = self.attempt(which)
        if self.owns(token):
            self.store.queue.requeue(token)
            known.state = TaskState.QUEUED

    @rule()
    def sweep(self) -> None:
        self.store.queue.renew_leases("another worker", 600)
        now = {task.id: task.state for task in self.store.list(task_filter=TaskFilter(limit=10_000))}
        for task_id in self.of_state(TaskState.RUNNING):
            # Leases are in the database's own time: which of them have lapsed, only the database knows.
            assert now[task_id] in {TaskState.RUNNING, TaskState.QUEUED}
            self.tasks[task_id].state = now[task_id]

    @rule()
    def a_worker_freezes_and_another_takes_over(self) -> None:
        self.claim(-1)
        self.sweep()
        self.claim(600)

    @precondition(lambda self: self.overtaken())
    @rule(which=ONE_OF, outcome=st.sampled_from((TaskState.SUCCEEDED, TaskState.FAILED)))
    def it_wakes_up_late(self, which: int, outcome: TaskState) -> None:
        token = self.overtaken()[which % len(self.overtaken())]
        made = Success("videos/late.mp4", "late", "0" * 64, charged=self.tasks[token.task_id].credits)
        with pytest.raises(LeaseLost):
            self.store.queue.settle(
                token, made if outcome is TaskState.SUCCEEDED else Failure("Late.", "RenderFailed")
            )

    # What happens to the machine.

    @rule()
    def power_cut(self) -> None:
        self.store.close()
        self.store = self.opened()
        for task_id in self.of_state(TaskState.RUNNING):
            self.tasks[task_id].state = TaskState.QUEUED

    @rule(hours=st.integers(0, 30))
    def time_goes_by(self, hours: int) -> None:
        self.clock.advance(hours * 3600)
        if hours:
            self.answers.clear()

    @rule()
    def expire(self) -> None:
        late = {task_id for task_id in self.of_state(TaskState.QUEUED) if self.late(task_id)}
        deadlines, ended = Deadlines(self.store.database), 0
        while some := deadlines.cancel_expired(self.clock.now()):
            ended += some
        assert ended == len(late)
        for task_id in late:
            self.tasks[task_id].state = TaskState.CANCELLED

    @rule(tenant=st.sampled_from(TENANTS), credits_=st.integers(1, 200), times=st.integers(1, 2))
    def grant(self, tenant: str, credits_: int, times: int) -> None:
        tenants = TenantStore(self.store.database, self.clock)
        if tenant not in {each.name for each in tenants.list()}:
            tenants.create(tenant)
        txn = f"grant-{tenant}-{len(self.tasks)}-{self.granted[tenant]}"
        own = [each for each in self.tasks.values() if each.tenant == tenant]
        if tenant not in self.prepaid:
            if credits_ < sum(each.credits for each in own if not each.state.is_final):
                with pytest.raises(InvalidRequest, match="unfinished tasks hold"):
                    tenants.grant(tenant, credits_, txn)
                return
            # What was used before a balance began stays outside it.
            self.carried_over[tenant] = sum(each.charged for each in own if each.state.is_final)
        for _ in range(times):
            tenants.grant(tenant, credits_, txn)
        self.granted[tenant] += credits_
        self.prepaid.add(tenant)

    # What must be true, whatever came before.

    @invariant()
    def the_books_are_right(self) -> None:
        found = audit_ledger(self.store.database)
        assert found.problems == ()
        unfinished = sum(not each.state.is_final for each in self.tasks.values())
        assert (found.tasks, found.open_holds) == (len(self.tasks), unfinished)

    @invariant()
    def every_task_has_the_one_outcome_that_it_came_to(self) -> None:
        rows = {task.id: task for task in self.store.list(task_filter=TaskFilter(limit=10_000))}
        assert rows.keys() == self.tasks.keys()
        for task_id, known in self.tasks.items():
            row = rows[task_id]
            assert (row.state, row.charged) == (known.state, known.charged)
            assert row.state is not TaskState.SUCCEEDED or row.video in self.files
        spent = {each.task_id: (each.charges, each.credits) for each in list_usage(self.store.database)}
        for task_id, known in self.tasks.items():
            assert spent[task_id] == (int(known.state is TaskState.SUCCEEDED), known.charged)

    @invariant()
    def no_credit_is_lost_or_made(self) -> None:
        with self.store.database.snapshot() as connection:
            books = Ledger(connection, self.clock.now())
            for tenant in TENANTS:
                own = [each for each in self.tasks.values() if each.tenant == tenant]
                waiting = sum(each.credits for each in own if not each.state.is_final)
                assert books.get_balance(get_held_account(tenant)) == waiting
                assert books.get_balance(get_free_account(tenant)) == self.left(tenant)
            assert books.get_balance(REVENUE) == sum(each.charged for each in self.tasks.values())

    def left(self, tenant: str) -> int:
        own = [each for each in self.tasks.values() if each.tenant == tenant]
        return (
            self.carried_over[tenant]
            + self.granted[tenant]
            - sum(each.charged if each.state.is_final else each.credits for each in own)
        )

    def chosen(self, which: int) -> tuple[TaskId, Expected]:
        task_id = [*self.tasks][which % len(self.tasks)]
        return task_id, self.tasks[task_id]

    def attempt(self, which: int) -> tuple[FencingToken, Expected]:
        token = self.tokens[which % len(self.tokens)]
        return token, self.tasks[token.task_id]

    def owns(self, token: FencingToken) -> bool:
        known = self.tasks[token.task_id]
        return known.state is TaskState.RUNNING and known.attempt == token.attempt

    def overtaken(self) -> list[FencingToken]:
        """List the attempts whose tasks run again without them."""
        return [
            token
            for token in self.tokens
            if self.tasks[token.task_id].state is TaskState.RUNNING
            and self.tasks[token.task_id].attempt != token.attempt
        ]

    def of_state(self, state: TaskState) -> list[TaskId]:
        return [task_id for task_id, each in self.tasks.items() if each.state is state]

    def late(self, task_id: TaskId) -> bool:
        task = self.store.get(self.tasks[task_id].tenant, task_id)
        over = self.clock.now() >= task.created + MAX_OFF_PEAK_WAIT
        return task.submission.off_peak and task.attempt == 0 and over

    def settled(self, token: FencingToken, outcome: Success | Failure, state: TaskState) -> bool:
        """Settle, and say whether that ended the task just now."""
        known = self.tasks[token.task_id]
        if self.owns(token):
            for _ in range(2):  # A worker that did not hear of its commit tries again.
                self.store.queue.settle(token, outcome)
            known.state = state
            return True
        if known.state is state and known.attempt == token.attempt:
            self.store.queue.settle(token, outcome)
        else:
            with pytest.raises((LeaseLost, Cancelled)):
                self.store.queue.settle(token, outcome)
        return False


def submission(tenant: str, price: int, **more: Any) -> Submission:
    return Submission(
        tenant=tenant,
        key_id=f"key_{tenant}",
        dialect="vtrix",
        endpoint="q2-pro-img2video",
        fields="{}",
        seed=7,
        seconds=5,
        credits=price,
        **more,
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("lives", [10, pytest.param(100, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("ways", ["known", "new"])
def test_the_ledger_survives_whatever_happens(ways: str, lives: int) -> None:
    # Lives of 60 steps each: 600 steps either way, 6,000 by night.
    chosen = settings(
        derandomize=ways == "known",
        database=None,
        # Postgres takes some ten times as long, mostly for connections that are opened.
        max_examples=lives if is_sqlite() else max(2, lives // 10),
        stateful_step_count=60,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Money, settings=chosen)
