"""A program that lets a relay make tasks, each in a process that is killed at a later statement of a submit.

    python -m support.relay_attempts FOLDER BASE_URL DIALECT EVERY [CALLBACK_URL]

After each kill the next process goes on with the task. With CALLBACK_URL the service is asked to call back.
Prints one word for each task, in order: "video", or the name of the error that ended it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from keyreel.clock import SystemClock
from keyreel.engines.relay.engine_type import RelayTable
from keyreel.errors import KeyreelError
from keyreel.storage.memory import open_memory_storage
from keyreel.task import Submission
from keyreel.tasks.outcomes import Failure
from keyreel.tasks.store import TaskStore
from keyreel.wire.endpoints import catalogue
from keyreel.worker.attempt import RunningAttempt
from keyreel.worker.remote.callbacks import ReceivedCallbacks
from keyreel.worker.remote.job import AttemptRemoteJob

if TYPE_CHECKING:
    from types import FrameType

    from keyreel.task import Task

_KILLED_IN = ("relay/submission.py", "relay/submit_response.py")
_MAX_STATEMENTS = 1000


class Unreachable:
    """Fetches nothing: the upstream's videos lie at its own address."""

    async def fetch_video(self, url: str, target: Path, *, tenant: str) -> None:
        raise AssertionError(f"{url} {target} {tenant}")


def make_table(base_url: str, dialect: str, **options: Any) -> RelayTable:
    """Return a relay's table."""
    return RelayTable.model_validate({"type": "relay", "dialect": dialect, "base_url": base_url, **options})


def accept_task(store: TaskStore) -> Task:
    """Queue a task of ten credits, and return it."""
    endpoint = catalogue.get_endpoint("q2-text2video").model_validate(
        {"prompt": "a card", "duration": 1, "resolution": "540p"}
    )
    return store.accept(
        Submission(
            tenant="ann",
            key_id="key_1",
            dialect="async_v3",
            endpoint="q2-text2video",
            fields=endpoint.model_dump_json(exclude_none=True),
            seed=7,
            seconds=1,
            credits=10,
        )
    )


async def attempt_task(store: TaskStore, folder: Path, table: RelayTable) -> str:
    """Let a relay go on with the queued task, and say how it ended: it is settled unless it is to wait."""
    claim = store.queue.claim("me", 60)
    assert claim is not None
    fields = json.loads(claim.task.submission.fields)
    order = catalogue.get_endpoint("q2-text2video").model_validate(fields).to_order(7)
    attempt = RunningAttempt(
        store, open_memory_storage(), claim.token, every_seconds=1.0, random=SystemRandom()
    )
    callbacks = ReceivedCallbacks(store, SystemRandom())
    job = AttemptRemoteJob(attempt.for_engine("relay"), folder, Unreachable(), callbacks)
    engine = table.make_engine("relay")
    async with engine:
        try:
            await engine.request_video(order, job)
            word = "video"
        except KeyreelError as error:
            word = type(error).__name__
    if word in {"video", "RenderFailed"}:
        store.queue.settle(claim.token, Failure(word, word))
    return word


def _kill_at(number: int) -> None:
    """Be killed at the n-th statement that is run in the files above."""
    left = number

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(_KILLED_IN):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def _run_in_child(folder: Path, table: RelayTable, kill_at: int) -> list[str]:
    """Let a process go on with the task that the last one left, and begin another; return how they ended."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        store = TaskStore.open(folder, SystemClock(), SystemRandom())
        if kill_at > 1:
            os.write(write, f"{asyncio.run(attempt_task(store, folder, table))}\n".encode())
        accept_task(store)
        _kill_at(kill_at)
        os.write(write, asyncio.run(attempt_task(store, folder, table)).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        words = pipe.read().split()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, -signal.SIGKILL}
    return words


def main() -> None:
    """Kill at every so manieth statement, until a task is through before it is reached."""
    folder, base_url, dialect, every, *callback_url = Path(sys.argv[1]), *sys.argv[2:]
    options = {"callback_url": callback_url[0]} if callback_url else {}
    table = make_table(base_url, dialect, **options)
    for module in ("httpx", "keyreel.engines.relay.engine"):
        import_module(module)  # once, before any child
    words: list[str] = []
    for count, number in enumerate(range(1, _MAX_STATEMENTS, int(every)), 1):
        words += _run_in_child(folder, table, number)
        if len(words) == count:
            break
    sys.stdout.write(json.dumps(words))


if __name__ == "__main__":
    main()
