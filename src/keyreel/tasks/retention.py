"""What is kept of ended tasks, and for how long. It deletes no file itself."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select, update

from keyreel.errors import Cancelled, NotEnded, UnknownTask
from keyreel.task import UNFINISHED_STATES, RetentionStage, TaskId, TaskState
from keyreel.tasks.accounts.stored_files import find_counted_keys, uncount_files
from keyreel.tasks.database.tables import CALLBACKS, POSTINGS, STEPS, STORED_FILES, TASKS, TEST_TASKS
from keyreel.tasks.ids import is_task_id, parse_task_id
from keyreel.tasks.outcomes import cancel_unfinished

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from keyreel.storage.objects import ObjectStorage
    from keyreel.tasks.database.connection import Database

_BATCH_SIZE: Final = 50
"""Tasks that one transaction changes: clients wait for it."""
_PAGE: Final = 200
"""Rows of one query."""
_FINAL_STATES: Final = tuple(state for state in TaskState if state.is_final)
_FORGOTTEN_COLUMNS: Final[dict[str, Any]] = {
    "kept": RetentionStage.LEDGER_ONLY,
    **dict.fromkeys(("fields", "payload", "idempotency_key"), ""),
    "notes": (),
}
# A request names a stored image by its SHA-256, an upload by 32 random digits, a video by its task's id.
_INPUT_NAME_PATTERN: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9]{15,19})(?![0-9A-Za-z])", re.ASCII
)
_INPUT_KEY_PATTERN: Final = re.compile(r"(?:assets|uploads)/([0-9a-f]+)(?:\.[a-z0-9]+)?", re.ASCII)


class Retention:
    """The retention of the tasks in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def expire_files(self, before: datetime, needed: Collection[str] = ()) -> tuple[TaskId, ...]:
        """Mark the files of a batch of tasks that ended by `before` as expired.

        Tasks whose ids are in `needed` keep theirs. Returns whose files are to be deleted now.
        """
        wanted = {parse_task_id(TaskId(name)) for name in needed if is_task_id(name)}
        return self._update_batch(
            [*_build_due_filter(before), TASKS.c.id.not_in(wanted)], {"kept": RetentionStage.RECORD_ONLY}
        )

    def has_files_to_expire(self, before: datetime) -> bool:
        """Say whether any task that ended by `before` still has its files."""
        with self._database.read() as connection:
            return (
                connection.execute(select(TASKS.c.id).where(*_build_due_filter(before)).limit(1)).first()
                is not None
            )

    def expire_records(self, before: datetime) -> tuple[TaskId, ...]:
        """Delete the request and notes of a batch of tasks that ended by `before` and have no files left.

        State, times, price and ledger entries stay. Returns which tasks.
        """
        without_files = (
            TASKS.c.kept == RetentionStage.ALL,
            TASKS.c.state != TaskState.SUCCEEDED,
            TASKS.c.state.in_(_FINAL_STATES),
        )
        changed: tuple[TaskId, ...] = ()
        for which in (
            without_files,
            (TASKS.c.kept == RetentionStage.RECORD_ONLY, TASKS.c.state == TaskState.SUCCEEDED),
        ):
            changed += self._update_batch([*which, TASKS.c.finished <= before], _FORGOTTEN_COLUMNS)
        return changed

    def delete_record(self, tenant: str, task_id: TaskId, now: datetime) -> tuple[TaskId, ...]:
        """Delete the request, notes and files of a tenant's task that has ended, and of its draft, at once.

        What stays is what `expire_records` leaves, and what `expire_files` leaves of a video: its
        fingerprint, by which a file of it is known again. Returns whose files are to be deleted now.

        Raises:
            UnknownTask: there is no such task, or it is another tenant's.
            NotEnded: it has not ended.
        """
        number = parse_task_id(task_id)
        with self._database.write() as connection:
            query = select(TASKS.c.state).where(TASKS.c.id == number, TASKS.c.tenant == tenant)
            state = connection.execute(query).scalar()
            if state is None:
                raise UnknownTask
            if state in UNFINISHED_STATES:
                raise NotEnded(f"Task {task_id} is {state}: cancel it before it is deleted.")
            cancel_unfinished(connection, now, TASKS.c.draft_of == number, Cancelled())
            drafts = connection.execute(select(TASKS.c.id).where(TASKS.c.draft_of == number)).scalars()
            numbers = [number, *drafts]
            _update_tasks(connection, numbers, _FORGOTTEN_COLUMNS)
        return tuple(TaskId(str(each)) for each in numbers)

    def delete_test_tasks(self, before: datetime) -> int:
        """Delete a batch of tasks in test mode that ended by `before`; return how many.

        Their entries in the ledger, of 0 credits, go with them.
        """
        due = (
            select(TEST_TASKS.c.task)
            .join_from(TEST_TASKS, TASKS, TASKS.c.id == TEST_TASKS.c.task)
            .where(TASKS.c.finished <= before)
            .limit(_BATCH_SIZE)
        )
        with self._database.read() as connection:
            numbers = connection.execute(due).scalars().all()
        if numbers:
            with self._database.write() as connection:
                connection.execute(delete(POSTINGS).where(POSTINGS.c.task.in_(numbers)))
                connection.execute(delete(TASKS).where(TASKS.c.id.in_(numbers)))
        return len(numbers)

    def uncount_files(self, keys: Collection[str]) -> None:
        """Count files that are to be deleted for nobody any more."""
        with self._database.write() as connection:
            uncount_files(connection, keys)

    def iterate_needed_inputs(self) -> Iterator[frozenset[str]]:
        """Yield, page by page, the names of files that the requests of unfinished tasks hold."""
        query = (
            select(TASKS.c.id, TASKS.c.fields)
            .where(TASKS.c.state.in_(UNFINISHED_STATES))
            .order_by(TASKS.c.id)
        )
        last = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(query.where(TASKS.c.id > last).limit(_PAGE)).all()
            yield frozenset(name for row in rows for name in _INPUT_NAME_PATTERN.findall(row.fields))
            if len(rows) < _PAGE:
                return
            last = rows[-1].id

    def find_uncounted_inputs(self, keys: Collection[str]) -> frozenset[str]:
        """Return those of the storage keys of images and uploads that count for nobody.

        No answered request brought them: the process died, or failed, between the file and its row.
        """
        inputs = {key for key in keys if get_input_name(key)}
        with self._database.read() as connection:
            return frozenset(inputs - find_counted_keys(connection, inputs))

    def list_with_files(self, after: TaskId | None = None) -> tuple[tuple[TaskId, tuple[str, ...]], ...]:
        """List a page of the tasks that should have files, by id, with the storage keys of these."""
        query = (
            select(TASKS.c.id, TASKS.c.video, TASKS.c.cover, TASKS.c.clean)
            .where(
                TASKS.c.state == TaskState.SUCCEEDED, TASKS.c.kept == RetentionStage.ALL, TASKS.c.video != ""
            )
            .order_by(TASKS.c.id)
            .limit(_PAGE)
        )
        with self._database.read() as connection:
            rows = connection.execute(
                query.where(TASKS.c.id > parse_task_id(after)) if after else query
            ).all()
        return tuple(
            (TaskId(str(row.id)), tuple(filter(None, (row.video, row.cover, row.clean)))) for row in rows
        )

    def iterate_with_files(self) -> Iterator[tuple[TaskId, tuple[str, ...]]]:
        """Yield every task that should have files, page by page, as `list_with_files` lists them."""
        last: TaskId | None = None
        while page := self.list_with_files(last):
            yield from page
            last = page[-1][0]

    def _update_batch(self, which: list[ColumnElement[bool]], values: dict[str, Any]) -> tuple[TaskId, ...]:
        due = select(TASKS.c.id).where(*which).order_by(TASKS.c.finished).limit(_BATCH_SIZE)
        with self._database.read() as connection:
            numbers = connection.execute(due).scalars().all()
        if not numbers:
            return ()
        with self._database.write() as connection:
            _update_tasks(connection, numbers, values)
        return tuple(TaskId(str(number)) for number in numbers)


