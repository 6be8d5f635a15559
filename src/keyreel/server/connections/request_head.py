"""What the head of a request may not say: what proxies read differently, and what is not spoken here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def check_request_head(
    method: bytes, version: str, headers: Sequence[tuple[bytes, bytes]]
) -> InvalidRequest | None:
    """Return why this server does not take such a request; None where it does. Names are in lower case."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    fault = next(_find_faults(method, version, values), None)
    return InvalidRequest(fault) if fault else None


def _find_faults(method: bytes, version: str, values: dict[bytes, list[bytes]]) -> Iterator[str]:
    if version not in {"1.0", "1.1"}:
        yield "This server supports HTTP/1.1 and HTTP/1.0."
    if method == b"CONNECT":
        yield "This server is not a proxy: it does not support CONNECT."
    if any(b"websocket" in value.lower() for value in values.get(b"upgrade", [])):
        yield "This server does not support WebSockets."
    hosts = len(values.get(b"host", []))
    if hosts > 1 or (not hosts and version == "1.1"):
        yield "The request must have exactly one Host header."
    encodings = values.get(b"transfer-encoding", [])
    # RFC 9112, 6.1: each of these is a way to smuggle a request past a proxy.
    if encodings and (version == "1.0" or b"content-length" in values):
        yield "The request states the length of its body twice."
    if encodings and (len(encodings) > 1 or encodings[0].lower() != b"chunked"):
        yield "The only supported Transfer-Encoding is chunked."
