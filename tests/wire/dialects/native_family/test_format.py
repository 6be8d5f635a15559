"""The native format and its copies: what clients send and hosts answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.errors import InvalidRequest, RemoteError, UnknownEndpoint
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import ListedTask, TaskPage
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.endpoints.catalogue import ENDPOINTS, get_endpoint
from keyreel.wire.requests.parsing import validate_fields
from support.wire import LINKS, NOON, request, task

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint

NATIVE, COMFY = find_dialect("native"), find_dialect("comfy")
NOW = datetime(2026, 1, 10, tzinfo=UTC)
IMG2VIDEO = get_endpoint("q2-pro-img2video")


@pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
def test_the_copy_differs_in_its_prefix_alone(kind: type[Endpoint]) -> None:
    ours, copy = NATIVE.build_submit_request(request(kind)), COMFY.build_submit_request(request(kind))
    assert ours.json == copy.json
    assert copy.path == ours.path.replace("/ent/v2", "/proxy/vidu")
    made = task(kind, TaskState.RUNNING)
    assert NATIVE.build_result_response(made, request(kind), None, 1) == COMFY.build_result_response(
        made, request(kind), None, 1
    )


@pytest.mark.parametrize(
    ("name", "path", "model"),
    [
        ("q2-pro-multiframe", "/ent/v2/multiframe", "viduq2-pro"),
        ("q2-turbo-start-end2video", "/ent/v2/start-end2video", "viduq2-turbo"),
        ("q2-pro-fast-img2video", "/ent/v2/img2video", "viduq2-pro-fast"),
        ("2.0-reference2video", "/ent/v2/reference2video", "vidu2.0"),
        ("q3-pro-text2video", "/ent/v2/text2video", "viduq3-pro"),
    ],
)
def test_paths_and_models_are_the_documented_ones(name: str, path: str, model: str) -> None:
    call = NATIVE.build_submit_request(request(get_endpoint(name)))
    assert call.path == path
    assert call.json is not None
    assert call.json["model"] == model


def test_a_prompt_that_was_never_given_is_never_sent() -> None:
    submit = NATIVE.parse_submit_request(
        {"operation": "img2video"}, {"model": "viduq2-pro", "images": ["https://a.b/c.png"]}
    )
    read = validate_fields(submit)
    call = NATIVE.build_submit_request(read)
    assert call.json == {"model": "viduq2-pro", "images": ["https://a.b/c.png"]}
    assert NATIVE.build_submit_response(task(IMG2VIDEO, TaskState.QUEUED), read)["prompt"] == ""


def test_a_template_needs_no_model() -> None:
    body = {"template": "hugging", "images": ["https://a.b/c.png"]}
    submit = NATIVE.parse_submit_request({"operation": "template2video"}, body)
    assert submit.endpoint_class.name() == "q2-template2video"


def test_unknown_paths_models_and_fields_are_told_apart() -> None:
    with pytest.raises(UnknownEndpoint) as path:
        NATIVE.parse_submit_request({"operation": "upscale"}, {"model": "viduq2-pro"})
    with pytest.raises(UnknownEndpoint) as model:
        NATIVE.parse_submit_request({"operation": "img2video"}, {"model": "viduq2"})
    assert (path.value.field, model.value.field) == ("", "model")
    assert NATIVE.build_error_response(path.value)[0] == 404
    assert NATIVE.build_error_response(model.value)[0] == 400
    body = {"model": "viduq2-pro", "images": ["https://a.b/c.png"], "colour": 1}
    assert NATIVE.parse_submit_request({"operation": "img2video"}, body).ignored == ("colour",)


def test_an_answer_has_no_code_in_any_state() -> None:
    for kind in ENDPOINTS:
        for state in TaskState:
            links = LINKS if state is TaskState.SUCCEEDED else None
            made = task(kind, state, fault="RenderFailed")
            for body in (
                NATIVE.build_result_response(made, request(kind), links, 0),
                NATIVE.build_submit_response(made, request(kind)),
                NATIVE.build_list_frame(TaskPage((made.id,), has_more=True)),
                NATIVE.build_list_entry(ListedTask(made, request(kind), links)),
            ):
                assert "code" not in body


def test_credits_are_the_price_until_the_end_and_then_what_was_charged() -> None:
    def credits_of(state: TaskState) -> int:
        made = task(IMG2VIDEO, state, charged=8)
        made = replace(made, submission=replace(made.submission, credits=10))
        return int(NATIVE.build_result_response(made, request(IMG2VIDEO), None, 0)["credits"])

    assert [credits_of(state) for state in TaskState] == [10, 10, 10, 8, 0, 0]


def test_sparse_hosted_answers_are_read() -> None:
    done = {"state": "success", "creations": [{"id": "5", "url": "https://x.y/z"}]}
    report = NATIVE.parse_result_response(done)
    assert (report.state, report.video_url, report.cover_url) == (TaskState.SUCCEEDED, "https://x.y/z", "")
    lost = NATIVE.parse_result_response({"id": 7, "state": "failed", "err_code": "AuditSubmitIllegal"})
    assert (lost.id, lost.state, lost.reason) == ("7", TaskState.FAILED, "AuditSubmitIllegal")
    stopped = NATIVE.parse_result_response({"id": "7", "state": "failed", "err_code": "UserCancelled"})
    assert stopped.state is TaskState.CANCELLED
    assert NATIVE.parse_submit_response({"task_id": 947408590711308288}) == "947408590711308288"
    with pytest.raises(RemoteError, match="asleep"):
        NATIVE.parse_result_response({"state": "asleep"})


@pytest.mark.parametrize("task_id", ["", "x", "12a", "-1", "٣", "1" * 20])
def test_an_id_that_is_no_number_is_refused(task_id: str) -> None:
    with pytest.raises(InvalidRequest, match="id"):
        NATIVE.parse_task_id({"id": task_id}, {})


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, {"created_from": datetime(2026, 1, 3, tzinfo=UTC)}),
        ({"created_at.to": "2026-01-02"}, {"created_from": datetime(2025, 12, 26, tzinfo=UTC)}),
        ({"created_at.from": "1767268800"}, {"created_from": NOON}),
        ({"created_at.from": "1767268800000"}, {"created_from": NOON}),
        ({"created_at.from": "2026-01-01T20:00:00 08:00"}, {"created_from": NOON}),
        ({"created_at.from": "2026-01-01T12:00:00"}, {"created_from": NOON}),
        ({"pager.page": "3", "pager.pagesz": "20"}, {"offset": 60, "limit": 20}),
        ({"pager.page": "3", "pager.page_token": "77"}, {"offset": 0, "after_id": "77"}),
        ({"task_ids": "5, 6,"}, {"ids": (TaskId("5"), TaskId("6")), "created_from": None}),
        ({"states": "failed"}, {"states": frozenset({TaskState.FAILED, TaskState.CANCELLED})}),
        ({"model_versions": "2.0"}, {"endpoints": frozenset(
            {"2.0-img2video", "2.0-start-end2video", "2.0-reference2video"})}),
    ],
)  # fmt: skip
def test_filters_are_read(query: dict[str, str], wanted: dict[str, Any]) -> None:
    found = NATIVE.parse_list_query(query, NOW)
    assert {name: getattr(found, name) for name in wanted} == wanted


def test_a_page_ends_with_the_token_of_the_next_one() -> None:
    ids = (TaskId("8"), TaskId("7"))
    assert NATIVE.build_list_frame(TaskPage(ids, has_more=True)) == {"next_page_token": "7"}
    assert NATIVE.build_list_frame(TaskPage(ids, has_more=False)) == {"next_page_token": ""}
    assert NATIVE.build_list_frame(TaskPage((), has_more=False)) == {"next_page_token": ""}
