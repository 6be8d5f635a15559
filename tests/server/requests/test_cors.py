"""What pages of other origins may read: nothing unless the operator says so, then errors and files too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from starlette.testclient import TestClient

from keyreel.cli.local.composition import open_platform
from keyreel.errors import InvalidSetting
from keyreel.server.app import create_app
from keyreel.settings import read_settings
from keyreel.task import TaskState
from support.data_folders import prepare_data_folder
from support.endings import VIDEO, bring
from support.requests import AUTH, KEY, data_uri

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.cli.local.composition import Platform

PAGE = "http://localhost:3000"
ORDER = {"images": [data_uri()], "prompt": "x"}
SUBMIT = "/v3/async/vidu-q2-pro-img2video"
EXPOSED = {
    *("x-task-notes", "x-ignored-fields", "x-request-id", "idempotent-replayed", "etag", "content-range"),
    "retry-after",
}


@pytest.fixture
def origins() -> tuple[str, ...]:
    return (PAGE, "https://app.example.com")


@pytest.fixture
def platform(tmp_path: Path, origins: tuple[str, ...]) -> Iterator[Platform]:
    settings = read_settings(
        data=tmp_path, api_key=KEY, engines=("keyreel.testing:CardEngine",), cors_origins=",".join(origins)
    )
    prepare_data_folder(tmp_path)
    with open_platform(settings, ("http://testserver",)) as opened:
        yield opened


@pytest.fixture
def client(platform: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(platform.services), headers={"Origin": PAGE}) as opened:
        yield opened


PREFLIGHTS = [
    ("POST", SUBMIT, "authorization, content-type, idempotency-key"),
    ("GET", "/v3/async/task-result?task_id=1", "authorization"),
    ("DELETE", "/v1/videos/1", "x-api-key"),
    ("PUT", "/files/uploads/0.png", "content-type"),
    ("PUT", "/tools/v2/files/uploads/1/finish", "authorization"),
    ("GET", "/files/videos/1.mp4", "range"),
]


def test_a_preflight_needs_no_key(client: TestClient) -> None:
    for method, path, headers in PREFLIGHTS:
        asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
        answer = client.options(path, headers=asked)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert method in answer.headers["Access-Control-Allow-Methods"]
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        assert all(name in allowed for name in headers.split(", "))


def test_answers_and_refusals_are_readable(client: TestClient) -> None:
    for answer, status in (
        (client.post(SUBMIT, json=ORDER, headers=AUTH), 200),
        (client.post(SUBMIT, json=ORDER), 400),
        (client.post(SUBMIT, json={"images": []}, headers=AUTH), 400),
        (client.get("/nothing"), 404),
        (client.delete(SUBMIT), 405),
        (client.get("/ent/v2/credits"), 401),
        (client.get("/files/videos/1.mp4"), 403),
    ):
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        exposed = answer.headers["Access-Control-Expose-Headers"].lower().split(", ")
        assert {*exposed} >= EXPOSED
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.headers["X-Request-Id"]


def test_what_breaks_inside_is_readable_too(platform: Platform) -> None:
    broken: Any = replace(platform.services, engines=cast("Any", None))
    with TestClient(create_app(broken), raise_server_exceptions=False, headers={"Origin": PAGE}) as client:
        answer = client.get("/v1/models")
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE


def test_files_are_readable_whole_and_in_part(client: TestClient, platform: Platform) -> None:
    task_id = client.post(SUBMIT, json=ORDER, headers=AUTH).json()["task_id"]
    bring(platform, TaskState.SUCCEEDED)
    result = client.get("/v3/async/task-result", params={"task_id": task_id}, headers=AUTH).json()
    url = result["videos"][0]["video_url"]
    part = client.get(url, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, VIDEO[:4])
    for answer in (part, client.get(url), client.head(url)):
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE


def test_other_origins_read_nothing(client: TestClient) -> None:
    for origin in ("http://localhost:3001", "https://evil.example", "null"):
        answer = client.get("/v1/models", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert "Access-Control-Allow-Origin" not in client.options(SUBMIT, headers=asked).headers


@pytest.mark.parametrize("origins", [()])
def test_by_default_nothing_is_readable(client: TestClient) -> None:
    asked = {"Access-Control-Request-Method": "POST"}
    for answer in (client.get("/v1/models"), client.options(SUBMIT, headers=asked)):
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("origins", [("*",)])
def test_a_star_is_everybody(client: TestClient) -> None:
    answer = client.get("/v1/models", headers={"Origin": "https://anything.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("value", ["localhost:3000", "http://a.example/path", "ftp://a.example", "**"])
def test_what_is_no_origin_is_refused_at_start(tmp_path: Path, value: str) -> None:
    with pytest.raises(InvalidSetting, match="KEYREEL_CORS_ORIGINS"):
        read_settings(data=tmp_path, cors_origins=value)


def test_origins_are_read_leniently(tmp_path: Path) -> None:
    settings = read_settings(data=tmp_path, cors_origins=" HTTP://Localhost:3000/ , http://[::1]:5173")
    assert settings.cors_origins == ("http://localhost:3000", "http://[::1]:5173")