def _update_tasks(connection: Connection, numbers: Sequence[int], values: dict[str, Any]) -> None:
    """Change tasks whose files are to be deleted; these count for nobody any more."""
    connection.execute(update(TASKS).where(TASKS.c.id.in_(numbers)).values(values))
    for column in (TASKS.c.video, TASKS.c.cover, TASKS.c.clean):
        expired = select(column).where(TASKS.c.id.in_(numbers), column != "")
        connection.execute(delete(STORED_FILES).where(STORED_FILES.c.key.in_(expired)))
    if values is _FORGOTTEN_COLUMNS:
        for table in (STEPS, CALLBACKS):
            connection.execute(delete(table).where(table.c.task.in_(numbers)))


async def find_missing_files(database: Database, storage: ObjectStorage) -> AsyncIterator[tuple[TaskId, str]]:
    """Yield the task and the storage key of each file that should be stored and is not."""
    last: TaskId | None = None
    while page := await asyncio.to_thread(_list_with_files, database, last):
        for task_id, keys in page:
            for key in keys:
                if await storage.get_size(key) is None:
                    yield task_id, key
        last = page[-1][0]


def _list_with_files(database: Database, after: TaskId | None) -> tuple[tuple[TaskId, tuple[str, ...]], ...]:
    """List a page of the tasks that should have files, through the database's reader."""
    return Retention(database.reader).list_with_files(after)


def get_input_name(key: str) -> str:
    """Return the name that requests have for a stored image or upload; empty for any other key."""
    match = _INPUT_KEY_PATTERN.fullmatch(key)
    return match[1] if match else ""


def _build_due_filter(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        TASKS.c.kept == RetentionStage.ALL,
        TASKS.c.state == TaskState.SUCCEEDED,
        TASKS.c.finished <= before,
    )
