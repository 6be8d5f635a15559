"""OpenAPI's description of Keyreel's own routes, from their table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pydantic.json_schema import models_json_schema

from keyreel import errors
from keyreel.wire.dialects.registry import find_dialect_at
from keyreel.wire.reference.openapi_parts import REF, describe_error_responses, describe_query_parameter
from keyreel.wire.reference.own_route import RequiredAccess
from keyreel.wire.reference.own_routes import OWN_ROUTES

if TYPE_CHECKING:
    from keyreel.errors import Refusal
    from keyreel.wire.json_types import Json
    from keyreel.wire.reference.own_route import OwnRoute

TAGS: Final[tuple[Json, ...]] = (
    {
        "name": "keyreel",
        "x-title": "Keyreel",
        "description": "Models, prices, validation, and verification.",
    },
    {"name": "files", "x-title": "Files", "description": "Videos, covers, and uploads, by signed URLs."},
    {"name": "admin", "x-title": "Operator", "description": "Tenants, keys, credits, tasks, and callbacks."},
)
SECURITY_SCHEMES: Final[Json] = {
    "admin": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token in the file admin.token of the data folder, or a key with the scope admin.",
    }
}
_SECURITY: Final[dict[RequiredAccess, list[Json]]] = {
    RequiredAccess.NOTHING: [],
    RequiredAccess.KEY: [{"bearer": []}, {"key": []}],
    RequiredAccess.ANY_KEY: [{"bearer": []}, {"key": []}, {"admin": []}],
    RequiredAccess.SUBMIT_KEY: [{"bearer": []}, {"key": []}],
    RequiredAccess.ADMIN: [{"admin": []}],
}
_AUTHORISED_ERRORS: Final = (
    errors.InvalidRequest,
    errors.MissingKey,
    errors.InvalidKey,
    errors.MissingScope,
    errors.RateLimited,
    errors.Unavailable,
)
_PATH_PARAMETERS: Final = {
    "id": ("Name in lists.", "1"),
    "key": ("Path of the file, from the link.", "videos/1.mp4"),
    "model": ("A model's name, in any format's spelling.", "vidu-q2-pro-img2video"),
    "name": ("Its name.", "default"),
    "token": ("From the URL that the service received.", "x" * 43),
}
"""Description and example by name."""


_EVENT: Final[Json] = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("id", "event", "data")},
    "required": ["data"],
}


def describe_operations() -> dict[str, dict[str, Json]]:
    """Return OpenAPI's description of every own route, by path and method."""
    found: dict[str, dict[str, Json]] = {}
    for route in OWN_ROUTES:
        found.setdefault(route.openapi_path, {})[route.method.lower()] = _describe_operation(route)
    return found


def build_response_components() -> Json:
    """Return the JSON schemas of the own routes' response bodies, by the names of their models."""
    models = dict.fromkeys(route.response for route in OWN_ROUTES if isinstance(route.response, type))
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    components: Json = schemas["$defs"]
    return components


def _describe_operation(route: OwnRoute) -> Json:
    words = re.sub(r"[^a-z0-9]+", "_", f"{route.method} {route.openapi_path}".lower()).strip("_")
    names: list[str] = re.findall(r"\{(\w+)\}", route.openapi_path)
    operation: Json = {
        "tags": [route.tag],
        "operationId": route.operation_id or f"keyreel_{words}",
        "summary": route.summary,
        "security": _SECURITY[route.access],
        "parameters": [
            *map(_describe_path_parameter, names),
            *map(describe_query_parameter, route.query),
        ],
        "responses": {
            **dict.fromkeys(filter(None, (route.status, route.unready_status)), _describe_response(route)),
            **_describe_error_responses(route),
        },
    }
    if route.takes_body:
        operation["requestBody"] = {"required": True, "content": _describe_request(route)}
    return operation


def _describe_path_parameter(name: str) -> Json:
    description, usual = _PATH_PARAMETERS[name]
    schema: Json = {"type": "string", "examples": [usual]}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _describe_request(route: OwnRoute) -> Json:
    if route.request_media_type:
        return {route.request_media_type: {"schema": {}}}
    examples = {"usual": {"value": route.request_example}}
    return {"application/json": {"schema": {"type": "object"}, "examples": examples}}


def _describe_response(route: OwnRoute) -> Json:
    response: Json = {"description": route.summary}
    if route.media_types:
        response["content"] = {kind: _describe_media(route, kind) for kind in route.media_types}
    return response


def _describe_media(route: OwnRoute, media_type: str) -> Json:
    if media_type == "text/event-stream":
        return {"schema": _EVENT}  # of each event, as OpenAPI 3.2 has it
    if route.response is None or media_type == "text/html":
        # OpenAPI 3.1: a body of bytes has no schema.
        return {"schema": {"type": "string"}} if media_type.startswith("text/") else {}
    name = route.response if isinstance(route.response, str) else route.response.__name__
    media: Json = {"schema": {"$ref": REF.format(model=name)}}
    if route.response_example is not None:
        media["examples"] = {"usual": {"value": route.response_example}}
    return media


def _describe_error_responses(route: OwnRoute) -> Json:
    """Describe the error responses, those of one status together."""
    kinds: list[type[Refusal]] = [*route.errors]
    if route.takes_body:
        kinds += [errors.BodyTooLarge, errors.BodyTooSlow]
    kinds.append(errors.InternalFault)
    if route.access is not RequiredAccess.NOTHING:
        kinds += _AUTHORISED_ERRORS
    path = route.openapi_path
    return describe_error_responses(
        find_dialect_at(path), tuple(dict.fromkeys(kinds)), path, route.error_schema
    )
