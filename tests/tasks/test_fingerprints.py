"""Fingerprints are found by tenant, of videos alone, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.outcomes import Failure, Success

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.task import Submission, TaskId
    from keyreel.tasks.store import TaskStore

    Make = Callable[..., Submission]

WON = Success("videos/1/1.mp4", "covers/1/1.jpg", "ab" * 32, "1/1000/0:1:1")


def settled(store: TaskStore, submission: Submission, outcome: Success | Failure = WON) -> TaskId:
    task = store.accept(submission)
    claim = store.queue.claim("worker", 30.0)
    assert claim is not None
    store.queue.settle(claim.token, outcome)
    return task.id


def test_a_tenant_sees_its_own_videos_and_the_operator_all(store: TaskStore, submission: Make) -> None:
    ann, bob = settled(store, submission("ann")), settled(store, submission("bob"))
    assert list(store.iterate_fingerprints("ann")) == [(ann, "1/1000/0:1:1", "ab" * 32)]
    assert [found[0] for found in store.iterate_fingerprints()] == [bob, ann]


def test_only_videos_have_fingerprints(store: TaskStore, submission: Make) -> None:
    settled(store, submission(), Failure("It broke.", "RenderFailed"))
    store.accept(submission())
    assert list(store.iterate_fingerprints()) == []


def test_more_than_a_page_is_read_to_its_end(store: TaskStore, submission: Make) -> None:
    first = int(settled(store, submission()))
    with store.database.write() as connection:
        row = connection.execute(select(TASKS)).mappings().one()
        connection.execute(insert(TASKS), [{**row, "id": first + number} for number in range(1, 1010)])
    assert [int(found[0]) for found in store.iterate_fingerprints("ann")] == list(
        range(first + 1009, first - 1, -1)
    )
