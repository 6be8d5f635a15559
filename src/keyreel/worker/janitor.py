"""The janitor: deletes expired and left-over files and expires records, a few in each round.

What it does not understand it keeps: files of tasks that the database does not know.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

import structlog

from keyreel.storage.objects import FOLDERS, RENEWED_AFTER
from keyreel.storage.passing_faults import translate_passing_faults
from keyreel.task import TaskId
from keyreel.tasks.ids import is_task_id
from keyreel.tasks.retention import Retention, get_input_name
from keyreel.tasks.stored_files.orphans import RESULT_FOLDERS, OrphanCount, Orphans, find_orphans
from keyreel.worker.loop_guard import LoopGuard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from datetime import datetime
    from pathlib import Path

    from keyreel.durations import RetentionPeriods
    from keyreel.storage.objects import StoredFile
    from keyreel.storage.pending_files import PendingFiles
    from keyreel.tasks.clocks.jump_safe_clock import JumpSafeClock
    from keyreel.tasks.store import TaskStore

_ROUND_SECONDS: Final = 60.0
_FILES_A_ROUND: Final = 500
"""Stored files that are looked at in a round."""
_BATCHES_A_ROUND: Final = 10
"""Batches of tasks that are expired in a round."""
_BATCH: Final = 50
"""Stored files that are looked up in the database at a time."""
_MIN_ORPHAN_AGE: Final = 2 * RENEWED_AFTER
"""Files younger than this may belong to what is not yet in the database: one hour."""
_MAX_LEFT_OVER: Final = 20_000
"""Left-over files that one look at all files notes; the next one finds the others."""
_TEST_TASK_PERIOD: Final = timedelta(days=1)
"""How long tasks in test mode are kept: a client has read by then how its callback was called."""

_log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True)
class _Look:
    """A look at all stored files, over several rounds."""

    files: AsyncIterator[StoredFile]
    count: OrphanCount = field(default_factory=OrphanCount)
    uncounted_inputs: int = 0
    """Of what is left over: inputs that no row names."""
    left_over: list[str] = field(default_factory=list)


class Janitor:
    """Enforces the retention periods of one data folder, and deletes what its attempts left over."""

    def __init__(
        self,
        store: TaskStore,
        pending_files: PendingFiles,
        retention_periods: RetentionPeriods,
        time: JumpSafeClock,
    ) -> None:
        self._database = store.database
        self._writer = store.writer
        self._retention = Retention(store.database)
        self._pending_files = pending_files
        self._storage = pending_files.storage
        self._retention_periods = retention_periods
        keep = retention_periods.inputs or timedelta(0)
        # In a shared storage an input that is handed in again counts as renewed for a while without being so.
        self._keep_inputs = max(keep, _MIN_ORPHAN_AGE) if self._storage.is_shared else keep
        self._time = time
        self._woken = asyncio.Event()
        self._look = _Look(self._iterate_files())
        self._to_delete: list[str] = []
        self._reported: OrphanCount | None = None

    def wake(self) -> None:
        """Begin a round now. Call it from the event loop's thread."""
        self._woken.set()

    async def run(self) -> NoReturn:
        """Do round after round until cancelled."""
        guard = LoopGuard("janitor")
        while True:
            self._woken.clear()
            await guard.run(self.run_round)
            try:
                async with asyncio.timeout(_ROUND_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def run_round(self) -> None:
        """Expire tasks, then look at `_FILES_A_ROUND` stored files; the next round goes on from there."""
        now, keep = self._time.now(), self._retention_periods
        if keep.videos is not None:
            await self._expire_files(now - keep.videos)
        if keep.records is not None:
            await self._expire_records(now - keep.records)
        await self._delete_test_tasks(now - _TEST_TASK_PERIOD)
        await self._delete_left_over(now)
        try:
            await self._scan_files(now)
        except BaseException:
            self._look = _Look(self._iterate_files())  # Half a look is not to be judged.
            raise

    async def _expire_files(self, before: datetime) -> None:
        if not await self._database.ask(partial(self._retention.has_files_to_expire, before)):
            return
        needed = await self._collect_needed_inputs()
        for _ in range(_BATCHES_A_ROUND):
            expired = await self._writer.run(partial(self._retention.expire_files, before, needed))
            if not expired:
                return
            for task_id in expired:
                await self._delete_results(task_id)
            _log.info("files of tasks expired", tasks=len(expired))

    async def _expire_records(self, before: datetime) -> None:
        # With a record its files expire too, however long these were to be kept.
        await self._expire_files(before)
        for _ in range(_BATCHES_A_ROUND):
            expired = await self._writer.run(partial(self._retention.expire_records, before))
            if not expired:
                return
            _log.info("records of tasks expired", tasks=len(expired))
            await asyncio.sleep(0)

    async def _delete_test_tasks(self, before: datetime) -> None:
        for _ in range(_BATCHES_A_ROUND):
            deleted = await self._writer.run(partial(self._retention.delete_test_tasks, before))
            if not deleted:
                return
            _log.info("tasks in test mode deleted", tasks=deleted)
            await asyncio.sleep(0)

    async def _delete_results(self, task_id: str) -> None:
        for folder in RESULT_FOLDERS:
            keys = [found.key async for found in self._storage.list_files(f"{folder}/{task_id}")]
            for key in keys:
                await self._storage.delete(key)

    async def _scan_files(self, now: datetime) -> None:
        batch: list[StoredFile] = []
        inputs: list[str] = []
        ended = False
        for _ in range(_FILES_A_ROUND):
            found = await anext(self._look.files, None)
            if found is None:
                ended = True
                break
            batch.append(found)
            if self._is_expired_input(found.key, found.modified, now):
                inputs.append(found.key)
            if len(batch) == _BATCH:
                await self._collect_orphans(batch, now)
                batch = []
        await self._collect_orphans(batch, now)
        if inputs:
            await self._expire_inputs(inputs, now - self._keep_inputs)
        if ended:
            await self._judge_orphans(now)

    async def _iterate_files(self) -> AsyncIterator[StoredFile]:
        for folder in FOLDERS:
            async for found in self._storage.list_files(folder):
                yield found

    async def _collect_orphans(self, batch: list[StoredFile], now: datetime) -> None:
        old = [each.key for each in batch if each.modified <= now - _MIN_ORPHAN_AGE]
        orphans = await self._database.ask(partial(self._find_orphans, old))
        look = self._look
        look.count.add(len(batch), orphans)
        look.uncounted_inputs += sum(bool(get_input_name(key)) for key in orphans.left_over)
        look.left_over += sorted(orphans.left_over)[: _MAX_LEFT_OVER - len(look.left_over)]

    def _find_orphans(self, keys: list[str]) -> Orphans:
        """Find results that nothing owns, and images and uploads that count for nobody."""
        orphans = find_orphans(self._database, keys)
        inputs = self._retention.find_uncounted_inputs(keys)
        return replace(orphans, left_over=orphans.left_over | inputs)

    async def _judge_orphans(self, now: datetime) -> None:
        """After a look at all files: let what is left over be deleted, unless that is too much to be true."""
        count, left_over = self._look.count, self._look.left_over
        if self._storage.is_shared and not count.unknown:
            # There every request that was refused late leaves its images. A wrong database knows no results.
            count = replace(count, left_over=count.left_over - self._look.uncounted_inputs)
        self._look = _Look(self._iterate_files())
        if (count.unknown or not count.is_plausible) and count != self._reported:
            self._reported = count
            _log.error(
                "stored files belong to no task of this database: they are kept; run `keyreel doctor`",
                **asdict(count),
            )
        if count.is_plausible:
            self._to_delete = left_over
            await self._delete_left_over(now)

    async def _delete_left_over(self, now: datetime) -> None:
        """Delete some of what the last look found, where it is still left over."""
        taken, self._to_delete = self._to_delete[:_FILES_A_ROUND], self._to_delete[_FILES_A_ROUND:]
        for start in range(0, len(taken), _BATCH):
            keys = taken[start : start + _BATCH]
            left_over = (await self._database.ask(partial(self._find_orphans, keys))).left_over
            inputs = {key for key in left_over if get_input_name(key)}
            await self._delete(left_over - inputs)
            if inputs:
                await self._expire_inputs(inputs, now - _MIN_ORPHAN_AGE)

    async def _expire_inputs(self, keys: Collection[str], before: datetime) -> None:
        needed = await self._collect_needed_inputs()
        expired = [
            key
            for key in keys
            if get_input_name(key) not in needed
            # Judged again: a request that is received at this moment may have renewed it.
            and await self._pending_files.expire(key, before, self._uncount)
        ]
        if expired:
            _log.info("unneeded files deleted", files=len(expired))

    async def _uncount(self, key: str) -> None:
        # Before the file goes: a crash then leaves one that counts for nobody, and a later round finds it.
        await self._writer.run(partial(self._retention.uncount_files, (key,)))

    def _is_expired_input(self, key: str, changed: datetime, now: datetime) -> bool:
        return (
            self._retention_periods.inputs is not None
            and bool(get_input_name(key))
            and changed <= now - self._keep_inputs
        )

    async def _delete(self, keys: Collection[str]) -> None:
        if keys:
            # First the rows: a crash then leaves files that count for nobody, and a later round finds them.
            await self._writer.run(partial(self._retention.uncount_files, keys))
        for key in sorted(keys):
            await self._storage.delete(key)
        if keys:
            _log.info("unneeded files deleted", files=len(keys))

    async def _collect_needed_inputs(self) -> frozenset[str]:
        names: set[str] = set()
        pages = self._retention.iterate_needed_inputs()
        while (page := await self._database.ask(partial(next, pages, None))) is not None:
            names |= page
            await asyncio.sleep(0)
        return frozenset(names)


def clean_work_folder(folder: Path, store: TaskStore) -> None:
    """Make the folder for work in progress, and delete what no next attempt goes on from.

    However often a process is killed, its half-rendered clips take the room of one attempt.
    """
    with translate_passing_faults():
        folder.mkdir(parents=True, exist_ok=True)
        found = {each.name: each for each in folder.iterdir() if is_task_id(each.name)}
    resumable = store.filter_resumable(TaskId(name) for name in found)
    for name, path in found.items():
        if name not in resumable:
            shutil.rmtree(path, ignore_errors=True)
