"""Keyreel's own addresses beside those of the formats, as the OpenAPI document describes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from keyreel import errors
from keyreel.wire.dialects.dialect import QueryParameter
from keyreel.wire.dialects.registry import find_dialect_at
from keyreel.wire.reference.openapi_parts import describe_error_responses, describe_query_parameter

if TYPE_CHECKING:
    from keyreel.errors import Refusal
    from keyreel.wire.json_types import Json


class RequiredAccess(StrEnum):
    """Who may ask."""

    NOTHING = "nothing"
    KEY = "key"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class OwnRoute:
    """One address."""

    method: str
    path: str
    summary: str
    access: RequiredAccess = RequiredAccess.NOTHING
    tag: str = "keyreel"
    query: tuple[QueryParameter, ...] = ()
    body: Json | None = None
    """An example of the JSON that it takes."""
    takes: str = ""
    """The media type of a body that is no JSON."""
    answers: tuple[str, Any] = ("application/json", None)
    """The media type of the answer, and an example."""
    status: str = "200"
    also: tuple[type[Refusal], ...] = ()
    """Refusals beyond those of everybody who needs what this needs."""


TAGS: Final[tuple[Json, ...]] = (
    {
        "name": "keyreel",
        "x-title": "Keyreel",
        "description": "What is here, what it costs, whether a request or a video is good.",
    },
    {"name": "files", "x-title": "Files", "description": "Videos, covers and uploads, by signed addresses."},
    {"name": "admin", "x-title": "Operator", "description": "Tenants, keys, credits, tasks and callbacks."},
)
SECURITY_SCHEMES: Final[Json] = {
    "admin": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token in the file admin.token of the data folder, or a key with the scope admin.",
    }
}
_LIMIT: Final = QueryParameter("limit", "How many, newest first; at most 500.", {"type": "integer"})
_TENANT: Final = QueryParameter("tenant", "One tenant's only.")
_DIALECT: Final = QueryParameter("dialect", "The format of the body; without it the body tells by its form.")
_SIGNATURE_PARAMETERS: Final = tuple(
    QueryParameter(name, "From the link, as it is.", required=True) for name in "veks"
)
_LIMITS: Final[Json] = {"rpm": 60, "running": 5, "queued": 200, "daily_credits": 0}
_BODY_ERRORS: Final = (errors.BodyTooLarge, errors.BodyTooSlow)
_LINK_ERRORS: Final = (errors.LinkExpired, errors.LinkForged)
_MP4: Final = ("video/mp4", None)
_REQUEST: Final[Json] = {"images": ["https://example.com/dawn.png"], "prompt": "The camera moves in."}
_PRICE: Final[Json] = {"credits": 25, "usd": "0.125"}
_EXAMPLE_VERDICT: Final[Json] = {
    "valid": False,
    "model": "q2-pro-img2video",
    "available": True,
    "problems": [
        {
            "field": "duration",
            "error": "InvalidRequest",
            "got": "11",
            "rule": "must be a whole number from 1 to 10",
            "message": "duration: got 11; must be a whole number from 1 to 10.",
        }
    ],
    "ignored": [],
    "seconds": None,
    "resolution": None,
    "price": None,
}


_PATH_PARAMETERS: Final = {
    "id": ("What it is called in lists.", "1"),
    "key": ("The file's place, from the link.", "videos/1.mp4"),
    "model": ("A model's name, in any format's spelling.", "vidu-q2-pro-img2video"),
    "name": ("Its name.", "default"),
}


def _make_admin_route(method: str, path: str, summary: str, **more: Any) -> OwnRoute:
    body = _BODY_ERRORS if more.get("body") is not None else ()
    return OwnRoute(
        method, path, summary, RequiredAccess.ADMIN, "admin", also=(*body, *more.pop("also", ())), **more
    )


OWN_ROUTES: Final[tuple[OwnRoute, ...]] = (
    OwnRoute("GET", "/", "Says what this server is, and where to submit."),
    OwnRoute("GET", "/openapi.json", "Answers with this document."),
    OwnRoute("GET", "/docs", "Answers with this reference as a page.", answers=("text/html", None)),
    OwnRoute("GET", "/docs/{name}", "Answers with a file of that page.", also=(errors.UnknownEndpoint,)),
    OwnRoute(
        "GET", "/llms.txt", "Tells language models how to use this server.", answers=("text/plain", None)
    ),
    OwnRoute("GET", "/health/live", "Answers while the process lives."),
    OwnRoute("GET", "/health/ready", "Answers 200 while orders can be taken.", also=(errors.Unavailable,)),
    OwnRoute("GET", "/v1/models", "Lists the models with limits and prices, and says which can be had here."),
    OwnRoute("GET", "/v1/models/{id}", "Describes one model.", also=(errors.UnknownEndpoint,)),
    OwnRoute("GET", "/v1/voices", "Lists the voices that requests may name."),
    OwnRoute(
        "POST",
        "/v1/validate/{model}",
        "Lists every rule that a request breaks, with its price; makes nothing.",
        RequiredAccess.KEY,
        query=(_DIALECT,),
        body=_REQUEST | {"duration": 11},
        answers=("application/json", _EXAMPLE_VERDICT),
        also=(errors.UnknownEndpoint, *_BODY_ERRORS),
    ),
    OwnRoute(
        "POST",
        "/v1/quote",
        "Says what a request would cost and when its video would be there; makes nothing.",
        RequiredAccess.KEY,
        query=(QueryParameter("model", "The model, where the body does not name it."), _DIALECT),
        body={"model": "vidu-q2-pro-img2video"} | _REQUEST,
        also=(errors.UnknownEndpoint, errors.UnsupportedOrder, *_BODY_ERRORS),
    ),
    OwnRoute(
        "GET",
        "/v1/user/balance",
        "Says what the key's tenant can spend; negative credits were spent and are to be paid.",
        RequiredAccess.KEY,
        answers=(
            "application/json",
            {"tenant": "default", "credits": 975, "held": 25, "usd": "4.875", "prepaid": True},
        ),
    ),
    OwnRoute(
        "POST",
        "/v1/verify",
        "Says whether a video is untouched, who made it and which task.",
        RequiredAccess.KEY,
        takes="application/octet-stream",
        also=_BODY_ERRORS,
    ),
    OwnRoute(
        "GET",
        "/.well-known/keyreel-c2pa.pem",
        "Answers with the root certificate of this server's signatures.",
        answers=("application/pem-certificate-chain", None),
    ),
    OwnRoute(
        "GET",
        "/files/{key}",
        "Answers with a file.",
        tag="files",
        query=_SIGNATURE_PARAMETERS,
        answers=_MP4,
        also=_LINK_ERRORS,
    ),
    OwnRoute(
        "HEAD",
        "/files/{key}",
        "Says how large a file is.",
        tag="files",
        query=_SIGNATURE_PARAMETERS,
        also=_LINK_ERRORS,
    ),
    OwnRoute(
        "PUT",
        "/files/{key}",
        "Takes an upload, once, at an address from POST /customers/storage or /tools/v2/files/uploads.",
        tag="files",
        query=_SIGNATURE_PARAMETERS,
        takes="application/octet-stream",
        also=(*_LINK_ERRORS, errors.InvalidRequest, errors.InvalidImage, *_BODY_ERRORS),
    ),
    _make_admin_route("GET", "/v1/admin/keys", "Lists the keys, without showing them."),
    _make_admin_route(
        "POST",
        "/v1/admin/keys",
        "Makes a key; this answer alone shows it.",
        body={"tenant": "acme", "name": "website"} | _LIMITS,
        status="201",
    ),
    _make_admin_route(
        "PATCH", "/v1/admin/keys/{id}", "Sets a key's limits.", body=_LIMITS, also=(errors.InvalidKey,)
    ),
    _make_admin_route("DELETE", "/v1/admin/keys/{id}", "Makes a key invalid from now on."),
    _make_admin_route("GET", "/v1/admin/tenants", "Lists the tenants with their credits and limits."),
    _make_admin_route(
        "POST", "/v1/admin/tenants", "Makes a tenant.", body={"name": "acme"} | _LIMITS, status="201"
    ),
    _make_admin_route("PATCH", "/v1/admin/tenants/{name}", "Sets a tenant's limits.", body=_LIMITS),
    _make_admin_route(
        "POST",
        "/v1/admin/tenants/{name}/grants",
        "Gives a tenant credits; with the operator's own name for it, only once.",
        body={"credits": 1000, "txn": "invoice-17"},
    ),
    _make_admin_route("GET", "/v1/admin/tasks", "Lists the newest tasks of all tenants.", query=(_LIMIT,)),
    _make_admin_route("GET", "/v1/admin/storage", "Lists tasks whose files ought to be stored and are not."),
    _make_admin_route("GET", "/v1/admin/clock", "Tells the server's time."),
    _make_admin_route(
        "POST",
        "/v1/admin/clock/advance",
        "Moves the clock forward, in development mode alone.",
        body={"seconds": 60},
        also=(errors.UnknownEndpoint,),
    ),
    _make_admin_route(
        "GET",
        "/v1/admin/callbacks",
        "Lists the newest callbacks with every attempt.",
        query=(_LIMIT, QueryParameter("task", "One task's only.")),
        also=(errors.UnknownTask,),
    ),
    _make_admin_route(
        "GET", "/v1/admin/callbacks/secret", "Shows what callbacks are signed with.", query=(_TENANT,)
    ),
    _make_admin_route(
        "POST", "/v1/admin/callbacks/{id}/replay", "Sends a callback again.", also=(errors.UnknownTask,)
    ),
    _make_admin_route(
        "POST",
        "/v1/admin/matches",
        "Finds the tasks whose video has a SHA-256, or looks like a fingerprint's.",
        body={"sha256": "", "fingerprint": ""},
    ),
    _make_admin_route(
        "GET", "/v1/admin/ledger", "Answers with every posting.", answers=("application/x-ndjson", None)
    ),
    _make_admin_route("GET", "/v1/admin/ledger/verify", "Says whether the books add up."),
    _make_admin_route("GET", "/v1/admin/usage", "Says what each task has cost.", query=(_TENANT,)),
)


def describe_operations() -> dict[str, dict[str, Json]]:
    """Return OpenAPI's description of every address, by path and method."""
    found: dict[str, dict[str, Json]] = {}
    for own in OWN_ROUTES:
        found.setdefault(own.path, {})[own.method.lower()] = _describe_operation(own)
    return found


