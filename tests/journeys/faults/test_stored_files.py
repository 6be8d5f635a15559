"""Stored files outlive a lost database, and strange names in their folder end nothing."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from support.commands import keyreel
from support.requests import data_uri
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODEL = "vidu-q2-pro-img2video"
CARD = "keyreel.testing:CardEngine"
BODY: dict[str, Any] = {"images": [data_uri()], "prompt": "a card", "duration": 1, "resolution": "540p"}
JANITOR_SECONDS = 8.0
"""After which the janitor had deleted every file whose task it did not find."""


def stored(data: Path) -> set[str]:
    return {str(each.relative_to(data / "files")) for each in (data / "files").rglob("*") if each.is_file()}


def age_by_a_day(data: Path) -> None:
    for each in (data / "files").rglob("*"):
        if each.is_file():
            past = each.stat().st_mtime - 86400
            os.utime(each, (past, past))


def doctor(data: Path, *options: str) -> str:
    """Run the doctor and return what it says of the stored files."""
    done = keyreel("doctor", "--json", "--data", data, *options)
    checks = {each["name"]: each["detail"] for each in json.loads(done.stdout)}
    return str(checks["stored files"])


def test_a_lost_database_takes_no_file_along(start: Callable[..., Server], tmp_path: Path) -> None:
    server, data = start(KEYREEL_ENGINES=CARD), tmp_path / "data"
    server.finished(server.submit(MODEL, BODY))
    assert server.stop() == 0
    files = stored(data)
    assert len(files) == 3
    age_by_a_day(data)
    backup = {each.name: each.read_bytes() for each in data.glob("keyreel.db*")}
    for name in backup:
        (data / name).unlink()
    with pytest.raises(AssertionError, match=r"restore it from a backup, or start over .* --new-database"):
        start(KEYREEL_ENGINES=CARD)
    assert stored(data) == files
    doctor(data, "--new-database")
    server = start(KEYREEL_ENGINES=CARD)
    server.finished(server.submit(MODEL, {**BODY, "seed": 2}))
    wait_until(lambda: "stored files belong to no task" in (data / "up.log").read_text(), JANITOR_SECONDS)
    assert files <= stored(data)
    assert "2 belong to no task of this database" in doctor(data)
    assert doctor(data, "--delete-orphans") == "every task has its files, and there are no leftovers"
    assert len(stored(data)) == 3


def test_a_stopped_servers_database_is_one_whole_file(start: Callable[..., Server], tmp_path: Path) -> None:
    server, data = start(KEYREEL_ENGINES=CARD), tmp_path / "data"
    task_id = server.submit(MODEL, BODY)
    server.finished(task_id)
    copied_while_running = (data / "keyreel.db").read_bytes()
    assert server.stop() == 0
    assert [each.name for each in data.glob("keyreel.db*")] == ["keyreel.db"]
    copied = (data / "keyreel.db").read_bytes()

    # Without the WAL, where all of it still was, and yet a valid database.
    (data / "keyreel.db").write_bytes(copied_while_running)
    with pytest.raises(AssertionError, match=r"its database keyreel\.db is missing or empty"):
        start(KEYREEL_ENGINES=CARD)
    assert "2 belong to no task" in doctor(data, "--new-database")

    for each in data.glob("keyreel.db*"):
        each.unlink()
    (data / "keyreel.db").write_bytes(copied)
    server = start(KEYREEL_ENGINES=CARD)
    assert server.poll(task_id)["task"]["status"] == "TASK_STATUS_SUCCEED"
    assert doctor(data) == "every task has its files, and there are no leftovers"


def test_what_is_no_stored_file_is_left_alone(start: Callable[..., Server], tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = start(KEYREEL_ENGINES=CARD)
    server.finished(server.submit(MODEL, BODY))
    assert server.stop() == 0
    videos, files = data / "files" / "videos", stored(data)
    (videos / "x").mkdir()
    (videos / "x" / "1.mp4~").write_bytes(b"a copy of an editor's")
    (videos / "17").mkdir()
    (videos / "17" / "1.mp4").mkdir()
    (videos / "17" / "2.mp4").symlink_to("/nowhere")
    (videos / "18").symlink_to(videos, target_is_directory=True)
    (videos / "half#123").mkdir()
    (data / "work" / "0").mkdir()
    (data / "work" / ("9" * 30)).mkdir()
    (videos / os.fsdecode(b"\xff\xfe")).mkdir()
    server = start(KEYREEL_ENGINES=CARD)
    wait_until(lambda: "what is no stored file is left alone" in (data / "up.log").read_text(), 10)
    began = time.monotonic()
    while time.monotonic() - began < 1:
        assert server.call("GET", "/health/ready").status_code == 200
    assert server.finished(server.submit(MODEL, {**BODY, "seed": 2}))["videos"]
    assert files < stored(data)
