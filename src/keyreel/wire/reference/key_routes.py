"""Keyreel's own routes for API keys that are about no task: entries of the table of own routes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from keyreel import errors
from keyreel.wire.dialects.dialect import QueryParameter
from keyreel.wire.reference.own_route import DIALECT, OwnRoute, RequiredAccess
from keyreel.wire.reference.responses import own_responses as own

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

_key = partial(OwnRoute, access=RequiredAccess.KEY)

_REQUEST: Final[Json] = {"images": ["https://example.com/dawn.png"], "prompt": "The camera moves in."}

KEY_ROUTES: Final = (
    _key(
        "validate_request",
        "POST",
        "/v1/validate/{model:path}",
        "Lists every rule that a request breaks, with its price; makes nothing.",
        own.RequestVerdict,
        query=(DIALECT,),
        request_example=_REQUEST | {"duration": 11},
        response_example=own.EXAMPLE_VERDICT,
        errors=(errors.UnknownEndpoint,),
    ),
    _key(
        "quote_request",
        "POST",
        "/v1/quote",
        "Says what a request would cost and when its video would be there; makes nothing.",
        own.Quote,
        query=(QueryParameter("model", "The model, where the body does not name it."), DIALECT),
        request_example={"model": "vidu-q2-pro-img2video"} | _REQUEST,
        errors=(errors.UnknownEndpoint, errors.UnsupportedOrder),
    ),
    _key(
        "show_balance",
        "GET",
        "/v1/user/balance",
        "Says what the key's tenant can spend; negative credits were spent and are to be paid.",
        own.Balance,
        response_example=own.EXAMPLE_BALANCE,
    ),
    OwnRoute(
        "verify_file",
        "POST",
        "/v1/verify",
        "Says whether a video is untouched, who made it and which task; to the admin token, any tenant's.",
        own.FileFindings,
        access=RequiredAccess.ANY_KEY,
        request_media_type="application/octet-stream",
    ),
    OwnRoute(
        "describe_key",
        "GET",
        "/v1/whoami",
        "Says what this key may do, and for whom.",
        own.KeyDescription,
        access=RequiredAccess.ANY_KEY,
    ),
    _key(
        "call_tools",
        "POST",
        "/mcp",
        "Answers a message of the Model Context Protocol (streamable HTTP), for assistants.",
        media_types=("text/event-stream",),
        request_example={
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "list_models", "arguments": {}},
        },
        errors=(errors.UnknownEndpoint,),
    ),
    _key(
        "list_engine_states",
        "GET",
        "/v1/engines",
        "Lists the engines: what each makes, and whether it works.",
        own.EngineStates,
    ),
    OwnRoute(
        "upload_image",
        "POST",
        "/v1/uploads",
        "Stores an image, the body or the part `file` of a form, to be named in requests by its `uri`.",
        own.UploadView,
        access=RequiredAccess.SUBMIT_KEY,
        request_media_type="application/octet-stream",
        status="201",
        errors=(
            errors.MissingField,
            errors.InvalidImage,
            errors.ImageTooLarge,
            errors.ImageTooManyPixels,
            errors.QuotaExceeded,
        ),
    ),
    _key(
        "show_upload",
        "GET",
        "/v1/uploads/{id}",
        "Describes an uploaded image.",
        own.UploadView,
        errors=(errors.UnknownEndpoint,),
    ),
)
