"""The OpenAPI document, from the two tables: every endpoint in every dialect, at every address."""

from __future__ import annotations

from datetime import UTC, datetime
from inspect import getmodule
from typing import TYPE_CHECKING, Final

from pydantic.json_schema import models_json_schema

from keyreel import errors
from keyreel.task import TaskFilter, TaskState
from keyreel.wire.dialects.dialect import (
    DialectRoute,
    ListedTask,
    RouteAction,
    TaskPage,
    TenantBalance,
)
from keyreel.wire.dialects.native_family.responses import format_operation_name
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.reference.openapi_parts import (
    REF,
    describe_error_responses,
    describe_query_parameter,
    describe_response,
)
from keyreel.wire.reference.own_operations import (
    SECURITY_SCHEMES,
    TAGS,
    build_response_components,
    describe_operations,
)
from keyreel.wire.reference.response_schemas import RESPONSE_SCHEMAS
from keyreel.wire.requests.examples import EXAMPLE_LINKS, build_example_request, build_example_task

if TYPE_CHECKING:
    from keyreel.errors import Refusal
    from keyreel.wire.dialects.dialect import Dialect, Json
    from keyreel.wire.endpoints.endpoint import Endpoint

_ID: Final[Json] = {"type": "string", "pattern": "^[0-9]{1,19}$"}
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
    RouteAction.RESULT: "Says where a task is; once it is done, where its video is.",
    RouteAction.LIST: "Lists tasks, whatever format they were made in.",
    RouteAction.CANCEL: "Cancels a task that has not ended.",
    RouteAction.CONTENT: "Answers with the video itself.",
    RouteAction.UPLOAD: "Answers with a signed address to put a file at, and one to name in requests.",
    RouteAction.BEGIN_UPLOAD: "Answers with an upload's id, and a signed address to put its file at.",
    RouteAction.FINISH_UPLOAD: "Answers with the URI by which requests name an upload.",
    RouteAction.BALANCE: "Says what the key's tenant can spend.",
}
_REQUEST_SCHEMAS: Final = {
    RouteAction.UPLOAD: "uploading",
    RouteAction.BEGIN_UPLOAD: "uploading",
    RouteAction.FINISH_UPLOAD: "finishing",
}
"""The schemas of what is taken where it is no request for a video."""
_EXAMPLE_BALANCE: Final = TenantBalance("default", datetime(2026, 1, 1, tzinfo=UTC), 975, 25, 2, 1, 0)
_COMMON_ERRORS: Final[tuple[type[Refusal], ...]] = (
    errors.InvalidRequest,
    errors.MissingKey,
    errors.InvalidKey,
    errors.MissingScope,
    errors.RateLimited,
    errors.InternalFault,
    errors.Unavailable,
)
_SUBMIT_ERRORS: Final[tuple[type[Refusal], ...]] = (
    *_COMMON_ERRORS,
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
_ERRORS: Final[dict[RouteAction, tuple[type[Refusal], ...]]] = {
    RouteAction.RESULT: (*_COMMON_ERRORS, errors.UnknownTask),
    RouteAction.LIST: (*_COMMON_ERRORS, errors.UnknownTask),
    RouteAction.CANCEL: (*_COMMON_ERRORS, errors.UnknownTask),
    RouteAction.CONTENT: (*_COMMON_ERRORS, errors.UnknownTask),
    RouteAction.UPLOAD: (*_COMMON_ERRORS, errors.MissingField, errors.BodyTooSlow, errors.BodyTooLarge),
    RouteAction.BEGIN_UPLOAD: (*_COMMON_ERRORS, errors.BodyTooSlow, errors.BodyTooLarge),
    RouteAction.FINISH_UPLOAD: (
        *(
            *_COMMON_ERRORS,
            errors.MissingField,
            errors.UnknownEndpoint,
            errors.BodyTooSlow,
            errors.BodyTooLarge,
        ),
    ),
    RouteAction.BALANCE: _COMMON_ERRORS,
}


def build_document(base_url: str = "", version: str = "1") -> Json:
    """Return the OpenAPI 3.1 document of a server at this address."""
    _, schemas = models_json_schema([(kind, "validation") for kind in ENDPOINTS], ref_template=REF)
    paths: Json = {}
    for each in DIALECTS:
        for path, operation in _describe_submit_paths(each).items():
            paths.setdefault(path, {})["post"] = operation
        for route in each.routes:
            if route.action is not RouteAction.SUBMIT:
                paths.setdefault(route.path, {})[route.method.lower()] = _describe_route(each, route)
    for path, methods in describe_operations().items():
        paths.setdefault(path, {}).update(methods)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Keyreel",
            "version": version,
            "summary": "Videos from images and words, in the wire formats of the Vidu API family.",
        },
        "servers": [{"url": base_url or "/"}],
        "security": [{"bearer": []}, {"key": []}],
        "tags": [
            *(
                {"name": each.name, "x-title": each.title, "description": _get_module_summary(each)}
                for each in DIALECTS
            ),
            *TAGS,
        ],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"] | build_response_components() | RESPONSE_SCHEMAS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                **SECURITY_SCHEMES,
            },
        },
    }


