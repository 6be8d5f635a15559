"""Task ids: Snowflake-like numbers of 63 bits that rise with time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

from keyreel.errors import UnknownTask

if TYPE_CHECKING:
    from random import Random

    from keyreel.clock import Clock
    from keyreel.task import TaskId

_EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_ID_PATTERN: Final = re.compile("[1-9][0-9]{0,18}", re.ASCII)
MAX_TASK_ID: Final = 2**63 - 1
"""The largest signed 64-bit integer, as databases keep it."""
_RANDOM_BITS: Final = 22
"""41 bits of milliseconds reach until 2084; every id until then has 19 digits or fewer."""
_NODE_BITS: Final = 10
"""Of the random ones: 1,024 nodes, as `node_numbers` counts them."""


class SnowflakeGenerator:
    """Gives ids that always rise, also when the clock steps back.

    Of several processes on one database, each has a `node` number, which its ids end with: so no two ever
    give the same, whatever their clocks say.
    """

    def __init__(self, clock: Clock, random: Random, *, last: int, node: int | None = None) -> None:
        self._clock = clock
        self._random = random
        self._last = last
        self._node = node
        self._lock = Lock()

    def next_id(self) -> int:
        """Return a new id. Its low bits are random, so that two installations rarely meet."""
        milliseconds = (self._clock.now() - _EPOCH) // _MILLISECOND
        fresh = milliseconds << _RANDOM_BITS | self._random.getrandbits(_RANDOM_BITS)
        with self._lock:
            if self._node is None:
                self._last = max(fresh, self._last + 1)
            else:
                self._last = (
                    max(fresh >> _NODE_BITS, (self._last >> _NODE_BITS) + 1) << _NODE_BITS | self._node
                )
            return self._last


def is_task_id(text: str) -> bool:
    """Say whether a task can have this id."""
    return _ID_PATTERN.fullmatch(text) is not None and int(text) <= MAX_TASK_ID


def parse_task_id(task_id: TaskId) -> int:
    """Return the id as the database keeps it.

    Raises:
        UnknownTask: no task can have this id.
    """
    if not is_task_id(task_id):
        raise UnknownTask
    return int(task_id)
