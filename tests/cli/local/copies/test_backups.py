"""Backups that are taken of a server under load, and what is restored of them."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from support.commands import CARDS, keyreel
from support.requests import data_uri
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODEL = "vidu-q2-pro-img2video"
AUTH = {"Authorization": f"Bearer {KEY}"}


def make_fields(shade: int) -> dict[str, Any]:
    return {"images": [data_uri(shade=shade)], "prompt": "x", "duration": 1, "resolution": "540p"}


def submit_until(ending: threading.Event, server: Server) -> None:
    shade = 0
    while not ending.is_set():
        shade = (shade + 1) % 200
        server.submit(MODEL, make_fields(shade))


def delete_until(ending: threading.Event, server: Server, kept: str) -> None:
    while not ending.is_set():
        for task in server.call("GET", "/v1/tasks?state=succeeded&limit=3").json()["tasks"]:
            if task["id"] != kept:
                server.call("DELETE", f"/v1/tasks/{task['id']}")


@contextmanager
def under_load(server: Server, kept: str) -> Iterator[None]:
    """Submit all the time, and delete what has ended but for one task, until the block is left."""
    ending = threading.Event()
    with ThreadPoolExecutor() as threads:
        working = [threads.submit(submit_until, ending, server) for _ in range(2)]
        working.append(threads.submit(delete_until, ending, server, kept))
        try:
            yield
        finally:
            ending.set()
    for each in working:
        each.result()


def ask_operator(server: Server, path: str) -> Any:
    token = (server.data / "admin.token").read_text().strip()
    return server.call("GET", path, headers={"Authorization": f"Bearer {token}"}).json()


@pytest.mark.slow
def test_a_backup_under_load_is_whole_and_goes_on_where_it_was(tmp_path: Path) -> None:
    server = Server.start(tmp_path / "data", **CARDS)
    kept = server.submit(MODEL, make_fields(250))
    video = server.finished(kept)["videos"][0]["video_url"]
    wanted = httpx.get(video, trust_env=False).content
    with under_load(server, kept):
        for number in range(3):
            done = keyreel("backup", tmp_path / f"backup-{number}", "--data", server.data)
            assert done.returncode == 0, done.stderr
            assert done.stderr == ""
    assert server.stop() == 0
    for number in range(3):
        folder = tmp_path / f"restored-{number}"
        done = keyreel("restore", tmp_path / f"backup-{number}", "--data", folder)
        assert done.returncode == 0, done.stderr
    again = Server.start(tmp_path / "restored-2", KEYREEL_WORKER="0", **CARDS)
    assert ask_operator(again, "/v1/admin/storage")["missing"] == []
    assert ask_operator(again, "/v1/admin/ledger/verify")["ok"]
    assert again.call("GET", f"/v1/videos/{kept}/content").content == wanted
    found = again.call("GET", "/v1/tasks?limit=100").json()["tasks"]
    assert len(found) > 1
    for task in found:
        shown = again.call("GET", f"/v1/tasks/{task['id']}").json()
        links = [each for each in json.dumps(shown).split('"') if "/files/" in each]
        assert links, "each has its image at least"
        for link in links:
            assert httpx.get(link, trust_env=False).status_code == 200
    # A link that was given before the backup is good after it: the signing key is the same.
    moved = f"{again.url}{video.removeprefix(server.url)}"
    assert httpx.get(moved, trust_env=False).content == wanted
    assert again.stop() == 0


def test_what_cannot_be_backed_up_or_restored_is_told_and_left_alone(tmp_path: Path) -> None:
    done = keyreel("backup", tmp_path / "b", "--data", tmp_path / "none")
    assert (done.returncode, "no database" in done.stderr) == (2, True)
    assert keyreel("keys", "list", "--data", tmp_path / "data").returncode in {0, 1, 2}
    made = keyreel("keys", "create", "--tenant", "a", "--new-tenant", "--data", tmp_path / "data")
    assert made.returncode == 0, made.stderr
    backup = tmp_path / "backup"
    assert keyreel("backup", backup, "--data", tmp_path / "data").returncode == 0
    assert backup.stat().st_mode & 0o077 == 0
    again = keyreel("backup", backup, "--data", tmp_path / "data")
    assert (again.returncode, "already exists" in again.stderr) == (2, True)
    over = keyreel("restore", backup, "--data", tmp_path / "data")
    assert (over.returncode, "already exists" in over.stderr) == (2, True)
    (tmp_path / "other").mkdir()
    no_backup = keyreel("restore", tmp_path / "other", "--data", tmp_path / "new")
    assert (no_backup.returncode, "not a complete backup" in no_backup.stderr) == (2, True)
    database = backup / "keyreel.db"
    data = bytearray(database.read_bytes())
    data[100:8000] = bytes(7900)
    database.write_bytes(data)
    damaged = keyreel("restore", backup, "--data", tmp_path / "new")
    assert (damaged.returncode, "damaged" in damaged.stderr) == (2, True)
    assert not (tmp_path / "new").exists()
    assert {each.name for each in tmp_path.iterdir()} == {"data", "backup", "other"}


@pytest.mark.parametrize(
    "shared", [{"KEYREEL_DATABASE": "postgresql://k@db.example/k"}, {"KEYREEL_STORAGE": "s3://videos/k"}]
)
def test_what_machines_share_is_left_to_its_own_backups(tmp_path: Path, shared: dict[str, str]) -> None:
    refused = keyreel("backup", tmp_path / "copy", "--data", tmp_path / "data", **shared)
    assert refused.returncode == 2
    assert "pg_dump, and versioning of the bucket" in " ".join(refused.stderr.split())
    assert not (tmp_path / "copy").exists()
