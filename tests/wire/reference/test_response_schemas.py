"""The schemas in the OpenAPI document are those of the answers themselves."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.errors import InvalidRequest
from keyreel.task import TaskFilter, TaskState
from keyreel.wire.dialects.dialect import ListedTask, RouteAction, TaskPage
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.reference.response_schemas import RESPONSE_SCHEMAS
from support.wire import LINKS, NOON, request, task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.wire.dialects.dialect import Dialect

KINDS = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "object": dict,
    "array": list,
}


def complaints(schema: dict[str, Any], value: Any, path: str = "answer") -> Iterator[str]:
    """Check the part of JSON schema that the answers' schemas use."""
    while "$ref" in schema:
        schema = RESPONSE_SCHEMAS[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        if all(list(complaints(part, value, path)) for part in schema["anyOf"]):
            yield f"{path} is none of its choices"
        return
    kinds = schema.get("type", [])
    if not any(isinstance(value, KINDS[kind]) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{path} is {value!r}, not {kinds}"
    if value not in schema.get("enum", [value]):
        yield f"{path} is {value!r}, not of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path} is {value!r}, not like {schema['pattern']}"
    yield from inner_complaints(schema, value, path)


def inner_complaints(schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{path} lacks {name}" for name in schema.get("required", []) if name not in value)
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from complaints(inner, value[name], f"{path}.{name}")
    if isinstance(value, list) and schema.get("items"):
        for item in value:
            yield from complaints(schema["items"], item, f"{path}[]")


@pytest.mark.parametrize("each", DIALECTS, ids=lambda each: each.name)
def test_every_answer_is_as_its_schema_says(each: Dialect) -> None:
    for kind in ENDPOINTS:
        for state in TaskState:
            links = LINKS if state is TaskState.SUCCEEDED else None
            made = task(kind, state, started=NOON, finished=NOON if state.is_final else None)
            answers = {
                "accepted": each.build_submit_response(task(kind, TaskState.QUEUED), request(kind)),
                "result": each.build_result_response(made, request(kind), links, 3),
                "refusal": each.build_error_response(InvalidRequest("no", field="prompt"))[1],
            }
            if each.get_path(RouteAction.LIST):
                shown = ListedTask(made, request(kind), links)
                answers["list"] = each.build_list_response(TaskPage(TaskFilter(), (shown,), has_more=True))
            if each.get_path(RouteAction.CANCEL):
                answers["cancel"] = each.build_cancel_response(task(kind, TaskState.CANCELLED), request(kind))
            for name, answer in answers.items():
                body = json.loads(json.dumps(answer))
                assert list(complaints(RESPONSE_SCHEMAS[f"{each.name}.{name}"], body)) == []
