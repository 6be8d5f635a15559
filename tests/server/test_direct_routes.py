"""Polls take a short way through the server; what they answer is as if they took the long one."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.server.app import create_app
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from support.requests import AUTH, data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient
    from starlette.types import ASGIApp, Message, Scope

    from keyreel.cli.local.composition import Platform

MAX_CALLS = 100
"""Of Python functions, by a poll within the application: 72 were counted, 410 through the routes of Starlette
and SQLAlchemy. Unlike seconds they are the same on every machine."""
RESULT_PATHS = {
    dialect.name: route.path
    for dialect in DIALECTS
    for route in dialect.routes
    if route.action is RouteAction.RESULT
}


def _submit(client: TestClient) -> str:
    body = {"images": [data_uri()], "prompt": "push in"}
    return str(client.post("/v3/async/vidu-q2-pro-img2video", json=body).json()["task_id"])


def _build_poll_scope(path: str, query: str = "") -> Scope:
    headers = [(name.lower().encode(), value.encode()) for name, value in {"Host": "a", **AUTH}.items()]
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "state": {},
    }


async def _answer(app: ASGIApp, scope: Scope) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def _count_calls(app: ASGIApp, scope: Scope) -> int:
    calls = 0

    def count(frame: object, event: str, argument: Any) -> None:
        del frame, argument
        nonlocal calls
        calls += event == "call"

    async def answer() -> None:
        sys.setprofile(count)
        try:
            await _answer(app, scope)
        finally:
            sys.setprofile(None)

    asyncio.run(answer())
    return calls


def _expand_path(path: str, task_id: str) -> str:
    return path.replace("{id}", task_id) + ("" if "{id}" in path else f"?task_id={task_id}")


def test_a_poll_takes_few_steps(client: TestClient, platform: Platform) -> None:
    task_id = _submit(client)
    app = create_app(platform.services)
    scope = _build_poll_scope("/v3/async/task-result", f"task_id={task_id}")
    _count_calls(app, scope)  # The first poll fills what is kept.
    assert _count_calls(app, scope) <= MAX_CALLS


@pytest.mark.parametrize("dialect", RESULT_PATHS)
def test_every_format_is_polled_and_refused_alike(client: TestClient, dialect: str) -> None:
    task_id = _submit(client)
    found = client.get(_expand_path(RESULT_PATHS[dialect], task_id))
    assert found.status_code == 200
    assert task_id in found.text
    assert found.headers["Cache-Control"] == "no-store"
    assert len(found.headers["X-Request-Id"]) == 32
    unknown = client.get(_expand_path(RESULT_PATHS[dialect], "17"))
    assert unknown.status_code == 404
    assert len(unknown.headers["X-Request-Id"]) == 32
    no_key = client.get(_expand_path(RESULT_PATHS[dialect], task_id), headers={"Authorization": ""})
    assert no_key.status_code in {400, 401, 403}
    assert no_key.json()


def test_other_methods_than_get_go_the_long_way(client: TestClient) -> None:
    path = f"/v1/videos/{_submit(client)}"
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(client.get(path).content)
    refused = client.put(path)
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]


@pytest.mark.parametrize("path", ["/v1/videos/", "/v1/videos/1/2/3", "/v1//1", "/v3/async/task-result/x"])
def test_what_only_resembles_a_poll_is_unknown(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).status_code in {404, 405, 307}


def test_an_unexpected_fault_is_answered_in_the_format(client: TestClient, platform: Platform) -> None:
    task_id = _submit(client)
    with platform.services.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE tasks SET fields = 'gone'")
    response = client.get(f"/v3/async/task-result?task_id={task_id}")
    assert response.status_code == 500
    assert response.json()["reason"] == "GET_RESULT_FAILED"
    assert "gone" not in response.text
