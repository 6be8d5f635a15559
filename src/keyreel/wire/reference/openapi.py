"""The OpenAPI document, from the tables of dialects and endpoints: every endpoint in every dialect."""

from __future__ import annotations

from datetime import UTC, datetime
from inspect import getmodule
from typing import TYPE_CHECKING, Final

from pydantic.json_schema import models_json_schema

from keyreel import errors
from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import (
    DialectRoute,
    ListedTask,
    RouteAction,
    TaskPage,
    TenantBalance,
)
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.endpoints.naming import format_operation_name
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
    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

_ID: Final[Json] = {"type": "string", "pattern": "^[0-9]{1,19}$"}
_IDEMPOTENCY: Final[Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": (
        "Any string chosen by the client. The same request with the same key makes only one task."
    ),
    "schema": {"type": "string", "maxLength": 255},
}
_DRAFT: Final[Json] = {
    "name": "X-Draft",
    "in": "header",
    "description": "true: make a free draft at once, and the video when the order is approved.",
    "schema": {"type": "string", "enum": ["true", "false"]},
}
_HEADERS: Final[Json] = {
    "headers": {
        "X-Ignored-Fields": {
            "description": "Fields without effect, or changed to what the model supports.",
            "schema": {"type": "string"},
        }
    }
}
_SUMMARIES: Final = {
    RouteAction.RESULT: "Returns the state of a task, and links to its video once it is done.",
    RouteAction.LIST: "Lists tasks of all formats.",
    RouteAction.CANCEL: "Cancels a task that has not ended.",
    RouteAction.CONTENT: "Returns the video.",
    RouteAction.UPLOAD: "Returns a signed URL for uploading a file, and a URL to use in requests.",
    RouteAction.BEGIN_UPLOAD: "Returns an upload's ID, and a signed URL for its file.",
    RouteAction.FINISH_UPLOAD: "Returns the URI of an upload, for use in requests.",
    RouteAction.BALANCE: "Returns the balance of the key's tenant.",
}
_REQUEST_SCHEMAS: Final = {
    RouteAction.UPLOAD: "uploading",
    RouteAction.BEGIN_UPLOAD: "uploading",
    RouteAction.FINISH_UPLOAD: "finishing",
}
"""The request schemas of routes that take no request for a video."""
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
    """Return the OpenAPI 3.1 document of a server at this URL."""
    _, schemas = models_json_schema([(each, "validation") for each in ENDPOINTS], ref_template=REF)
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
            "summary": "Videos from images and text, in the wire formats of the Vidu API family.",
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
    """Describe the submit paths, each with the endpoints that are reached there."""
    reached: dict[str, list[type[Endpoint]]] = {}
    for endpoint_class in ENDPOINTS:
        if dialect.supports(endpoint_class):
            reached.setdefault(
                dialect.build_submit_request(build_example_request(endpoint_class)).path, []
            ).append(endpoint_class)
    return {
        path: _describe_submit_path(dialect, path, endpoint_classes)
        for path, endpoint_classes in reached.items()
    }


def _describe_submit_path(dialect: Dialect, path: str, endpoint_classes: list[type[Endpoint]]) -> Json:
    schemas = [
        dialect.build_submit_schema(each, {"$ref": REF.format(model=each.__name__)})
        for each in endpoint_classes
    ]
    schema = schemas[0] if len(endpoint_classes) == 1 else {"anyOf": schemas}
    examples = {
        endpoint_class.name(): {
            "value": dialect.build_submit_request(build_example_request(endpoint_class)).json
        }
        for endpoint_class in endpoint_classes
    }
    content: Json = {"application/json": {"schema": schema, "examples": examples}}
    if dialect.form_schema:
        content["multipart/form-data"] = {"schema": dialect.form_schema}
    request = build_example_request(endpoint_classes[0])
    accepted = dialect.build_submit_response(build_example_task(request, TaskState.QUEUED), request)
    last = path.rpartition("/")[2]
    return {
        "tags": [dialect.name],
        "operationId": _build_operation_id(dialect, "create" if dialect.name.endswith(last) else last),
        "summary": _summarize_endpoints(endpoint_classes),
        "parameters": [_IDEMPOTENCY, _DRAFT],
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": describe_response("The task is accepted.", f"{dialect.name}.accepted", accepted)
            | _HEADERS,
            **describe_error_responses(dialect, _SUBMIT_ERRORS),
        },
    }


def _summarize_endpoints(endpoint_classes: list[type[Endpoint]]) -> str:
    """Summarize what the endpoints have in common."""
    summaries = {(each.__doc__ or "").strip() for each in endpoint_classes}
    words = {format_operation_name(each) for each in endpoint_classes}
    if len(summaries) == 1:
        return summaries.pop()
    return f"Makes a video: {words.pop()}." if len(words) == 1 else "Makes a video."


def _get_module_summary(dialect: Dialect) -> str:
    """Return the first line of the docstring of the dialect's module."""
    docstring = (getmodule(type(dialect)).__doc__ or "").strip()
    return docstring.partition("\n")[0].replace("`", "")


def _describe_route(dialect: Dialect, route: DialectRoute) -> Json:
    """Describe a route other than a submit."""
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
    """Describe the successful response of a route, with an example."""
    request = build_example_request(next(filter(dialect.supports, ENDPOINTS)))
    done, stopped = (
        build_example_task(request, TaskState.SUCCEEDED),
        build_example_task(request, TaskState.CANCELLED),
    )
    name = f"{dialect.name}.{route.action.value}"
    match route.action:
        case RouteAction.LIST:
            page = dialect.build_list_frame(TaskPage((done.id,), has_more=False))
            entry = dialect.build_list_entry(ListedTask(done, request, EXAMPLE_LINKS))
            return describe_response("The tasks.", name, page | {dialect.list_key: [entry]})
        case RouteAction.CANCEL:
            return describe_response(
                "The task is cancelled.", name, dialect.build_cancel_response(stopped, request)
            )
        case RouteAction.CONTENT:
            return {"description": "The video.", "content": {"video/mp4": {}, "image/jpeg": {}}}
        case RouteAction.UPLOAD | RouteAction.BEGIN_UPLOAD | RouteAction.FINISH_UPLOAD:
            return describe_response("Where the file is uploaded, or its URI.", name, None)
        case RouteAction.BALANCE:
            return describe_response(
                "The balance.",
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
