from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.commands import CARDS, keyreel
from support.servers import KEY, Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("tasks"), **CARDS)
    yield running
    assert running.stop() == 0


def ask(server: Server, *words: str) -> Any:
    done = keyreel("tasks", *words, "--base-url", server.url, "--api-key", KEY, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_draft_is_approved_by_the_command_that_was_printed(server: Server, tmp_path: Path) -> None:
    made = keyreel(
        *("generate", "vidu-q2-text2video", "--prompt", "a card", "--duration", 1, "--draft"),
        *("-o", tmp_path / "film.mp4", "--base-url", server.url, "--api-key", KEY),
    )
    assert made.returncode == 0, made.stderr
    _, _, command = made.stderr.partition("To approve it: keyreel ")
    group, action, task_id = command.split()
    assert (group, action) == ("tasks", "approve")
    assert ask(server, "show", task_id)["state"] == "held"
    assert ask(server, "approve", task_id)["state"] != "held"
    wait_until(lambda: ask(server, "show", task_id)["state"] == "succeeded")
    shown = keyreel("tasks", "show", task_id, "--base-url", server.url, "--api-key", KEY)
    assert f"id              {task_id}\nstate           succeeded\nprogress        100%\n" in shown.stdout
    assert "\ndraft state     succeeded\n" in shown.stdout


def test_a_task_is_cancelled(server: Server) -> None:
    task_id = server.submit("vidu-q2-text2video", {"prompt": "x", "extra": {"draft": True}})
    assert ask(server, "cancel", task_id)["state"] == "cancelled"
    late = keyreel("tasks", "approve", task_id, "--base-url", server.url, "--api-key", KEY)
    assert (late.returncode, late.stderr.count("\n")) == (1, 1)
    assert "can no longer be approved" in late.stderr


def test_an_option_before_the_command_is_not_dropped_in_silence(tmp_path: Path) -> None:
    done = keyreel("tasks", "--data", tmp_path, "show", "1")
    assert done.returncode == 2
    assert "--data: must come after 'show'." in done.stderr
