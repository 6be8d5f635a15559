from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from keyreel.task import RetentionStage, Submission, TaskState
from keyreel.tasks.accounts.ledger_audit import audit_ledger, list_usage
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.outcomes import Failure, Success
from keyreel.tasks.retention import Retention, get_input_name
from keyreel.tasks.stored_files.orphans import find_orphans

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.task import Task
    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]

DAY = timedelta(days=1)


def done(store: TaskStore, submission: Submission, *, failed: bool = False) -> Task:
    task = store.accept(submission)
    claim = store.queue.claim("worker", 30)
    assert claim is not None
    assert claim.task.id == task.id
    won = Success(f"videos/{task.id}/1.mp4", f"covers/{task.id}/1.jpg", "ab", charged=submission.credits)
    store.queue.settle(claim.token, Failure("No.", "RenderFailed") if failed else won)
    return store.get(task.submission.tenant, task.id)


def test_gives_up_files_whose_time_is_up_and_no_others(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    old, needed = done(store, submission()), done(store, submission())
    done(store, submission(), failed=True)
    clock.advance(DAY.total_seconds())
    young, running = done(store, submission()), store.accept(submission())
    retention, before = Retention(store.database), clock.now() - DAY
    assert retention.expire_files(before, {needed.id}) == (old.id,)
    assert retention.expire_files(before, {needed.id}) == ()
    kept = {task.id: task.kept for task in store.list("ann")}
    assert kept[old.id] is RetentionStage.RECORD_ONLY
    assert {kept[task.id] for task in (needed, young, running)} == {RetentionStage.ALL}


def test_forgets_what_was_asked_for_and_keeps_the_money(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    secret = {"fields": '{"prompt":"a secret"}', "payload": "mine", "credits": 30}
    won, lost = done(store, submission(**secret)), done(store, submission(**secret), failed=True)
    waiting = store.accept(submission(**secret))
    clock.advance(DAY.total_seconds())
    retention = Retention(store.database)
    assert retention.expire_records(clock.now()) == (lost.id,)
    retention.expire_files(clock.now())
    assert retention.expire_records(clock.now()) == (won.id,)
    assert retention.expire_records(clock.now()) == ()
    with store.database.read() as connection:
        texts = (
            connection.execute(select(TASKS.c.fields).where(TASKS.c.kept == RetentionStage.LEDGER_ONLY))
            .scalars()
            .all()
        )
    assert texts == ["", ""]
    blank = store.get("ann", won.id)
    assert (blank.submission.payload, blank.state, blank.charged) == ("", TaskState.SUCCEEDED, 30)
    assert [task.id for task in store.list("ann")] == [waiting.id]
    assert audit_ledger(store.database).is_balanced
    assert {(each.task_id, each.credits) for each in list_usage(store.database)} == {
        (won.id, 30),
        (lost.id, 0),
        (waiting.id, 0),
    }


def test_names_what_unfinished_tasks_still_need(store: TaskStore, submission: Make) -> None:
    image, upload = "5f" * 32, "9c" * 16
    fields = f'{{"images":["asset:{image}","http://x/files/uploads/{upload}.png?e=1"]}}'
    store.accept(submission(fields=fields))
    store.accept(submission(fields='{"video_creation_id":"7300000000000000001"}'))
    ended = store.accept(submission(fields=f'{{"images":["asset:{"ee" * 32}"]}}'))
    store.cancel("ann", ended.id)
    (names,) = Retention(store.database).iterate_needed_inputs()
    assert names == {image, upload, "7300000000000000001"}
    assert get_input_name(f"assets/{image}") == image
    assert get_input_name(f"uploads/{upload}.png") == upload
    assert get_input_name("videos/1/1.mp4") == ""


def test_tells_files_without_a_task_from_those_that_belong_to_one(
    store: TaskStore, submission: Make, clock: ManualClock
) -> None:
    won, running = done(store, submission()), store.accept(submission())
    gone = done(store, submission()) if store.cancel("ann", running.id) else won
    store.accept(submission("bob"))
    live = store.queue.claim("worker", 30)
    assert live is not None
    clock.advance(1)
    Retention(store.database).expire_files(clock.now(), {won.id})
    owned = {f"videos/{won.id}/1.mp4", f"covers/{won.id}/1.jpg", f"videos/{live.task.id}/1.mp4"}
    left_over = {f"videos/{won.id}/2.mp4", f"videos/{running.id}/1.mp4", f"videos/{gone.id}/1.mp4"}
    unknown = {"videos/123/1.mp4", f"covers/{'9' * 19}/1.jpg"}
    orphans = find_orphans(store.database, [*owned, *left_over, *unknown, "assets/ab", "strange"])
    assert (orphans.left_over, orphans.unknown) == (left_over, unknown)
