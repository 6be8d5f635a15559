"""The OpenAPI document, from the two tables: every endpoint in every dialect, at every address."""

from __future__ import annotations

from datetime import UTC, datetime
from inspect import getmodule
from typing import TYPE_CHECKING, Final

from pydantic.json_schema import models_json_schema

from keyreel import errors
from keyreel.task import TaskFilter, TaskState
from keyreel.wire.dialects.dialect import Action, Allowance, Query, Route, Shown, TaskPage
from keyreel.wire.dialects.native_family.responses import operation_word
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.dialects.vtrix_family.vtrix import MODELS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.reference.openapi_parts import REF, answer, in_query, refusals
from keyreel.wire.reference.own_routes import SECURITY, TAGS, operations
from keyreel.wire.reference.response_schemas import SCHEMAS
from keyreel.wire.requests.examples import LINKS, example, example_task

if TYPE_CHECKING:
    from keyreel.errors import Refusal
    from keyreel.wire.dialects.dialect import Dialect, Json
    from keyreel.wire.endpoints.endpoint import Endpoint

_ID: Final[Json] = {"type": "string", "pattern": "^[0-9]{1,19}$"}
_MODELS_QUERY: Final = (
    Query("page", "The page, counted from 1.", {"type": "integer"}),
    Query("page_size", "Models on a page.", {"type": "integer"}),
    Query("type", "Only models of this type."),
    Query("keywords", "Only models whose description holds these words."),
    Query("available", "all lists those too that no engine here makes."),
)
_IDEMPOTENCY: Final[Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Any text of the client's choice: the same request under the same one is answered once.",
    "schema": {"type": "string", "maxLength": 255},
}
_HEADERS: Final[Json] = {
    "headers": {
        "X-Ignored-Fields": {
            "description": "The fields that have no effect, or were changed to what the model can do.",
            "schema": {"type": "string"},
        }
    }
}
_SUMMARIES: Final = {
    Action.RESULT: "Says where a task is; once it is done, where its video is.",
    Action.LIST: "Lists tasks, whatever format they were made in.",
    Action.CANCEL: "Cancels a task that has not ended.",
    Action.CONTENT: "Answers with the video itself.",
    Action.UPLOAD: "Answers with a signed address to put a file at, and one to name in requests.",
    Action.BEGIN_UPLOAD: "Answers with an upload's id, and a signed address to put its file at.",
    Action.FINISH_UPLOAD: "Answers with the URI by which requests name an upload.",
    Action.BALANCE: "Says what the key's tenant can spend.",
}
_TAKING: Final = {
    Action.UPLOAD: "uploading",
    Action.BEGIN_UPLOAD: "uploading",
    Action.FINISH_UPLOAD: "finishing",
}
"""The schemas of what is taken where it is no request for a video."""
_ALLOWANCE: Final = Allowance("default", datetime(2026, 1, 1, tzinfo=UTC), 975, 25, 2, 1, 0)
_ALWAYS: Final[tuple[type[Refusal], ...]] = (
    errors.InvalidRequest,
    errors.MissingKey,
    errors.InvalidKey,
    errors.MissingScope,
    errors.RateLimited,
    errors.InternalFault,
    errors.Unavailable,
)
_SUBMIT_ERRORS: Final[tuple[type[Refusal], ...]] = (
    *_ALWAYS,
    errors.MissingField,
    errors.ItemCountOutOfRange,
    errors.MissingImage,
    errors.InvalidImage,
    errors.ImageTooLarge,
    errors.ImageTooManyPixels,
    errors.ImageSizeOutOfRange,
    errors.InsufficientCredits,
    errors.QuotaExceeded,
    errors.IdempotencyConflict,
    errors.UnsupportedOrder,
    errors.UnknownEndpoint,
    errors.BodyTooSlow,
    errors.BodyTooLarge,
)
_ERRORS: Final[dict[Action, tuple[type[Refusal], ...]]] = {
    Action.RESULT: (*_ALWAYS, errors.UnknownTask),
    Action.LIST: (*_ALWAYS, errors.UnknownTask),
    Action.CANCEL: (*_ALWAYS, errors.UnknownTask),
    Action.CONTENT: (*_ALWAYS, errors.UnknownTask),
    Action.UPLOAD: (*_ALWAYS, errors.MissingField, errors.BodyTooSlow, errors.BodyTooLarge),
    Action.BEGIN_UPLOAD: (*_ALWAYS, errors.BodyTooSlow, errors.BodyTooLarge),
    Action.FINISH_UPLOAD: (
        *(*_ALWAYS, errors.MissingField, errors.UnknownEndpoint, errors.BodyTooSlow, errors.BodyTooLarge),
    ),
    Action.BALANCE: _ALWAYS,
}


def document(base_url: str = "", version: str = "1") -> Json:
    """Return the OpenAPI 3.1 document of a server at this address."""
    _, schemas = models_json_schema([(kind, "validation") for kind in ENDPOINTS], ref_template=REF)
    paths: Json = {}
    for each in DIALECTS:
        for path, operation in _submits(each).items():
            paths.setdefault(path, {})["post"] = operation
        for route in each.routes:
            if route.action is not Action.SUBMIT:
                paths.setdefault(route.path, {})[route.method.lower()] = _other(each, route)
    paths[MODELS] = {"get": _discovery("models", "Lists the models.", _MODELS_QUERY)}
    paths[f"{MODELS}/{{id}}/spec"] = {"get": _discovery("spec", "Describes a model.", ())}
    for path, methods in operations().items():
        paths.setdefault(path, {}).update(methods)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Keyreel",
            "version": version,
            "summary": "Videos from pictures and words, in the wire formats of the Vidu API family.",
        },
        "servers": [{"url": base_url or "/"}],
        "security": [{"bearer": []}, {"key": []}],
        "tags": [
            *({"name": each.name, "x-title": each.title, "description": _about(each)} for each in DIALECTS),
            *TAGS,
        ],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"] | SCHEMAS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                **SECURITY,
            },
        },
    }


