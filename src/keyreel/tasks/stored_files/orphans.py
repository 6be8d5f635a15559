"""Stored results that no task owns, and whether they may be deleted. It deletes nothing itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from keyreel.task import UNFINISHED_STATES, RetentionStage, TaskId
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.ids import is_task_id, parse_task_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from keyreel.tasks.database.connection import Database

RESULT_FOLDERS: Final = ("videos", "covers", "clean", "previews")
"""Where the files of tasks lie, by task and attempt."""
_RESULT_KEY_PATTERN: Final = re.compile(
    r"(?P<folder>videos|covers|clean|previews)/(?P<task>[0-9]{1,19})/(?P<attempt>[0-9]{1,9})\.[a-z0-9]+",
    re.ASCII,
)
_FEW_FILES: Final = 20
_SMALL_SHARE: Final = 0.1
"""More orphans than both are not what attempts leave over: something is wrong with the database."""


@dataclass(frozen=True, slots=True)
class Orphans:
    """Storage keys of results that nothing owns."""

    left_over: frozenset[str]
    """Of tasks that are known: of attempts that did not win, and of tasks whose files have expired."""
    unknown: frozenset[str]
    """Of tasks that the database does not know: it was lost, or is an older one."""


def find_orphans(database: Database, keys: Collection[str]) -> Orphans:
    """Find those of the storage keys that belong to no task, or to no attempt that counts."""
    found = {key: match for key in keys if (match := _RESULT_KEY_PATTERN.fullmatch(key))}
    query = select(TASKS.c.id, TASKS.c.state, TASKS.c.kept, TASKS.c.video).where(
        TASKS.c.id.in_({_parse_id(match["task"]) for match in found.values()})
    )
    with database.read() as connection:
        rows = {row.id: row for row in connection.execute(query)}
    unknown = {key for key, match in found.items() if _parse_id(match["task"]) not in rows}
    return Orphans(
        frozenset(
            key
            for key, match in found.items()
            if key not in unknown and not _is_owned(rows[_parse_id(match["task"])], match)
        ),
        frozenset(unknown),
    )


@dataclass(slots=True)
class OrphanCount:
    """What one look at all stored results has found."""

    files: int = 0
    left_over: int = 0
    unknown: int = 0

    def add(self, files: int, orphans: Orphans) -> None:
        """Count some more files."""
        self.files += files
        self.left_over += len(orphans.left_over)
        self.unknown += len(orphans.unknown)

    @property
    def is_plausible(self) -> bool:
        """Whether attempts may have left so many files over."""
        return self.left_over <= max(_FEW_FILES, _SMALL_SHARE * self.files)


def _parse_id(digits: str) -> int:
    return parse_task_id(TaskId(digits)) if is_task_id(digits) else 0


def _is_owned(row: Any, match: re.Match[str]) -> bool:
    if row.kept != RetentionStage.ALL:
        return False
    if row.state in UNFINISHED_STATES:
        return True
    winner = _RESULT_KEY_PATTERN.fullmatch(row.video)
    return winner is not None and winner["attempt"] == match["attempt"] and match["folder"] != "previews"
