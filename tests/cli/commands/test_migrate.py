"""An installation is copied whole, and stays as it was."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from support.commands import CARDS, keyreel
from support.servers import Server

if TYPE_CHECKING:
    from pathlib import Path

BODY = {"prompt": "a card", "duration": 1}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A stopped installation with a task, its id, and the link to its video."""
    data = tmp_path_factory.mktemp("source")
    server = Server.start(data, **CARDS)
    task = server.submit("vidu-q2-text2video", BODY)
    link = server.finished(task)["videos"][0]["video_url"]
    assert server.stop() == 0
    return data, task, link.removeprefix(server.url)


def hash_files(folder: Path) -> dict[str, str]:
    """Return what each file holds, but for those that say who has the folder and who reads the database."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"keyreel.lock", "keyreel.db-wal", "keyreel.db-shm"}
    }


def test_a_copy_in_another_folder_has_tasks_files_and_links(
    installation: tuple[Path, str, str], tmp_path: Path
) -> None:
    data, task, link = installation
    before = hash_files(data)
    done = keyreel("migrate", "--data", data, "--to", tmp_path / "copy")
    assert done.returncode == 0, done.stderr
    assert "All rows match, and the ledger adds up." in done.stdout
    assert hash_files(data) == before
    server = Server.start(tmp_path / "copy", command="serve", **CARDS)
    assert server.poll(task)["task"]["status"] == "TASK_STATUS_SUCCEED"
    assert server.call("GET", link).status_code == 200
    assert server.stop() == 0
    again = keyreel("migrate", "--data", data, "--to", tmp_path / "copy")
    assert again.returncode == 2
    assert "--to: must be an empty database" in again.stderr


def test_what_is_in_use_is_not_copied(tmp_path: Path) -> None:
    server = Server.start(tmp_path / "data", **CARDS)
    refused = keyreel("migrate", "--data", tmp_path / "data", "--to", tmp_path / "copy")
    assert refused.returncode == 1
    assert "uses" in refused.stderr
    assert not (tmp_path / "copy").exists()
    assert server.stop() == 0
