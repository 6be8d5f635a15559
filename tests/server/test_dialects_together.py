"""One task, all formats: what is made in one is read, listed and cancelled in every other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import get_endpoint
from support.endings import bring
from support.wire import request

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform
    from keyreel.wire.dialects.dialect import Dialect

KIND = get_endpoint("q2-pro-img2video")
MADE = pytest.mark.parametrize("made", DIALECTS, ids=lambda each: each.name)


def submit(client: TestClient, dialect: Dialect, kind: Any = KIND) -> TaskId:
    call = dialect.build_submit_request(request(kind))
    answer = client.post(call.path, json=call.json)
    assert answer.status_code == 200, answer.text
    return dialect.parse_submit_response(answer.json())


@MADE
def test_a_task_is_read_in_every_format(client: TestClient, platform: Platform, made: Dialect) -> None:
    task_id = submit(client, made)
    for read in DIALECTS:
        report = read.parse_result_response(client.get(read.build_result_request(task_id).path).json())
        assert (report.id, report.state.is_final, report.seed) == (task_id, False, 123)
        assert report.payload == "mine — ünï 😀"
    bring(platform, TaskState.SUCCEEDED)
    for read in DIALECTS:
        report = read.parse_result_response(client.get(read.build_result_request(task_id).path).json())
        assert (report.id, report.state, report.progress) == (task_id, TaskState.SUCCEEDED, 1.0)
        assert client.get(report.video_url).status_code == client.get(report.cover_url).status_code == 200


@MADE
def test_a_task_is_listed_and_cancelled_in_every_format_that_can(
    client: TestClient, platform: Platform, made: Dialect
) -> None:
    able = [each for each in DIALECTS if each.get_path(RouteAction.CANCEL)]
    assert {each.name for each in able} == {"native", "comfy", "openai_videos"}
    for read in able:
        task_id = submit(client, made)
        assert task_id in client.get(read.get_path(RouteAction.LIST)).text
        route = next(route for route in read.routes if route.action is RouteAction.CANCEL)
        answer = client.request(route.method, route.path.format(id=task_id))
        assert answer.status_code == 200, answer.text
        assert platform.services.store.get("default", task_id).state is TaskState.CANCELLED


def test_what_a_format_cannot_ask_for_it_still_shows(client: TestClient) -> None:
    for name in ("q2-pro-multiframe", "q2-reference2video"):
        task_id = submit(client, DIALECTS[0], get_endpoint(name))
        for read in DIALECTS:
            assert (
                read.parse_result_response(client.get(read.build_result_request(task_id).path).json()).id
                == task_id
            )
            if read.get_path(RouteAction.LIST):
                assert task_id in client.get(read.get_path(RouteAction.LIST)).text


@MADE
def test_every_format_leads_to_the_same_request(
    client: TestClient, platform: Platform, made: Dialect
) -> None:
    for kind in map(get_endpoint, ("q2-pro-img2video", "q1-text2video", "2.0-start-end2video")):
        task = platform.services.store.get("default", submit(client, made, kind))
        assert kind.model_validate_json(task.submission.fields) == request(kind)


def test_another_tenants_tasks_are_neither_listed_nor_cancelled(
    client: TestClient, platform: Platform
) -> None:
    task_id = submit(client, DIALECTS[0])
    _, other = platform.services.keys.create("other")
    headers = {"Authorization": f"Token {other}"}
    assert client.get("/ent/v2/tasks", headers=headers).json()["tasks"] == []
    assert client.get("/v1/videos", headers=headers).json()["data"] == []
    assert client.post(f"/ent/v2/tasks/{task_id}/cancel", headers=headers).status_code == 404
    assert client.delete(f"/v1/videos/{task_id}", headers=headers).status_code == 404
    assert platform.services.store.get("default", task_id).state is TaskState.QUEUED
