"""Notifications between the processes on a Postgres server: a task is ready. Nothing depends on them.

Who misses one finds the task at the next look, a quarter of a second later. So they are sent beside the
transaction that stores a task, not within it: of those with a NOTIFY, Postgres lets one commit at a time.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, LiteralString, NoReturn

import psycopg
import structlog

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor

_CHANNEL: Final[LiteralString] = "keyreel_tasks"
NOTIFY: Final[LiteralString] = f"NOTIFY {_CHANNEL}"
_FIRST_PAUSE_SECONDS: Final = 0.25
_LONGEST_PAUSE_SECONDS: Final = 5.0
"""Between two tries to connect, which double from the first one."""

_log = structlog.stdlib.get_logger(__name__)


class TaskNotifier:
    """Sends notifications in a thread; those that are asked for while one is on its way become one."""

    def __init__(self, send: Callable[[], None], threads: Executor) -> None:
        self._send = send
        self._threads = threads
        self._lock = threading.Lock()
        self._is_sending = self._is_asked_again = False

    def notify(self) -> None:
        """Tell workers that a task is ready; return at once."""
        with self._lock:
            self._is_asked_again = self._is_sending
            if self._is_sending:
                return
            self._is_sending = True
        # Threads that are shut down belong to a process that ends.
        with suppress(RuntimeError):
            self._threads.submit(self._work)

    def _work(self) -> None:
        while True:
            with suppress(Unavailable):
                self._send()
            with self._lock:
                if not self._is_asked_again:
                    self._is_sending = False
                    return
                self._is_asked_again = False


async def follow_notifications(
    url: str, connect_options: Mapping[str, Any], wake: Callable[[], None]
) -> NoReturn:
    """Call `wake` for each notification, on a connection of its own that is made again when it is lost.

    It is also called once whenever the connection has been made: a task may have come before.
    """
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(url, autocommit=True, **connect_options)
            async with connection:
                await connection.execute(f"LISTEN {_CHANNEL}")
                pause = _FIRST_PAUSE_SECONDS
                wake()
                async for _ in connection.notifies():
                    wake()
        except psycopg.Error as error:
            _log.warning("notifications are not received for now", cause=type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