def _submits(dialect: Dialect) -> dict[str, Json]:
    """Describe the addresses that take requests, each with the endpoints that are reached there."""
    reached: dict[str, list[type[Endpoint]]] = {}
    for kind in ENDPOINTS:
        if dialect.offers(kind):
            reached.setdefault(dialect.submit_call(example(kind)).path, []).append(kind)
    return {path: _submit(dialect, path, kinds) for path, kinds in reached.items()}


def _submit(dialect: Dialect, path: str, kinds: list[type[Endpoint]]) -> Json:
    schemas = [dialect.schema(kind, {"$ref": REF.format(model=kind.__name__)}) for kind in kinds]
    schema = schemas[0] if len(kinds) == 1 else {"anyOf": schemas}
    examples = {kind.name(): {"value": dialect.submit_call(example(kind)).json} for kind in kinds}
    content: Json = {"application/json": {"schema": schema, "examples": examples}}
    if dialect.forms:
        content["multipart/form-data"] = {"schema": dialect.forms}
    request = example(kinds[0])
    accepted = dialect.accepted(example_task(request, TaskState.QUEUED), request)
    last = path.rpartition("/")[2]
    return {
        "tags": [dialect.name],
        "operationId": _operation_id(dialect, "create" if dialect.name.endswith(last) else last),
        "summary": _summary(kinds),
        "parameters": [_IDEMPOTENCY],
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": answer("The task is accepted.", f"{dialect.name}.accepted", accepted) | _HEADERS,
            **refusals(dialect, _SUBMIT_ERRORS),
        },
    }


def _summary(kinds: list[type[Endpoint]]) -> str:
    """Say what the endpoints do as far as they do the same."""
    said = {(kind.__doc__ or "").strip() for kind in kinds}
    words = {operation_word(kind) for kind in kinds}
    if len(said) == 1:
        return said.pop()
    return f"Makes a video: {words.pop()}." if len(words) == 1 else "Makes a video."


def _about(dialect: Dialect) -> str:
    """Return the sentence that its module opens with."""
    told = (getmodule(type(dialect)).__doc__ or "").strip()
    return told.partition("\n")[0].replace("`", "")


def _other(dialect: Dialect, route: Route) -> Json:
    """Describe an address that takes no request for a video."""
    operation: Json = {
        "tags": [dialect.name],
        "operationId": _operation_id(dialect, route.action.value),
        "summary": _SUMMARIES[route.action],
        "parameters": _parameters(route),
        "responses": {"200": _good(dialect, route), **refusals(dialect, _ERRORS[route.action])},
    }
    if route.action in _TAKING:
        schema = {"$ref": REF.format(model=f"{dialect.name}.{_TAKING[route.action]}")}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _good(dialect: Dialect, route: Route) -> Json:
    """Describe the answer of an address, with an example."""
    request = example(next(filter(dialect.offers, ENDPOINTS)))
    done, stopped = example_task(request, TaskState.SUCCEEDED), example_task(request, TaskState.CANCELLED)
    name = f"{dialect.name}.{route.action.value}"
    match route.action:
        case Action.LIST:
            page = TaskPage(TaskFilter(), (Shown(done, request, LINKS),), more=False)
            return answer("The tasks.", name, dialect.listed(page))
        case Action.CANCEL:
            return answer("The task is cancelled.", name, dialect.cancelled(stopped, request))
        case Action.CONTENT:
            return {"description": "The video.", "content": {"video/mp4": {}, "image/jpeg": {}}}
        case Action.UPLOAD | Action.BEGIN_UPLOAD | Action.FINISH_UPLOAD:
            return answer("Where the file goes, or what it is called.", name, None)
        case Action.BALANCE:
            return answer("What is left.", name, dialect.balance(_ALLOWANCE, {"show_detail": "true"}))
        case _:
            return answer("The task.", name, dialect.result(done, request, LINKS, 0))


def _parameters(route: Route) -> list[Json]:
    in_path: list[Json] = (
        [{"name": "id", "in": "path", "required": True, "schema": _ID}] if "{id}" in route.path else []
    )
    return in_path + [in_query(each) for each in route.query]


def _discovery(name: str, summary: str, query: tuple[Query, ...]) -> Json:
    """Describe a path that vtrix clients ask before they submit; it needs no key."""
    in_path: Json = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "tags": ["vtrix"],
        "operationId": f"vtrix_{name}",
        "summary": summary,
        "security": [],
        "parameters": [in_query(each) for each in query] or [in_path],
        "responses": {
            "200": answer(summary, "vtrix.discovery", None),
            **refusals(
                find_dialect("vtrix"),
                (errors.UnknownEndpoint, errors.InternalFault),
                path=MODELS,
                schema="vtrix.discovery_refusal",
            ),
        },
    }


def _operation_id(dialect: Dialect, name: str) -> str:
    return f"{dialect.name}_{name}".replace("-", "_").replace(".", "_")
