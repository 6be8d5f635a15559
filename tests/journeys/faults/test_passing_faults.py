"""A sick disk and a shortage of descriptors or processes: submits are told to come again, tasks wait."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from support.faulty_machine import FaultyMachine
from support.requests import data_uri
from support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.servers import Server

MODEL = "vidu-q2-pro-img2video"
CARD = "keyreel.testing:CardEngine"
BODY: dict[str, Any] = {"prompt": "a card [keyreel:slow=0.5]", "duration": 1, "resolution": "540p"}
FAULTS = {
    # The first task alone needs new children.
    "descriptors": (
        ("socket.socketpair", "EMFILE"),
        ("os.mkdir", "EROFS"),
        ("os.mkdir", "ENOSPC"),
        ("os.fsync", "EIO"),
    ),
    "processes": (("asyncio.create_subprocess_exec", "EAGAIN"),),
}
RETRIES_A_SECOND = 10
"""At most so many calls fail in a second of retries after growing pauses."""


def body(number: int) -> dict[str, Any]:
    return {**BODY, "images": [data_uri(shade=16 * number)], "seed": number + 1}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_tasks_wait_until_what_the_system_refuses_is_granted_again(
    start: Callable[..., Server], tmp_path: Path, faults: tuple[tuple[str, str], ...]
) -> None:
    machine = FaultyMachine.make(tmp_path / "machine")
    server = start(KEYREEL_DEV="1", KEYREEL_ENGINES=CARD, **machine.environment)
    for number, (call, error) in enumerate(faults):
        task_id = server.submit(MODEL, body(number))
        machine.break_call(call, error)
        began = time.monotonic()
        wait_until(lambda: machine.count_failed_calls() >= 2, 30)
        assert server.poll(task_id)["task"]["status"] in {"TASK_STATUS_QUEUED", "TASK_STATUS_PROCESSING"}
        assert machine.count_failed_calls() <= 5 + RETRIES_A_SECOND * (time.monotonic() - began)
        machine.heal()
        result = server.finished(task_id)
        assert result["task"]["status"] == "TASK_STATUS_SUCCEED", (call, error, result)


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_readiness_and_submits_tell_of_a_sick_disk(
    start: Callable[..., Server], tmp_path: Path, error: str
) -> None:
    machine = FaultyMachine.make(tmp_path / "machine")
    server = start(KEYREEL_ENGINES=CARD, **machine.environment)
    machine.break_call("os.fsync", error)
    wait_until(lambda: server.call("GET", "/health/ready").status_code == 503, 5)
    found = server.call("GET", "/health/ready").json()
    assert (found["status"], found["checks"]["database"]["ok"]) == ("unavailable", True)
    assert found["checks"]["storage"] == {"ok": False, "detail": _DETAILS[error]}
    refused = server.call("POST", f"/v3/async/{MODEL}", json=body(1))
    assert (refused.status_code, refused.json()["code"]) == (503, 503)
    assert int(refused.headers["Retry-After"]) > 0
    machine.heal()
    wait_until(lambda: server.call("GET", "/health/ready").status_code == 200, 5)
    assert server.finished(server.submit(MODEL, body(1)))["videos"]


_DETAILS = {
    "EIO": "The disk cannot be read or written: try again later.",
    "ENOSPC": "The disk is full: try again later.",
}


def test_readiness_tells_of_a_damaged_database(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_WORKER="0")
    first = server.submit(MODEL, {**body(1), "prompt": "the prompt of the first task"})
    others = [server.submit(MODEL, {**body(1), "prompt": "another prompt " * 20}) for _ in range(12)]
    assert server.stop() == 0
    _damage_page(server.data / "keyreel.db", b"the prompt of the first task")
    server = start(KEYREEL_WORKER="0")
    assert server.call("GET", "/health/ready").status_code == 200
    answer = server.call("GET", f"/v3/async/task-result?task_id={first}")
    assert (answer.status_code, answer.json()["code"]) == (503, 503)
    assert answer.headers["Retry-After"]
    assert server.poll(others[-1])["task"]["status"] == "TASK_STATUS_QUEUED"
    ready = wait_until(lambda: _get_unready(server), 5)
    assert "damaged" in ready["checks"]["database"]["detail"]
    assert ready["checks"]["storage"]["ok"]


def _get_unready(server: Server) -> dict[str, Any] | None:
    answer = server.call("GET", "/health/ready")
    return answer.json() if answer.status_code == 503 else None


def _damage_page(file: Path, content: bytes) -> None:
    """Overwrite the page that holds this content."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    page = file.read_bytes().index(content) // size
    with file.open("r+b") as opened:
        opened.seek(page * size)
        opened.write(b"\xee" * size)
