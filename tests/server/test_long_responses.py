"""Long lists arrive whole, whatever their pieces; short ones have their length in the head."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from keyreel.task import Submission
from keyreel.wire.endpoints.models.vidu_q2_pro import Q2ProImg2Video

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

PAYLOADS = ("", *('é"\\' * 200_000 + str(number) for number in range(5)), "last")


def accept(platform: Platform, payload: str) -> None:
    request = Q2ProImg2Video(images=("https://example.com/a.png",), prompt="x", payload=payload)
    submission = Submission("default", "k", "native", request.name(), "", 1, 5, "720p", payload=payload)
    fields = request.model_dump_json(exclude_none=True)
    platform.services.store.accept(replace(submission, fields=fields))


def read_payloads(client: TestClient, path: str, key: str) -> tuple[Any, list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer, [each["payload"] for each in json.loads(answer.content)[key]]


def test_a_list_shows_large_payloads_whole_and_in_order(client: TestClient, platform: Platform) -> None:
    for payload in PAYLOADS:
        accept(platform, payload)
    for path, key in (("/ent/v2/tasks", "tasks"), ("/v1/videos?limit=100", "data")):
        answer, shown = read_payloads(client, path, key)
        assert shown == [*reversed(PAYLOADS)]
        assert "content-length" not in answer.headers
    assert read_payloads(client, "/v1/videos?order=asc", "data")[1] == [*PAYLOADS]


def test_a_short_list_has_its_length_in_the_head(client: TestClient, platform: Platform) -> None:
    accept(platform, "mine")
    answer, shown = read_payloads(client, "/ent/v2/tasks", "tasks")
    assert shown == ["mine"]
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert client.get("/v1/videos?after=1&limit=1").json() == {
        "object": "list",
        "first_id": None,
        "last_id": None,
        "has_more": False,
        "data": [],
    }


def test_the_operators_list_reads_no_request(client: TestClient, platform: Platform) -> None:
    accept(platform, "p" * 1_000_000)
    (task,) = platform.services.store.list()
    assert (task.submission.fields, task.submission.payload) == ("", "")
    headers = {"Authorization": f"Bearer {platform.services.admin_token}"}
    assert len(client.get("/v1/admin/tasks", headers=headers).content) < 1000
