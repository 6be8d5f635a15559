"""Responses to requests that no route ever sees: their headers were too long, too slow or not valid."""

from __future__ import annotations

import json
from secrets import token_hex
from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from keyreel.errors import RateLimited, Unavailable
from keyreel.wire.dialects.registry import find_dialect_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyreel.errors import Refusal


def write_refusal(error: Refusal, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return a whole HTTP response, in the format of the dialect that the request's target belongs to."""
    path = target.partition(b"?")[0].decode("ascii", "replace")
    request_id = token_hex(16)
    status, body = find_dialect_at(path).build_error_response_at(path, error, request_id)
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    fields = [
        *headers,
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
    ]
    if isinstance(error, Unavailable | RateLimited):
        fields.append((b"retry-after", str(error.retry_after_seconds).encode()))
    lines = b"".join(b"%b: %b\r\n" % field for field in fields)
    return STATUS_LINE[status] + lines + b"\r\n" + content