def _describe_submit_paths(dialect: Dialect) -> dict[str, Json]:
    """Describe the addresses that take requests, each with the endpoints that are reached there."""
    reached: dict[str, list[type[Endpoint]]] = {}
    for kind in ENDPOINTS:
        if dialect.supports(kind):
            reached.setdefault(dialect.build_submit_request(build_example_request(kind)).path, []).append(
                kind
            )
    return {path: _describe_submit_path(dialect, path, kinds) for path, kinds in reached.items()}


def _describe_submit_path(dialect: Dialect, path: str, kinds: list[type[Endpoint]]) -> Json:
    schemas = [dialect.build_submit_schema(kind, {"$ref": REF.format(model=kind.__name__)}) for kind in kinds]
    schema = schemas[0] if len(kinds) == 1 else {"anyOf": schemas}
    examples = {
        kind.name(): {"value": dialect.build_submit_request(build_example_request(kind)).json}
        for kind in kinds
    }
    content: Json = {"application/json": {"schema": schema, "examples": examples}}
    if dialect.form_schema:
        content["multipart/form-data"] = {"schema": dialect.form_schema}
    request = build_example_request(kinds[0])
    accepted = dialect.build_submit_response(build_example_task(request, TaskState.QUEUED), request)
    last = path.rpartition("/")[2]
    return {
        "tags": [dialect.name],
        "operationId": _build_operation_id(dialect, "create" if dialect.name.endswith(last) else last),
        "summary": _summarize_endpoints(kinds),
        "parameters": [_IDEMPOTENCY],
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": describe_response("The task is accepted.", f"{dialect.name}.accepted", accepted)
            | _HEADERS,
            **describe_error_responses(dialect, _SUBMIT_ERRORS),
        },
    }


def _summarize_endpoints(kinds: list[type[Endpoint]]) -> str:
    """Say what the endpoints do as far as they do the same."""
    said = {(kind.__doc__ or "").strip() for kind in kinds}
    words = {format_operation_name(kind) for kind in kinds}
    if len(said) == 1:
        return said.pop()
    return f"Makes a video: {words.pop()}." if len(words) == 1 else "Makes a video."


def _get_module_summary(dialect: Dialect) -> str:
    """Return the sentence that its module opens with."""
    told = (getmodule(type(dialect)).__doc__ or "").strip()
    return told.partition("\n")[0].replace("`", "")


def _describe_route(dialect: Dialect, route: DialectRoute) -> Json:
    """Describe an address that takes no request for a video."""
    operation: Json = {
        "tags": [dialect.name],
        "operationId": _build_operation_id(dialect, route.action.value),
        "summary": _SUMMARIES[route.action],
        "parameters": _describe_parameters(route),
        "responses": {
            "200": _describe_success_response(dialect, route),
            **describe_error_responses(dialect, _ERRORS[route.action]),
        },
    }
    if route.action in _REQUEST_SCHEMAS:
        schema = {"$ref": REF.format(model=f"{dialect.name}.{_REQUEST_SCHEMAS[route.action]}")}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _describe_success_response(dialect: Dialect, route: DialectRoute) -> Json:
    """Describe the answer of an address, with an example."""
    request = build_example_request(next(filter(dialect.supports, ENDPOINTS)))
    done, stopped = (
        build_example_task(request, TaskState.SUCCEEDED),
        build_example_task(request, TaskState.CANCELLED),
    )
    name = f"{dialect.name}.{route.action.value}"
    match route.action:
        case RouteAction.LIST:
            page = TaskPage(TaskFilter(), (ListedTask(done, request, EXAMPLE_LINKS),), has_more=False)
            return describe_response("The tasks.", name, dialect.build_list_response(page))
        case RouteAction.CANCEL:
            return describe_response(
                "The task is cancelled.", name, dialect.build_cancel_response(stopped, request)
            )
        case RouteAction.CONTENT:
            return {"description": "The video.", "content": {"video/mp4": {}, "image/jpeg": {}}}
        case RouteAction.UPLOAD | RouteAction.BEGIN_UPLOAD | RouteAction.FINISH_UPLOAD:
            return describe_response("Where the file goes, or what it is called.", name, None)
        case RouteAction.BALANCE:
            return describe_response(
                "What is left.",
                name,
                dialect.build_balance_response(_EXAMPLE_BALANCE, {"show_detail": "true"}),
            )
        case _:
            return describe_response(
                "The task.", name, dialect.build_result_response(done, request, EXAMPLE_LINKS, 0)
            )


def _describe_parameters(route: DialectRoute) -> list[Json]:
    in_path: list[Json] = (
        [{"name": "id", "in": "path", "required": True, "schema": _ID}] if "{id}" in route.path else []
    )
    return in_path + [describe_query_parameter(each) for each in route.query_parameters]


def _build_operation_id(dialect: Dialect, name: str) -> str:
    return f"{dialect.name}_{name}".replace("-", "_").replace(".", "_")
