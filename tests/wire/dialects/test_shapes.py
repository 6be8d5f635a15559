"""What strict clients need of each wire format, key by key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.errors import InvalidRequest, UnknownEndpoint
from keyreel.task import TaskState
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.endpoints.catalogue import ENDPOINTS, get_endpoint
from keyreel.wire.requests.parsing import validate_fields
from support.wire import FULL, LINKS, NOON, request, task

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Dialect

ASYNC_V3, VTRIX = find_dialect("async_v3"), find_dialect("vtrix")
IMG2VIDEO = get_endpoint("q2-pro-img2video")
BOTH = pytest.mark.parametrize("each", DIALECTS, ids=lambda each: each.name)


def test_v3_results_have_exactly_the_documented_types() -> None:
    times = {"started": NOON + timedelta(seconds=2), "finished": NOON + timedelta(seconds=9.5)}
    body = ASYNC_V3.build_result_response(
        task(IMG2VIDEO, TaskState.SUCCEEDED, **times), request(IMG2VIDEO), LINKS, 0
    )
    assert body == {
        "extra": {
            "seed": "2147483647",
            "enable_nsfw_detection": False,
            "debug_info": {
                "request_info": "",
                "submit_time_ms": "1767268800000",
                "execute_time_ms": "1767268802000",
                "complete_time_ms": "1767268809500",
            },
            "reason": "",
            "payload": "mine — ünï 😀",
        },
        "task": {
            "task_id": "7000000000000000001",
            "status": "TASK_STATUS_SUCCEED",
            "reason": "",
            "task_type": "VIDU_Q2_PRO_IMG2VIDEO",
            "eta": 0,
            "progress_percent": 100,
        },
        "images": [],
        "videos": [
            {
                "video_url": LINKS.video,
                "video_url_ttl": "86400",
                "video_type": "mp4",
                "cover_url": LINKS.cover,
            }
        ],
        "audios": [],
    }


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (TaskState.QUEUED, "TASK_STATUS_QUEUED"),
        (TaskState.RUNNING, "TASK_STATUS_PROCESSING"),
        (TaskState.FAILED, "TASK_STATUS_FAILED"),
        (TaskState.CANCELLED, "TASK_STATUS_FAILED"),
    ],
)
def test_v3_tells_times_that_are_not_known_yet_as_zero(state: TaskState, word: str) -> None:
    body = ASYNC_V3.build_result_response(task(IMG2VIDEO, state, progress=0.999), request(IMG2VIDEO), None, 3)
    assert body["task"]["status"] == word
    assert (body["task"]["eta"], body["task"]["progress_percent"]) == (3, 99)
    assert isinstance(body["task"]["eta"], int)
    times = body["extra"]["debug_info"]
    assert (times["submit_time_ms"], times["execute_time_ms"]) == ("1767268800000", "0")
    assert body["videos"] == []
    assert bool(body["task"]["reason"]) == (state is TaskState.CANCELLED)


def test_v3_answers_a_provider_id_on_q2_paths_only() -> None:
    for kind in ENDPOINTS:
        body = ASYNC_V3.build_submit_response(task(kind, TaskState.QUEUED), request(kind))
        assert ("provider_request_id" in body) == (kind.family != "q1")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("q2-pro-multiframe", "/v3/async/vidu-q2-pro-multiframe"),
        ("q2-pro-img2video", "/v3/async/vidu-q2-pro-img2video"),
        ("q1-reference2video", "/v3/async/vidu-q1-reference2video"),
        ("q2-reference2video", "/v3/async/vidu-q2-reference2video"),
        ("q2-pro-start-end2video", "/v3/async/vidu-q2-pro-startend2video"),
    ],
)
def test_v3_paths_are_the_documented_ones(name: str, path: str) -> None:
    assert ASYNC_V3.build_submit_request(request(get_endpoint(name))).path == path


def test_v3_names_unknown_fields() -> None:
    submit = ASYNC_V3.parse_submit_request(
        {"model": "vidu-q2-pro-img2video"}, {"model": "x", "prompt": "x", "colour": 1}
    )
    assert submit.ignored == ("colour",)


def test_a_poll_without_an_id_is_refused() -> None:
    for query in ({}, {"task_id": ""}):
        with pytest.raises(InvalidRequest, match="task_id"):
            ASYNC_V3.parse_task_id({}, query)


def test_vtrix_results_have_exactly_the_documented_types() -> None:
    times = {"started": NOON, "finished": NOON}
    body = VTRIX.build_result_response(
        task(IMG2VIDEO, TaskState.SUCCEEDED, **times), request(IMG2VIDEO), LINKS, 0
    )
    content = {
        "type": "video",
        "url": LINKS.video,
        "jobId": "7000000000000000001",
        "cover_url": LINKS.cover,
    }
    assert body == {
        "id": "7000000000000000001",
        "created_at": 1767268800,
        "status": "completed",
        "model": "viduq2_pro_img2video",
        "output": [{"content": [content]}],
        "usage": {
            "cost": "0.000000",
            "discount": 0,
            "quantity": 1,
            "unit_price": "0.000000",
            "extra_info": {},
        },
        "metadata": {
            "seed": 2_147_483_647,
            "payload": "mine — ünï 😀",
            "started_at": 1767268800,
            "finished_at": 1767268800,
            "eta_seconds": 0,
        },
    }


def test_vtrix_shows_each_part_in_its_own_state_only() -> None:
    for state, present in (
        (TaskState.QUEUED, {"progress"}),
        (TaskState.RUNNING, {"progress"}),
        (TaskState.SUCCEEDED, {"output", "usage"}),
        (TaskState.FAILED, {"error"}),
        (TaskState.CANCELLED, {"error"}),
    ):
        links = LINKS if state is TaskState.SUCCEEDED else None
        body = VTRIX.build_result_response(task(IMG2VIDEO, state), request(IMG2VIDEO), links, 0)
        assert set(body) & {"progress", "output", "usage", "error"} == present


@pytest.mark.parametrize(
    ("state", "fault", "code"),
    [
        (TaskState.FAILED, "RenderFailed", "002014100"),
        (TaskState.FAILED, "PictureUnreachable", "002014101"),
        (TaskState.CANCELLED, "", "002014102"),
    ],
)
def test_vtrix_failures_have_a_code_and_words(state: TaskState, fault: str, code: str) -> None:
    error = VTRIX.build_result_response(task(IMG2VIDEO, state, fault=fault), request(IMG2VIDEO), None, 0)[
        "error"
    ]
    assert error["code"] == code
    assert error["message"].endswith(".")


@pytest.mark.parametrize("model", ["viduq2_pro_start_end2video", "vidu-q2-pro-startend2video"])
def test_vtrix_takes_fields_wrapped_and_flat_and_wrapped_wins(model: str) -> None:
    fields = FULL["q2-pro-start-end2video"]
    wrapped = VTRIX.parse_submit_request({}, {"model": model, "input": [{"params": fields}]})
    flat = VTRIX.parse_submit_request({}, {"model": model, **fields})
    mixed = VTRIX.parse_submit_request({}, {"model": model, "prompt": "flat", "input": [{"params": fields}]})
    named_inside = VTRIX.parse_submit_request({}, {"input": [{"params": {**fields, "model": model}}]})
    assert (
        validate_fields(wrapped)
        == validate_fields(flat)
        == validate_fields(mixed)
        == validate_fields(named_inside)
    )
    assert wrapped.ignored == flat.ignored == ()


def test_vtrix_takes_messages() -> None:
    """As a public client of the gateway builds them."""
    parts = [
        {"type": "text", "text": "She turns."},
        {"type": "image_url", "url": "https://example.com/0.png"},
        {"type": "image_url", "image_url": {"url": "https://example.com/1.png"}},
        {"type": "text", "text": "Then she smiles."},
    ]
    message = {"type": "message", "role": "user", "content": parts}
    body = {"input": [message], "parameters": {"duration": 4}, "metadata": {"a": 1}}
    submit = VTRIX.parse_submit_request({}, body | {"model": "viduq2_pro_start_end2video"})
    assert submit.ignored == ("metadata",)
    fields = validate_fields(submit).to_documented_fields()
    images = ["https://example.com/0.png", "https://example.com/1.png"]
    assert fields == {"prompt": "She turns.\nThen she smiles.", "images": images, "duration": 4}
    words = VTRIX.parse_submit_request(
        {}, {"model": "viduq2_text2video", "input": [{"role": "user", "content": "Rain."}]}
    )
    assert validate_fields(words).to_documented_fields() == {"prompt": "Rain."}
    film = [{"type": "video_url", "url": "https://example.com/v.mp4"}]
    more = VTRIX.parse_submit_request(
        {}, {"model": "viduq2_pro_extend", "input": [{"role": "user", "content": film}]}
    )
    assert validate_fields(more).to_documented_fields() == {"video_url": "https://example.com/v.mp4"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "model"),
        ({"model": "viduq2_pro_img2video", "input": [{"content": 5}]}, "input[0].content"),
        (
            {"model": "viduq2_pro_img2video", "input": [{"content": [{"type": "file_id"}]}]},
            "input[0].content[0].type",
        ),
        (
            {"model": "viduq2_pro_img2video", "input": [{"content": [{"type": "image_url"}]}]},
            "input[0].content[0]",
        ),
        ({"model": "viduq2_pro_img2video", "input": [{"content": "x"}], "parameters": []}, "parameters"),
        ({"model": 5}, "model"),
        ({"model": "viduq2_pro_img2video", "input": []}, "input"),
        ({"model": "viduq2_pro_img2video", "input": {}}, "input"),
        ({"model": "viduq2_pro_img2video", "input": [5]}, "input"),
        ({"model": "viduq2_pro_img2video", "input": [{}, {}]}, "input"),
        ({"model": "viduq2_pro_img2video", "input": [{"params": 5}]}, "input[0].params"),
        ({"model": "viduq2_pro_img2video", "input": [{}]}, "input[0].params"),
    ],
)
def test_a_wrong_vtrix_envelope_is_refused_by_name(body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        VTRIX.parse_submit_request({}, body)
    assert caught.value.field == field


@BOTH
def test_an_unknown_model_is_refused(each: Dialect) -> None:
    path = {"model": "vidu-q9-dream", "operation": "img2video"}
    with pytest.raises(UnknownEndpoint, match="dream"):
        each.parse_submit_request(path, {"model": "vidu-q9-dream", "input": [{"params": {}}]})
