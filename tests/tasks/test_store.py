from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.errors import DataFolderLocked, InvalidSetting, UnknownTask
from keyreel.task import Submission, Task, TaskFilter, TaskId, TaskState
from keyreel.tasks.database.folder_lock import is_held
from keyreel.tasks.database.retry import retry_while_unavailable
from keyreel.tasks.outcomes import Success
from support.databases import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.task_queue import Claim
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]

LEASE = 30.0
WON = Success("videos/1/1.mp4", "covers/1/1.jpg", "ab" * 32)


def claimed(store: TaskStore) -> Claim:
    claim = store.queue.claim("worker", LEASE)
    assert claim is not None
    return claim


def test_keeps_everything_that_was_handed_in(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    asked = submission(fields='{"prompt": "a ☂"}', payload="p", idempotency_key="i")
    task = store.accept(asked)
    assert store.get("ann", task.id) == task
    assert (task.submission, task.state, task.created) == (asked, TaskState.QUEUED, clock.now())


@pytest.mark.parametrize("wrong", ["", "0", "x", "-1", "1.5", "٣", "9" * 19, "1" * 40, "1 "])
def test_knows_no_task_under_a_made_up_id(store: TaskStore, wrong: str) -> None:
    with pytest.raises(UnknownTask):
        store.get("ann", TaskId(wrong))


def test_hides_a_task_from_other_tenants(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission("ann"))
    with pytest.raises(UnknownTask):
        store.get("bob", task.id)
    with pytest.raises(UnknownTask):
        store.cancel("bob", task.id)
    assert store.list("bob") == ()


def test_lists_a_tenants_tasks_newest_first_page_by_page(store: TaskStore, submission: Make) -> None:
    ids = [store.accept(submission()).id for _ in range(5)]
    first = store.list("ann", TaskFilter(limit=2))
    assert [task.id for task in first] == [ids[4], ids[3]]
    assert [task.id for task in store.list("ann", TaskFilter(after_id=first[-1].id))] == [
        ids[2],
        ids[1],
        ids[0],
    ]


def test_lists_everybodys_tasks_for_an_operator(store: TaskStore, submission: Make) -> None:
    ids = [store.accept(submission(tenant)).id for tenant in ("ann", "bob")]
    assert [task.id for task in store.list()] == ids[::-1]


def test_counts_what_waits(store: TaskStore, submission: Make) -> None:
    store.accept(submission("ann"))
    store.accept(submission("bob"))
    claimed(store)
    assert store.count_queued() == 1


def test_takes_submissions_from_many_threads(store: TaskStore, submission: Make) -> None:
    def accept(_: int) -> Task:
        # On a slow disk the others may not get their turn in time, and are told so.
        return asyncio.run(retry_while_unavailable(lambda: store.accept(submission()), 60, SystemRandom()))

    with ThreadPoolExecutor(8) as pool:
        ids = {task.id for task in pool.map(accept, range(100))}
    assert len(ids) == 100
    assert {task.id for task in store.list("ann", TaskFilter(limit=200))} == ids


def test_ids_rise_over_a_restart_with_a_clock_that_stepped_back(
    tmp_path: Path, clock: ManualClock, submission: Make
) -> None:
    store = open_store(tmp_path, clock)
    before = store.accept(submission())
    store.close()
    clock.advance(-3600)
    store = open_store(tmp_path, clock)
    assert int(store.accept(submission()).id) > int(before.id)
    store.close()


def test_cancels_a_queued_task_for_good(store: TaskStore, submission: Make, clock: ManualClock) -> None:
    task = store.accept(submission())
    cancelled = store.cancel("ann", task.id)
    assert (cancelled.state, cancelled.finished) == (TaskState.CANCELLED, clock.now())
    assert store.queue.claim("worker", LEASE) is None


def test_leaves_an_ended_task_as_it_is_when_cancelled(store: TaskStore, submission: Make) -> None:
    task = store.accept(submission())
    store.queue.settle(claimed(store).token, WON)
    assert store.cancel("ann", task.id).state is TaskState.SUCCEEDED


def test_tells_which_unfinished_tasks_have_a_finished_step(store: TaskStore, submission: Make) -> None:
    ended, running, queued = (store.accept(submission()).id for _ in range(3))
    store.queue.settle(claimed(store).token, WON)
    store.queue.save_step(claimed(store).token, "shot-0", "shot-0.mp4")
    assert store.filter_resumable([ended, running, queued]) == {running}


def test_refuses_a_second_opening_and_names_postgres(
    store: TaskStore, tmp_path: Path, clock: ManualClock
) -> None:
    assert store.list("ann") == ()
    with pytest.raises(DataFolderLocked, match=r"Postgres"):
        open_store(tmp_path, clock)


def test_tells_whether_somebody_works_on_a_folder(tmp_path: Path, clock: ManualClock) -> None:
    assert not is_held(tmp_path)
    assert list(tmp_path.iterdir()) == []
    store = open_store(tmp_path, clock)
    assert is_held(tmp_path)
    store.close()
    assert not is_held(tmp_path)


def test_opens_again_after_it_was_closed(tmp_path: Path, clock: ManualClock, submission: Make) -> None:
    store = open_store(tmp_path, clock)
    task = store.accept(submission())
    store.close()
    reopened = open_store(tmp_path, clock)
    assert reopened.get("ann", task.id) == task
    reopened.close()


@pytest.mark.sqlite
def test_refuses_a_file_that_is_no_database(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "keyreel.db").write_bytes(b"no database" * 1000)
    with pytest.raises(InvalidSetting, match=r"keyreel\.db.*not a database"):
        open_store(tmp_path, clock)
    assert not is_held(tmp_path)


def test_refuses_a_database_of_a_newer_version(tmp_path: Path, clock: ManualClock) -> None:
    store = open_store(tmp_path, clock)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(InvalidSetting, match=r"newer"):
        open_store(tmp_path, clock)
    assert not is_held(tmp_path)


def test_a_list_is_narrowed_by_what_is_wanted(
    store: TaskStore, submission: Callable[..., Submission], clock: ManualClock
) -> None:
    moments, tasks = [], []
    for number in range(4):
        clock.advance(60)
        moments.append(clock.now())
        made = submission(endpoint=f"e{number % 2}", resolution="720p" if number else "540p")
        tasks.append(store.accept(made).id)
    store.cancel("ann", tasks[0])

    def found(**wanted: Any) -> list[int]:
        return [tasks.index(task.id) for task in store.list("ann", TaskFilter(**wanted))]

    assert found(states=frozenset({TaskState.QUEUED})) == [3, 2, 1]
    assert found(endpoints=frozenset({"e1"})) == [3, 1]
    assert found(resolutions=frozenset({"540p"})) == [0]
    assert found(created_from=moments[1], created_to=moments[2]) == [2, 1]
    assert found(ids=(tasks[2], TaskId("no id"), TaskId("7"))) == [2]
    assert found(oldest_first=True, limit=2) == [0, 1]
    assert found(oldest_first=True, after_id=tasks[1]) == [2, 3]
    assert found(offset=1, limit=2) == [2, 1]
