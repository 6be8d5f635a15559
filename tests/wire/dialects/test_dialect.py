"""All wire formats, all endpoints: what one end writes, the other reads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyreel.errors import RemoteError
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import Report, RouteAction
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.requests.parsing import validate_fields
from support.wire import FULL, LINKS, NOON, request, task

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import ApiRequest, Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

ASYNC_V3, VTRIX = find_dialect("async_v3"), find_dialect("vtrix")
EACH = [(each, kind) for each in DIALECTS for kind in ENDPOINTS if each.supports(kind)]
# What one format has words of its own for.
OWN_WORDS = {"input_reference": "images", "seconds": "duration"}
EVERY_ENDPOINT = pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
# States that a format has no word for, with the one that it tells in their place.
WORDLESS_STATES = {
    **{(dialect.name, TaskState.HELD): TaskState.QUEUED for dialect in DIALECTS},
    **{("vtrix", state): TaskState.RUNNING for state in (TaskState.HELD, TaskState.QUEUED)},
    **{(name, TaskState.CANCELLED): TaskState.FAILED for name in ("async_v3", "vtrix", "openai_videos")},
}
# States in which a format tells no progress.
SILENT_PROGRESS = {("vtrix", TaskState.FAILED): 0.0, ("vtrix", TaskState.CANCELLED): 0.0}
BOTH = pytest.mark.parametrize("each", DIALECTS, ids=lambda each: each.name)


def dialects_of(kind: type[Endpoint]) -> list[Dialect]:
    return [each for each in DIALECTS if each.supports(kind)]


def over_http(value: Any) -> Any:
    return json.loads(json.dumps(value))


def path_values(each: Dialect, call: ApiRequest) -> dict[str, str]:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/?]+)", each.get_path(RouteAction.SUBMIT))
    match = re.fullmatch(pattern, call.path)
    assert match
    return match.groupdict()


@EVERY_ENDPOINT
def test_a_submit_arrives_as_it_was_sent(kind: type[Endpoint]) -> None:
    sent = request(kind)
    for each in dialects_of(kind):
        call = each.build_submit_request(sent)
        parsed = each.parse_submit_request(path_values(each, call), over_http(call.json))
        assert (each.name, parsed.endpoint_class, parsed.ignored) == (each.name, kind, ())
        assert validate_fields(parsed) == sent, each.name


@EVERY_ENDPOINT
def test_a_submit_sends_nothing_that_was_not_given(kind: type[Endpoint]) -> None:
    least = {
        name: FULL[kind.name()][name] for name in kind.model_fields if kind.model_fields[name].is_required()
    }
    if "subjects" in kind.model_fields:
        least |= {"images": FULL[kind.name()]["images"]}
    if "video_url" in kind.model_fields:
        least |= {"video_url": FULL[kind.name()]["video_url"]}
    for each in dialects_of(kind):
        call = each.build_submit_request(kind.model_validate(least))
        sent = over_http(call.json).get("input", [{"params": call.json}])[0]["params"]
        assert {OWN_WORDS.get(name, name) for name in sent} - {"model"} == set(least), each.name


@BOTH
@pytest.mark.parametrize("state", TaskState)
def test_a_tasks_state_arrives(each: Dialect, state: TaskState) -> None:
    reason = "No image there." if state in {TaskState.FAILED, TaskState.CANCELLED} else ""
    links = LINKS if state is TaskState.SUCCEEDED else None
    expected = Report(
        id=TaskId("7000000000000000001"),
        state=WORDLESS_STATES.get((each.name, state), state),
        progress=1.0 if links else SILENT_PROGRESS.get((each.name, state), 0.4),
        eta_seconds=12,
        reason=reason,
        video_url=LINKS.video if links else "",
        cover_url=LINKS.cover if links else "",
        seed=2_147_483_647,
        payload="mine — ünï 😀",
    )
    for kind in filter(each.supports, ENDPOINTS):
        made = task(kind, state, progress=0.4, started=NOON, reason=reason)
        body = over_http(each.build_result_response(made, request(kind), links, 12))
        assert each.parse_result_response(body) == expected, kind.name()


@BOTH
def test_the_answer_to_a_submit_carries_the_id_and_is_the_same_each_time(each: Dialect) -> None:
    for kind in filter(each.supports, ENDPOINTS):
        bodies = [
            over_http(
                each.build_submit_response(replace(task(kind, TaskState.QUEUED), id=name), request(kind))
            )
            for name in (TaskId("7"), TaskId("8"), TaskId("8"))
        ]
        assert [each.parse_submit_response(body) for body in bodies] == ["7", "8", "8"], kind.name()
        # A client that sends a submit twice under one idempotency key compares the answers.
        assert bodies[0] != bodies[1] == bodies[2], kind.name()


@BOTH
def test_a_poll_asks_for_its_task(each: Dialect) -> None:
    call = each.build_result_request(TaskId("123"))
    path, _, query = call.path.partition("?")
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", each.get_path(RouteAction.RESULT))
    match = re.fullmatch(pattern, path)
    assert match
    assert each.parse_task_id(match.groupdict(), dict([query.split("=")]) if query else {}) == "123"


def test_sparse_hosted_results_are_read() -> None:
    done = {
        "task": {"task_id": "a-b", "status": "TASK_STATUS_SUCCEED"},
        "videos": [{"video_url": "https://x.y/z"}],
    }
    report = ASYNC_V3.parse_result_response(done)
    assert (report.id, report.video_url, report.seed, report.progress) == ("a-b", "https://x.y/z", None, 1.0)
    done = {
        "id": "d758n65e878c73cmdg20",
        "status": "completed",
        "output": [{"content": [{"url": "https://x.y/z"}]}],
    }
    report = VTRIX.parse_result_response(done)
    assert (report.id, report.video_url, report.seed) == ("d758n65e878c73cmdg20", "https://x.y/z", None)
    assert VTRIX.parse_result_response({"id": "a", "status": "failed", "error": "why"}).reason == "why"
    assert (
        ASYNC_V3.parse_result_response({"task": {"status": "TASK_STATUS_UNKNOWN"}}).state is TaskState.QUEUED
    )


@BOTH
def test_an_answer_without_id_or_state_is_named(each: Dialect) -> None:
    for reading in (each.parse_submit_response, each.parse_result_response):
        with pytest.raises(RemoteError, match="The response"):
            reading({})


TEXTS = st.text(alphabet='ab\n"\\/<> ü😀\u2028', max_size=50)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(EACH),
    st.sampled_from([TaskState.QUEUED, TaskState.RUNNING]),
    st.integers(1, 2**31 - 1),
    st.tuples(st.floats(0, 1), TEXTS),
)
def test_any_running_task_arrives(
    pair: tuple[Dialect, type[Endpoint]], state: TaskState, seed: int, rest: tuple[float, str]
) -> None:
    (each, kind), (progress, payload) = pair, rest
    made = task(kind, state, progress=progress)
    made = replace(made, submission=replace(made.submission, seed=seed, payload=payload))
    report = each.parse_result_response(over_http(each.build_result_response(made, request(kind), None, 0)))
    assert (report.seed, report.payload) == (seed, payload)
    assert abs(report.progress - progress) <= 0.011
    assert not report.state.is_final
