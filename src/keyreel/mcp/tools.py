"""The tools: what each is called and takes, and what it does with the SDK."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from keyreel.client.requests import build_request
from keyreel.client.sansio import flows, orders, own_api
from keyreel.errors import InvalidRequest, KeyreelError, TaskTimedOut
from keyreel.mcp.results import answer, answer_task, describe_report
from keyreel.mcp.schemas import build_fields_schema
from keyreel.order import Operation
from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints import catalogue
from keyreel.wire.requests.parsing import validate_fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mcp import types

    from keyreel.client import AsyncClient
    from keyreel.client.sansio.steps import ProgressListener
    from keyreel.wire.dialects.dialect import Report
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

DEFAULT_WAIT_SECONDS: Final = 600.0
MAX_WAIT_SECONDS: Final = 86_400.0
_WAITING: Final = {
    "wait": {
        "type": "boolean",
        "default": True,
        "description": "false: return the task's ID at once; use wait_for_task to wait for it later.",
    },
    "timeout_seconds": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": MAX_WAIT_SECONDS,
        "default": DEFAULT_WAIT_SECONDS,
        "description": "Maximum seconds to wait. The task continues after that.",
    },
}
_TASK_ID: Final = {"task_id": {"type": "string", "description": "The task's ID."}}
_WORDS: Final = {
    Operation.MULTIFRAME: "Make a video that moves through keyframes, two to ten images in order.",
    Operation.IMG2VIDEO: "Make a video that starts with an image.",
    Operation.START_END2VIDEO: "Make a video from a first image to a last one.",
    Operation.REFERENCE2VIDEO: "Make a video with the subjects of reference images.",
    Operation.TEXT2VIDEO: "Make a video from text.",
    Operation.EXTEND: "Extend a video after its last frame.",
    Operation.TEMPLATE2VIDEO: "Make a video from a template.",
}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool; `tell` hears of the task's progress."""

    client: AsyncClient
    arguments: Json
    tell: ProgressListener
    takes_files: bool


@dataclass(frozen=True, slots=True)
class ToolEntry:
    """A tool: its name, what it is for, what it takes, and what it does."""

    name: str
    description: str
    schema: Json
    run: Callable[[ToolCall], Awaitable[types.CallToolResult]]
    changes: bool = False
    """Whether it makes or ends something."""


def build_tools(*, takes_files: bool) -> tuple[ToolEntry, ...]:
    """Return all tools; `takes_files` says whether images may be paths of files on this machine."""
    return (*(_build_generator(each, takes_files=takes_files) for each in Operation), *_OTHER_TOOLS)


def _build_generator(operation: Operation, *, takes_files: bool) -> ToolEntry:
    schema = build_fields_schema(operation, takes_files=takes_files)
    schema = schema | {"properties": schema["properties"] | _WAITING}
    return ToolEntry(f"generate_{operation}", _WORDS[operation], schema, _generate, changes=True)


async def _generate(call: ToolCall) -> types.CallToolResult:
    fields = dict(call.arguments)
    waits, seconds = fields.pop("wait", True), fields.pop("timeout_seconds", DEFAULT_WAIT_SECONDS)
    endpoint = await asyncio.to_thread(_build_endpoint, fields, takes_files=call.takes_files)
    task_id = await call.client.run(flows.submit(call.client.remote, endpoint))
    if not waits:
        return answer({"task_id": task_id, "state": TaskState.QUEUED.value})
    return await _wait(call, task_id, seconds)


def _build_endpoint(fields: Json, *, takes_files: bool) -> Endpoint:
    model = str(fields.pop("model"))
    if takes_files:
        return build_request(model, fields)
    # As they were sent: a path would be read on the server's machine, with the server's rights.
    kind = catalogue.find_endpoint(model)
    unknown = sorted(fields.keys() - kind.model_fields.keys())
    if unknown:
        raise InvalidRequest(f"{unknown[0]}: {kind.name()} has no such field.", field=unknown[0])
    return validate_fields(ParsedSubmit(kind, fields))


