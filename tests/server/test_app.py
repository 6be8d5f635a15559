"""Headers that every response has, whatever its route."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from starlette.testclient import TestClient


@pytest.mark.parametrize(
    "path",
    [
        "/v1/balance",
        "/health/live",
        "/nowhere",
        "/v3/async/task-result?task_id=1",
        "/model/v1/generation/task/1",
    ],
)
def test_json_is_kept_by_nobody_and_taken_for_nothing_else(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_says_how_it_is_kept_keeps_that(client: TestClient) -> None:
    assert client.get("/docs").headers["Cache-Control"] == "public, no-cache"
