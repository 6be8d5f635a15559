"""Bodies and published schemas cannot drift apart: no key more, no key less, in any state of any endpoint."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from keyreel import errors
from keyreel.conformance.json_schema import compile_schemas, describe_violations
from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import ListedTask, RouteAction, TaskPage, TenantBalance
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.dialects.vtrix_family.vtrix import MODELS_PATH, build_model_page, build_model_spec
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.reference.response_schemas import RESPONSE_SCHEMAS
from keyreel.wire.requests.examples import build_example_request
from support.wire import LINKS, NOON, request, task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.task import Task
    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

BALANCE = TenantBalance("default", datetime(2026, 1, 1, tzinfo=UTC), 975, 25, 2, 1, 0)
REFUSALS = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, errors.Refusal) and value is not errors.Refusal
]
# What the server's routes write and take, and no dialect: tests/server holds these.
OF_ROUTES = {
    *("native.uploading", "native.begin_upload", "native.finishing", "native.finish_upload"),
    *("comfy.uploading", "comfy.upload"),
}
# What only other schemas refer to.
PARTS = {"vtrix.parameter"}
SAME_AS_RESULT = {"vtrix.accepted", "openai_videos.accepted"}


def closed(schema: Any) -> Any:
    """Return a schema that refuses keys which it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if "properties" in schema:
        found["additionalProperties"] = False
    return found


VALIDATORS = compile_schemas({name: closed(schema) for name, schema in RESPONSE_SCHEMAS.items()})


def declared(schema: dict[str, Any], path: str = "", within: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the path of every key that a schema names, and every word that a choice names."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in within:
            yield from declared(RESPONSE_SCHEMAS[name], path, within | {name})
        return
    for each in schema.get("anyOf", ()):
        yield from declared(each, path, within)
    yield from (f"{path}={word}" for word in schema.get("enum", ()))
    if "items" in schema:
        yield from declared(schema["items"], f"{path}[]", within)
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from declared(inner, f"{path}.{name}", within)


def present(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every key of a body, and its texts."""
    if isinstance(value, str):
        yield f"{path}={value}"
    for each in value if isinstance(value, list) else ():
        yield from present(each, f"{path}[]")
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield f"{path}.{name}"
        yield from present(inner, f"{path}.{name}")


def tasks(kind: type[Endpoint]) -> Iterator[tuple[Task, bool]]:
    """Yield tasks in every state with what differs within one, and whether their files are there."""
    for state in TaskState:
        finished = NOON if state.is_final else None
        yield task(kind, state, progress=0.4, started=NOON, finished=finished), state is TaskState.SUCCEEDED
    yield task(kind, TaskState.SUCCEEDED, started=NOON, finished=NOON, size="1280x720", charged=25), True
    yield task(kind, TaskState.SUCCEEDED, started=NOON, finished=NOON), False
    yield task(kind, TaskState.CANCELLED, finished=NOON), False
    for fault in ("PictureUnreachable", "RenderCrashed", "FaultOfAnotherVersion"):
        yield task(kind, TaskState.FAILED, finished=NOON, fault=fault, reason="Why."), False


def task_bodies(dialect: Dialect, kind: type[Endpoint]) -> Iterator[tuple[str, Any]]:
    listed = list[ListedTask]()
    for submit in (request(kind), build_example_request(kind)):
        for made, there in tasks(kind):
            links = LINKS if there else None
            yield "result", dialect.build_result_response(made, submit, links, 3)
            if there:
                clean = replace(LINKS, clean="https://example.com/clean.mp4")
                yield "result", dialect.build_result_response(made, submit, clean, 0)
            listed.append(ListedTask(made, submit, links, 3))
        yield "accepted", dialect.build_submit_response(task(kind, TaskState.QUEUED), submit)
        if dialect.get_path(RouteAction.CANCEL):
            yield "cancel", dialect.build_cancel_response(task(kind, TaskState.CANCELLED), submit)
    if dialect.get_path(RouteAction.LIST):
        for entries in (listed, []):
            page = TaskPage(tuple(each.task.id for each in entries), has_more=bool(entries))
            shown = [*map(dialect.build_list_entry, entries)]
            yield "list", dialect.build_list_frame(page) | {dialect.list_key: shown}


def other_bodies(dialect: Dialect) -> Iterator[tuple[str, Any]]:
    for error in REFUSALS:
        bare, named = error(), error()
        named.field = "images[0]"
        for made in (bare, named):
            yield "refusal", dialect.build_error_response(made, "0123456789abcdef" * 2)[1]
            yield "refusal", dialect.build_error_response(made)[1]
            if dialect.name == "vtrix":
                yield "discovery_refusal", dialect.build_error_response_at(MODELS_PATH, made)[1]
    if dialect.get_path(RouteAction.BALANCE):
        for balance in (BALANCE, replace(BALANCE, credits=None)):
            for query in ({}, {"show_detail": "true"}):
                yield "balance", dialect.build_balance_response(balance, query)
    if dialect.name == "vtrix":
        yield "discovery", build_model_page({})
        yield from (("discovery", build_model_spec(kind.name(), "https://example.com")) for kind in ENDPOINTS)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_bodies_have_the_keys_and_types_of_their_schema_and_no_others(dialect: Dialect) -> None:
    found: dict[str, set[str]] = {}
    supported = filter(dialect.supports, ENDPOINTS)
    bodies = [*other_bodies(dialect), *(body for kind in supported for body in task_bodies(dialect, kind))]
    for name, written in bodies:
        schema = f"{dialect.name}.{name}"
        body = json.loads(json.dumps(written))
        assert describe_violations(VALIDATORS[schema], body) == "", schema
        found.setdefault(schema, set()).update(present(body))
    published = {name for name in RESPONSE_SCHEMAS if name.startswith(f"{dialect.name}.")} - OF_ROUTES - PARTS
    assert set(found) == published
    # Where a submit is answered by a result, the schema names more than a new task can show.
    unused = {
        name: set(declared(RESPONSE_SCHEMAS[name])) - found[name] for name in published - SAME_AS_RESULT
    }
    assert not any(unused.values()), f"no body has what the schemas name: {unused}"


def test_every_schema_is_of_a_dialect() -> None:
    assert {name.partition(".")[0] for name in RESPONSE_SCHEMAS} == {each.name for each in DIALECTS}
