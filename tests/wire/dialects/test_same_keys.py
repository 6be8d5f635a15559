"""Typed clients declare each key once: what a task looks like may not depend on the state that it is in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import ListedTask, RouteAction
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.dialects.webhooks import WebhookEvent
from keyreel.wire.endpoints.catalogue import get_endpoint
from support.wire import LINKS, NOON, request, task

if TYPE_CHECKING:
    from keyreel.task import Task

IMG2VIDEO = get_endpoint("q2-pro-img2video")

NATIVE = {
    **dict.fromkeys(("id", "state", "err_code", "err_msg", "payload"), "str"),
    **dict.fromkeys(("credits", "seed", "progress", "eta"), "int"),
    **dict.fromkeys(("bgm", "off_peak"), "bool"),
    "creations": "list",
}
ALWAYS: dict[str, dict[str, str]] = {
    "async_v3": {
        **dict.fromkeys(("extra.seed", "extra.payload", "extra.reason"), "str"),
        "extra.enable_nsfw_detection": "bool",
        "extra.debug_info.request_info": "str",
        "extra.debug_info.submit_time_ms": "str",
        "extra.debug_info.execute_time_ms": "str",
        "extra.debug_info.complete_time_ms": "str",
        **dict.fromkeys(("task.task_id", "task.status", "task.reason", "task.task_type"), "str"),
        **dict.fromkeys(("task.eta", "task.progress_percent"), "int"),
        **dict.fromkeys(("images", "videos", "audios"), "list"),
    },
    "vtrix": {
        **dict.fromkeys(("id", "status", "model", "metadata.payload"), "str"),
        **dict.fromkeys(("created_at", "metadata.seed", "metadata.eta_seconds"), "int"),
        **dict.fromkeys(("metadata.started_at", "metadata.finished_at"), "int"),
    },
    "native": NATIVE,
    "comfy": NATIVE,
    "openai_videos": {
        **dict.fromkeys(("id", "object", "model", "status", "seconds", "size", "prompt", "payload"), "str"),
        **dict.fromkeys(("progress", "created_at", "seed", "eta_seconds"), "int"),
        **dict.fromkeys(("expires_at", "remixed_from_video_id"), "NoneType"),
    },
}
# What the pages themselves show in some states only, or as null until then.
IN_STATES: dict[tuple[str, TaskState], dict[str, str]] = {
    ("vtrix", TaskState.HELD): {"progress": "float"},
    ("vtrix", TaskState.QUEUED): {"progress": "float"},
    ("vtrix", TaskState.RUNNING): {"progress": "float"},
    ("vtrix", TaskState.SUCCEEDED): {
        "output": "list",
        **dict.fromkeys(("usage.cost", "usage.unit_price"), "str"),
        "usage.discount": "float",
        "usage.quantity": "int",
        "usage.extra_info": "dict",
    },
    **{
        (name, state): dict.fromkeys(("error.code", "error.message", *more), "str")
        for name, more in (("vtrix", ("error.error_message",)), ("openai_videos", ()))
        for state in (TaskState.FAILED, TaskState.CANCELLED)
    },
}
FILES = ("completed_at", "url", "cover_url")
HISTORY: dict[TaskState, tuple[bool, ...]] = {
    TaskState.HELD: (False,),
    TaskState.QUEUED: (False,),
    TaskState.RUNNING: (True,),
    TaskState.SUCCEEDED: (True,),
    TaskState.FAILED: (True,),
    TaskState.CANCELLED: (False, True),
}


def types(value: Any, path: str = "") -> dict[str, str]:
    """Return the type of every value by its path; lists are not entered."""
    if not isinstance(value, dict) or not value:
        return {path: type(value).__name__}
    found: dict[str, str] = {}
    for name, inner in value.items():
        found |= types(inner, f"{path}.{name}" if path else name)
    return found


def expected(name: str, state: TaskState) -> dict[str, str]:
    found = ALWAYS[name] | IN_STATES.get((name, state), {})
    if name == "openai_videos":
        done = state is TaskState.SUCCEEDED
        ints = {"completed_at": "int", "url": "str", "cover_url": "str"}
        found |= ints if done else dict.fromkeys(FILES, "NoneType")
        if state not in {TaskState.FAILED, TaskState.CANCELLED}:
            found["error"] = "NoneType"
    return found


def in_state(state: TaskState, *, begun: bool) -> Task:
    progress = {TaskState.HELD: 0.0, TaskState.QUEUED: 0.0, TaskState.SUCCEEDED: 1.0}.get(state, 0.4)
    made = task(IMG2VIDEO, state, progress=progress, started=NOON if begun else None)
    return replace(made, finished=NOON if state.is_final else None, reason="Why." if state.is_final else "")


@pytest.mark.parametrize("each", DIALECTS, ids=lambda each: each.name)
@pytest.mark.parametrize("state", TaskState)
def test_a_poll_has_the_same_keys_of_the_same_types_in_every_state(each: Any, state: TaskState) -> None:
    links = LINKS if state is TaskState.SUCCEEDED else None
    for begun in HISTORY[state]:
        for eta in (0, 7):
            body = each.build_result_response(in_state(state, begun=begun), request(IMG2VIDEO), links, eta)
            assert types(body) == expected(each.name, state)


@pytest.mark.parametrize("each", DIALECTS, ids=lambda each: each.name)
def test_an_event_tells_what_a_poll_does(each: Any) -> None:
    made = replace(in_state(TaskState.FAILED, begun=True), fault="InvalidImage")
    polled = each.build_result_response(made, request(IMG2VIDEO), None, 0)
    event = each.build_webhook_payload(WebhookEvent("e1", NOON), made, request(IMG2VIDEO), None)
    body = event.get("payload", event) if each.name == "async_v3" else event.get("data", event)
    for name, value in polled.items():
        assert body[name] == value or (name == "extra" and body[name].items() >= value.items())


@pytest.mark.parametrize("each", DIALECTS, ids=lambda each: each.name)
def test_a_task_without_a_payload_has_the_same_keys(each: Any) -> None:
    made = in_state(TaskState.RUNNING, begun=True)
    bare = replace(made, submission=replace(made.submission, payload=""))
    assert types(each.build_result_response(bare, request(IMG2VIDEO), None, 0)) == expected(
        each.name, TaskState.RUNNING
    )


@pytest.mark.parametrize("each", [find_dialect(name) for name in ("native", "comfy", "openai_videos")])
def test_entries_of_a_list_have_the_same_keys_in_every_state(each: Any) -> None:
    assert each.get_path(RouteAction.LIST)
    seen: set[tuple[str, ...]] = set()
    for state in TaskState:
        links = LINKS if state is TaskState.SUCCEEDED else None
        entry = each.build_list_entry(ListedTask(in_state(state, begun=True), request(IMG2VIDEO), links))
        assert entry["payload"] == "mine — ünï 😀"
        seen.add(tuple(entry))
    assert len(seen) == 1
