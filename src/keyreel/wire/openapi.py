"""The OpenAPI document, from the two tables: every endpoint in every dialect."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

from keyreel import errors
from keyreel.order import Operation
from keyreel.task import Links, State, Submission, Task, TaskId
from keyreel.wire.answers import SCHEMAS
from keyreel.wire.catalogue import ENDPOINTS
from keyreel.wire.dialect import Action, Asked
from keyreel.wire.dialects import DIALECTS
from keyreel.wire.parse import parse_fields

if TYPE_CHECKING:
    from keyreel.errors import Refusal
    from keyreel.wire.dialect import Dialect, Json
    from keyreel.wire.endpoint import Endpoint

_REF: Final = "#/components/schemas/{model}"
_PICTURES: Final = [f"https://example.com/{name}.png" for name in ("dawn", "noon", "dusk")]
_EXAMPLES: Final[dict[Operation, Json]] = {
    Operation.IMG2VIDEO: {"images": _PICTURES[:1], "prompt": "The camera moves in slowly."},
    Operation.START_END2VIDEO: {"images": _PICTURES[:2], "prompt": "The sun rises."},
    Operation.MULTIFRAME: {
        "start_image": _PICTURES[0],
        "image_settings": [{"key_image": picture, "duration": 3} for picture in _PICTURES[1:]],
    },
    Operation.REFERENCE2VIDEO: {"images": _PICTURES[:1], "prompt": "@1 walks through the rain."},
    Operation.TEXT2VIDEO: {"prompt": "A lighthouse at dusk, waves below."},
    Operation.TEMPLATE2VIDEO: {"template": "hugging", "images": _PICTURES[:1]},
}
_LIST_QUERY: Final[list[Json]] = [
    {"name": name, "in": "query", "schema": {"type": kind}}
    for name, kind in (
        ("page", "integer"),
        ("page_size", "integer"),
        ("type", "string"),
        ("keywords", "string"),
    )
]
_SPEC_PATH: Final[list[Json]] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
_SUBMIT_ERRORS: Final[tuple[type[Refusal], ...]] = (
    errors.InvalidRequest,
    errors.MissingImage,
    errors.InvalidImage,
    errors.ImageTooLarge,
    errors.ImageTooManyPixels,
    errors.ImageSizeOutOfRange,
    errors.MissingKey,
    errors.InvalidKey,
    errors.UnsupportedOrder,
    errors.UnknownEndpoint,
    errors.BodyTooSlow,
    errors.BodyTooLarge,
    errors.InternalFault,
    errors.Unavailable,
)
_POLL_ERRORS: Final[tuple[type[Refusal], ...]] = (
    errors.InvalidRequest,
    errors.MissingKey,
    errors.InvalidKey,
    errors.UnknownTask,
    errors.InternalFault,
    errors.Unavailable,
)


def document(base_url: str = "", version: str = "1") -> Json:
    """Return the OpenAPI 3.1 document of a server at this address."""
    _, schemas = models_json_schema([(kind, "validation") for kind in ENDPOINTS], ref_template=_REF)
    paths: Json = {}
    for dialect in DIALECTS:
        for path, operation in _submits(dialect).items():
            paths[path] = {"post": operation}
        paths[dialect.path_of(Action.RESULT)] = {"get": _poll(dialect)}
    paths["/api/v1/skill/models"] = {"get": _discovery("models", "Lists the models.", _LIST_QUERY)}
    paths["/api/v1/skill/models/{id}/spec"] = {"get": _discovery("spec", "Describes a model.", _SPEC_PATH)}
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
            {"name": dialect.name, "description": f"The {dialect.title} format."} for dialect in DIALECTS
        ],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"] | SCHEMAS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def _submits(dialect: Dialect) -> dict[str, Json]:
    """Describe the paths that take requests: one for each model, or one for all of them."""
    if "{model}" in dialect.path_of(Action.SUBMIT):
        return {
            dialect.path_of(Action.SUBMIT).format(model=dialect.model_id(kind)): _submit(
                dialect, dialect.model_id(kind), _schema_of(kind), (kind,)
            )
            for kind in ENDPOINTS
        }
    choices = [_enveloped(dialect, kind) for kind in ENDPOINTS]
    flat = [_beside_model(dialect, kind) for kind in ENDPOINTS]
    return {
        dialect.path_of(Action.SUBMIT): _submit(dialect, "generation", {"anyOf": choices + flat}, ENDPOINTS)
    }


def _submit(dialect: Dialect, name: str, schema: Json, kinds: tuple[type[Endpoint], ...]) -> Json:
    examples: Json = {}
    for kind in kinds:
        request = parse_fields(Asked(kind, _EXAMPLES[kind.operation]))
        examples[kind.name()] = {"value": dialect.submit_call(request).json}
    task, request = _sample(kinds[0], State.QUEUED)
    return {
        "tags": [dialect.name],
        "operationId": _operation_id(dialect, name),
        "summary": (kinds[0].__doc__ or "").strip() if len(kinds) == 1 else "Makes a video with any model.",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": examples}},
        },
        "responses": {
            "200": _answer(
                "The task is accepted.", f"{dialect.name}.accepted", dialect.accepted(task, request)
            ),
            **_refusals(dialect, _SUBMIT_ERRORS),
        },
    }


def _poll(dialect: Dialect) -> Json:
    links = Links("https://example.com/1.mp4", "https://example.com/1.jpg", 86400)
    task, request = _sample(ENDPOINTS[0], State.SUCCEEDED)
    in_path = "{id}" in dialect.path_of(Action.RESULT)
    return {
        "tags": [dialect.name],
        "operationId": _operation_id(dialect, "result"),
        "summary": "Says where a task is; once it is done, where its video is.",
        "parameters": [
            {
                "name": "id" if in_path else "task_id",
                "in": "path" if in_path else "query",
                "required": True,
                "schema": {"type": "string", "pattern": "^[0-9]{1,19}$"},
            }
        ],
        "responses": {
            "200": _answer("The task.", f"{dialect.name}.result", dialect.result(task, request, links, 0)),
            **_refusals(dialect, _POLL_ERRORS),
        },
    }


def _discovery(name: str, summary: str, parameters: list[Json]) -> Json:
    """Describe a path that vtrix clients ask before they submit; it needs no key."""
    return {
        "tags": ["vtrix"],
        "operationId": f"vtrix_{name}",
        "summary": summary,
        "security": [],
        "parameters": parameters,
        "responses": {"200": _answer(summary, "vtrix.discovery", None)},
    }


def _refusals(dialect: Dialect, kinds: tuple[type[Refusal], ...]) -> Json:
    """Describe the refusals, those of one status together."""
    found: Json = {}
    for kind in kinds:
        error = kind()
        status, body = dialect.refusal(error)
        answer = found.setdefault(str(status), _answer("", f"{dialect.name}.refusal", None))
        answer["description"] = f"{answer['description']} {error.message}".strip()
        answer["content"]["application/json"].setdefault("examples", {})[kind.__name__] = {"value": body}
    return found


def _answer(description: str, schema: str, example: Any) -> Json:
    media: Json = {"schema": {"$ref": _REF.format(model=schema)}}
    if example is not None:
        media["examples"] = {"usual": {"value": example}}
    return {"description": description, "content": {"application/json": media}}


def _schema_of(kind: type[Endpoint]) -> Json:
    return {"$ref": _REF.format(model=kind.__name__)}


def _enveloped(dialect: Dialect, kind: type[Endpoint]) -> Json:
    """Describe a body with the fields in `input[0].params`."""
    item = {"type": "object", "required": ["params"], "properties": {"params": _schema_of(kind)}}
    return {
        "type": "object",
        "required": ["model", "input"],
        "properties": {
            "model": {"const": dialect.model_id(kind)},
            "input": {"type": "array", "minItems": 1, "maxItems": 1, "items": item},
        },
    }


def _beside_model(dialect: Dialect, kind: type[Endpoint]) -> Json:
    """Describe a body with the fields beside `model`."""
    model = {
        "type": "object",
        "required": ["model"],
        "properties": {"model": {"const": dialect.model_id(kind)}},
    }
    return {"allOf": [_schema_of(kind), model]}


def _operation_id(dialect: Dialect, name: str) -> str:
    return f"{dialect.name}_{name}".replace("-", "_").replace(".", "_")


def _sample(kind: type[Endpoint], state: State) -> tuple[Task, Endpoint]:
    """Return a task as examples show it."""
    request = parse_fields(Asked(kind, _EXAMPLES[kind.operation]))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    submission = Submission("", "", "", kind.name(), "", seed=7, seconds=request.seconds)
    done = moment if state.final else None
    task = Task(
        TaskId("7000000000000000001"), submission, state, 1, 0, 0.0, moment, started=done, finished=done
    )
    return task, request