async def _wait(call: ToolCall, task_id: str, seconds: float) -> types.CallToolResult:
    task = call.client.tasks.get(task_id)
    with suppress(TaskTimedOut):
        await task.wait(timeout=seconds, on_progress=call.tell)
    return await _answer_with_cover(call, await _ask(call, task_id))


async def _answer_with_cover(call: ToolCall, report: Report) -> types.CallToolResult:
    if report.state is not TaskState.SUCCEEDED:
        return answer_task(report)
    with tempfile.TemporaryDirectory() as folder, suppress(KeyreelError):
        video = await call.client.tasks.get(report.id).result()
        cover = await video.save_cover(Path(folder) / "cover.jpg")
        return answer_task(report, await asyncio.to_thread(cover.read_bytes))
    return answer_task(report)  # without a cover, which not every service makes


async def _ask(call: ToolCall, task_id: str) -> Report:
    # Not by the format that was submitted in: there a cancelled task has failed.
    return await call.client.run(own_api.show_task(call.client.remote, task_id))


async def _get_task(call: ToolCall) -> types.CallToolResult:
    return await _answer_with_cover(call, await _ask(call, call.arguments["task_id"]))


async def _wait_for_task(call: ToolCall) -> types.CallToolResult:
    seconds = call.arguments.get("timeout_seconds", DEFAULT_WAIT_SECONDS)
    return await _wait(call, call.arguments["task_id"], seconds)


async def _list_tasks(call: ToolCall) -> types.CallToolResult:
    state, limit = call.arguments.get("state"), call.arguments.get("limit", 20)
    found = [describe_report(each) async for each in call.client.tasks.list(state=state, limit=limit)]
    return answer({"tasks": found})


async def _cancel_task(call: ToolCall) -> types.CallToolResult:
    task_id = call.arguments["task_id"]
    await call.client.tasks.get(task_id).cancel()
    return answer_task(await _ask(call, task_id))


async def _list_models(call: ToolCall) -> types.CallToolResult:
    return answer(await call.client.models())


async def _list_voices(call: ToolCall) -> types.CallToolResult:
    return answer({"voices": await call.client.voices()})


async def _quote(call: ToolCall) -> types.CallToolResult:
    fields: dict[str, Any] = dict(call.arguments)
    model = fields.pop("model")
    return answer(await call.client.run(orders.quote(call.client.remote, model, fields)))


def _object(properties: Json, *required: str) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": [*required],
        "additionalProperties": False,
    }


_STATES: Final = [each.value for each in TaskState]
_OTHER_TOOLS: Final = (
    ToolEntry(
        "get_task",
        "Return the state of a task, with its video and cover once it is done.",
        _object(_TASK_ID, "task_id"),
        _get_task,
    ),
    ToolEntry(
        "wait_for_task",
        "Wait until a task ends, and return its result.",
        _object(_TASK_ID | {"timeout_seconds": _WAITING["timeout_seconds"]}, "task_id"),
        _wait_for_task,
    ),
    ToolEntry(
        "list_tasks",
        "List the newest tasks.",
        _object(
            {
                "state": {"type": "string", "enum": _STATES},
                "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
            }
        ),
        _list_tasks,
    ),
    ToolEntry(
        "cancel_task",
        "Cancel a task that has not ended: it costs nothing.",
        _object(_TASK_ID, "task_id"),
        _cancel_task,
        changes=True,
    ),
    ToolEntry(
        "list_models",
        "List the models with their limits and prices, and whether they are available.",
        _object({}),
        _list_models,
    ),
    ToolEntry("list_voices", "List the voices for dialogue.", _object({}), _list_voices),
    ToolEntry(
        "quote",
        "Return what a video would cost and when it would be ready, without making it.",
        _object(
            {
                "model": {"type": "string", "description": "As in the generate tools."},
                "duration": {"type": "integer", "description": "Length in seconds."},
                "resolution": {"type": "string", "enum": ["360p", "540p", "720p", "1080p"]},
                "off_peak": {"type": "boolean", "default": False},
            },
            "model",
        ),
        _quote,
    ),
)
