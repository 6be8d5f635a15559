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
        "Validates a request: lists every broken rule, and the price. Makes nothing.",
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
        "Returns what a request would cost and when its video would be ready. Makes nothing.",
        own.Quote,
        query=(QueryParameter("model", "The model, if it is not in the body."), DIALECT),
        request_example={"model": "vidu-q2-pro-img2video"} | _REQUEST,
        errors=(errors.UnknownEndpoint, errors.UnsupportedOrder),
    ),
    _key(
        "show_balance",
        "GET",
        "/v1/user/balance",
        "Returns the balance of the key's tenant. Negative credits were used and are still to be paid.",
        own.Balance,
        response_example=own.EXAMPLE_BALANCE,
    ),
    _key(
        "verify_file",
        "POST",
        "/v1/verify",
        "Verifies a video: whether it is untouched, who made it, and which task.",
        own.FileFindings,
        request_media_type="application/octet-stream",
    ),
    OwnRoute(
        "describe_key",
        "GET",
        "/v1/whoami",
        "Returns the scopes and the tenant of the key.",
        own.KeyDescription,
        access=RequiredAccess.ANY_KEY,
    ),
    _key(
        "call_tools",
        "POST",
        "/mcp",
        "Handles a message of the Model Context Protocol (streamable HTTP).",
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
        "Lists the engines with what each makes and whether it works.",
        own.EngineStates,
    ),
    OwnRoute(
        "upload_image",
        "POST",
        "/v1/uploads",
        "Stores an image, sent as the body or as `file` in a form. Use its `uri` in requests.",
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