def _describe_operation(own: OwnRoute) -> Json:
    words = re.sub(r"[^a-z0-9]+", "_", f"{own.method} {own.path}".lower()).strip("_")
    names: list[str] = re.findall(r"\{(\w+)\}", own.path)
    operation: Json = {
        "tags": [own.tag],
        "operationId": f"keyreel_{words}",
        "summary": own.summary,
        "security": {RequiredAccess.NOTHING: [], RequiredAccess.KEY: [{"bearer": []}, {"key": []}]}.get(
            own.access, [{"admin": []}]
        ),
        "parameters": [
            *map(_describe_path_parameter, names),
            *map(describe_query_parameter, own.query),
        ],
        "responses": {own.status: _describe_response(own), **_describe_error_responses(own)},
    }
    if own.body is not None:
        media = {"schema": {"type": "object"}, "examples": {"usual": {"value": own.body}}}
        operation["requestBody"] = {"required": True, "content": {"application/json": media}}
    if own.takes:
        operation["requestBody"] = {"required": True, "content": {own.takes: {"schema": {}}}}
    return operation


def _describe_path_parameter(name: str) -> Json:
    description, usual = _PATH_PARAMETERS[name]
    schema: Json = {"type": "string", "examples": [usual]}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _describe_response(own: OwnRoute) -> Json:
    kind, example = own.answers
    media: Json = (
        {"schema": {}} if example is None else {"schema": {}, "examples": {"usual": {"value": example}}}
    )
    return {"description": own.summary, "content": {kind: media}}


def _describe_error_responses(own: OwnRoute) -> Json:
    """Describe the refusals, those of one status together."""
    kinds: list[type[Refusal]] = [*own.also, errors.InternalFault]
    if own.access is not RequiredAccess.NOTHING:
        kinds += [errors.InvalidRequest, errors.MissingKey, errors.InvalidKey, errors.MissingScope]
        kinds += [errors.RateLimited, errors.Unavailable]
    return describe_error_responses(find_dialect_at(own.path), tuple(dict.fromkeys(kinds)))
