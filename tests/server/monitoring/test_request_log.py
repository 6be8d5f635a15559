"""What a real server writes to its log: a line for each request, and nothing of what is its clients' own."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from support.commands import CARDS
from support.receivers import Reply, receiving
from support.servers import Server, wait_until
from support.submits import SUBMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
SECRET = "Marked7Secret"
FETCHES = {"KEYREEL_EGRESS_ALLOW": "127.0.0.0/8", "KEYREEL_CALLBACK_SCHEDULE": "0"}
PAYLOADS = {
    "payload": SECRET,
    "meta_data": json.dumps({"Label": SECRET}),
    "extra": {"webhook": {"url": f"http://127.0.0.1:9/{SECRET}?s={SECRET}"}},
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def begin(**environment: str) -> Server:
        started.append(Server.start(tmp_path / "data", **environment))
        return started[-1]

    yield begin
    for server in started:
        if server.process.is_alive():
            server.stop()


def read_lines(server: Server) -> list[dict[str, Any]]:
    text = (server.data / "up.log").read_text()
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def requests_of(server: Server, **told: Any) -> list[dict[str, Any]]:
    lines = [line for line in read_lines(server) if line["event"] == "request"]
    return [line for line in lines if all(line.get(name) == value for name, value in told.items())]


def find_one(server: Server, **told: Any) -> dict[str, Any]:
    """Wait for the line of a request, which is written when its client has its answer already."""
    (line,) = wait_until(lambda: requests_of(server, **told))
    return line


def rewrite(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Apply a change to the object in a body that has the prompt."""
    if isinstance(value, list):
        return [rewrite(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {name: rewrite(each, change) for name, each in value.items()}
    return change(inner) if "prompt" in inner else inner


def list_changes(url: str) -> Iterator[dict[str, Any]]:
    """List what each format is sent: good requests, refused ones, and one that fails later."""
    yield {}
    yield PAYLOADS
    yield {"images": [f"{url}/{SECRET}?s={SECRET}"], "input_reference": f"{url}/{SECRET}?s={SECRET}"}
    broken = f"data:image/png;base64,{base64.b64encode(SECRET.encode()).decode()}"
    yield {"images": [broken], "input_reference": broken}
    yield {"duration": SECRET, "seconds": SECRET}
    yield {"prompt": {SECRET: SECRET}}


def test_no_secret_prompt_address_or_image_gets_into_the_log(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_API_KEY=f"kr_{SECRET}", KEYREEL_LOG_LEVEL="debug", **CARDS, **FETCHES)
    headers = {"Authorization": f"Bearer kr_{SECRET}", "Idempotency-Key": SECRET}
    accepted = []
    with receiving() as receiver:
        receiver.answering = lambda _: Reply(404)
        for path, body in SUBMITS.values():
            for number, change in enumerate(list_changes(receiver.url)):

                def mark(found: dict[str, Any], change: dict[str, Any] = change) -> dict[str, Any]:
                    return {**found, "prompt": f"{SECRET} a boat", **change}

                numbered = headers | {"Idempotency-Key": f"{SECRET}-{number}-{path}"}
                answer = server.call("POST", f"{path}?s={SECRET}", json=rewrite(body, mark), headers=numbered)
                accepted += [path] if answer.status_code == 200 else []
        server.call("POST", "/v1/validate/viduq2-pro", content=f'{{"{SECRET}', headers=headers)
        server.call("GET", f"/v1/balance?key={SECRET}", headers={"Authorization": f"Bearer {SECRET}x"})
        httpx.get(f"http://x:{SECRET}@{server.url.partition('//')[2]}/v1/balance", trust_env=False)
        token = (server.data / "admin.token").read_text().strip()
        operator = {"Authorization": f"Bearer {token}"}

        def all_ended() -> bool:
            states = server.call("GET", "/v1/admin/tasks?limit=100", headers=operator).json()["tasks"]
            return bool(states) and not {each["state"] for each in states} & {"queued", "running"}

        wait_until(all_ended)
    tasks = server.call("GET", f"/v1/tasks?s={SECRET}", headers=headers).json()["tasks"]
    assert len(tasks) >= len(SUBMITS)
    for task in tasks:
        shown = server.call("GET", f"/v1/tasks/{task['id']}?s={SECRET}", headers=headers).json()
        for link in [each for each in json.dumps(shown).split('"') if "/files/" in each]:
            assert httpx.get(link, trust_env=False).status_code == 200
    server.stop()
    log = (server.data / "up.log").read_text()
    assert set(accepted) == {path for path, _ in SUBMITS.values()}
    assert {line["event"] for line in read_lines(server)} >= {"request", "task settled", "egress failed"}
    assert requests_of(server, path="/health/ready", level="debug")
    assert SECRET not in log
    assert base64.b64encode(SECRET.encode()).decode()[:12] not in log
    assert token not in log
    assert "signature" not in log


def test_a_request_has_one_line_with_sender_and_task_and_a_good_poll_has_none(
    start: Callable[..., Server],
) -> None:
    server = start(KEYREEL_WORKER="0", **CARDS)
    path, body = SUBMITS["async_v3"]
    answer = server.call("POST", path, json=body)
    task = answer.json()["task_id"]
    line = find_one(server, path=path)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["method"], line["status"], line["task"]) == ("POST", 200, task)
    assert (line["tenant"], line["key_id"]) == ("default", "environment")
    assert (line["level"], line["ms"] > 0) == ("info", True)
    server.call("POST", path, json={**body, "duration": 99})
    refused = find_one(server, path=path, status=400)
    assert (refused["refusal"], refused["field"]) == ("InvalidRequest", "duration")
    token = (server.data / "admin.token").read_text().strip()
    server.call("GET", "/v1/admin/tasks", headers={"Authorization": f"Bearer {token}"})
    operators = find_one(server, path="/v1/admin/tasks")
    assert operators["actor"].startswith("token ")
    server.poll(task)
    server.call("GET", "/v3/async/task-result?task_id=1")
    polled = find_one(server, path="/v3/async/task-result")
    assert (polled["status"], polled["refusal"], polled["task"]) == (404, "UnknownTask", "1")
