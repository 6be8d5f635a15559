"""Servers and workers on one Postgres: processes of their own, with no folder in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.commands import CARDS
from support.postgres import get_cluster
from support.requests import data_uri
from support.servers import Server, wait_until
from support.workers import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BODY = {"prompt": "a card", "duration": 1}
WITH_IMAGE = {**BODY, "images": [data_uri()]}


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    url = get_cluster().create_empty()
    yield {**CARDS, "KEYREEL_DATABASE": url, "KEYREEL_SECRET": "s" * 32}
    get_cluster().take_back(url)


def ask_operator(server: Server, token: str, path: str) -> dict[str, object]:
    return server.call("GET", path, headers={"Authorization": f"Bearer {token}"}).json()


def test_any_server_answers_for_what_any_worker_does(tmp_path: Path, environment: dict[str, str]) -> None:
    from keyreel.cli.local.data_folder import DataFolder

    first = Server.start(tmp_path / "a", command="serve", KEYREEL_NODE="a", **environment)
    second = Server.start(tmp_path / "b", command="serve", KEYREEL_NODE="b", **environment)
    task = first.submit("vidu-q2-text2video", BODY)
    assert second.poll(task)["task"]["status"] == "TASK_STATUS_QUEUED"
    workers = [WorkerProcess.start(tmp_path / name, KEYREEL_NODE=name, **environment) for name in ("c", "d")]
    assert second.finished(task)["task"]["status"] == "TASK_STATUS_SUCCEED"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        token = DataFolder(tmp_path / "a").read_admin_token()

    def list_nodes() -> set[str]:
        (engine,) = ask_operator(second, token, "/v1/admin/engines")["engines"]
        return {each["node"] for each in engine["workers"]}

    wait_until(lambda: list_nodes() == {"c", "d"})
    assert [worker.stop() for worker in workers] == [0, 0]
    wait_until(lambda: list_nodes() == set())
    # Both have the same root, links and keys, and neither has a secret in its folder.
    roots = {server.call("GET", "/.well-known/keyreel-c2pa.pem").content for server in (first, second)}
    assert len(roots) == 1
    assert not list(tmp_path.rglob("*.key"))
    assert not list(tmp_path.rglob("*.pem"))
    assert [server.stop() for server in (first, second)] == [0, 0]


def test_a_render_elsewhere_ends_when_a_server_cancels_it(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    hanging = {**environment, "KEYREEL_ENGINES": "keyreel.testing:HangingEngine"}
    server = Server.start(tmp_path / "a", command="serve", **hanging)
    worker = WorkerProcess.start(tmp_path / "b", **hanging)
    tasks = [server.submit("vidu-q2-text2video", BODY) for _ in range(2)]
    wait_until(lambda: server.poll(tasks[0])["task"]["status"] == "TASK_STATUS_PROCESSING")
    assert server.call("POST", f"/v1/tasks/{tasks[0]}/cancel").status_code == 200
    wait_until(lambda: server.poll(tasks[1])["task"]["status"] == "TASK_STATUS_PROCESSING")
    assert worker.stop() == 0
    assert server.stop() == 0


@pytest.mark.parametrize("role", ["up", "serve", "work"])
def test_without_the_shared_secret_no_node_starts(
    tmp_path: Path, environment: dict[str, str], role: str
) -> None:
    from support.commands import keyreel

    refused = keyreel(role, "--data", tmp_path, **environment | {"KEYREEL_SECRET": ""})
    assert refused.returncode == 2
    assert "KEYREEL_SECRET: must be set when the database is Postgres" in refused.stderr


def test_a_rate_limit_holds_over_all_servers(tmp_path: Path, environment: dict[str, str]) -> None:
    limited = {**environment, "KEYREEL_RPM": "4"}
    servers = [Server.start(tmp_path / name, command="serve", **limited) for name in ("a", "b")]
    answers = [
        servers[number % 2].call("POST", "/v3/async/vidu-q2-text2video", json=BODY) for number in range(6)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["3", "2", "1", "0", "0", "0"]
    for refused in answers[4:]:
        assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert [server.stop() for server in servers] == [0, 0]
