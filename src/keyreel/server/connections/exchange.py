"""One request and its response, as uvicorn hands them to an ASGI application, in fewer writes."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uvicorn._types import ASGISendEvent, HTTPResponseBodyEvent, HTTPResponseStartEvent

# RFC 9110, 5.5 and 5.6.2: a name is a token, and a value has no control characters but tabs.
_HEADER_LINES: Final = re.compile(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [^\x00-\x08\x0a-\x1f\x7f]*\r\n)*")
_WITHOUT_BODY: Final = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class Exchange(RequestResponseCycle):
    """Sends a response's head together with the first piece of its body.

    uvicorn writes them apart: two system calls for each response, and a client that wakes up for half of it.
    """

    _head = b""
    """What is formatted and not sent yet."""

    async def send(self, message: ASGISendEvent) -> None:
        """Take a message of the application; wait while the client reads more slowly than it writes.

        Raises:
            RuntimeError: it is not what may follow, or the body is not as long as its head says.
        """
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start" and not self.response_started:
            self.response_started, self.waiting_for_100_continue = True, False
            self._head = self._format_head(message)
        elif message["type"] == "http.response.body" and self.response_started and not self.response_complete:
            self._send_piece(message)
        else:
            raise RuntimeError(f"The application sent {message['type']!r} where that cannot follow.")

    def _format_head(self, message: HTTPResponseStartEvent) -> bytes:
        headers = [*self.default_headers, *message.get("headers", ())]
        found = dict(headers)
        if b"close" in found.get(b"connection", b"").lower():
            self.keep_alive = False
        elif not self.keep_alive:
            headers.append((b"connection", b"close"))
        if b"content-length" in found:
            self.expected_content_length = int(found[b"content-length"])
        elif self.scope["method"] != "HEAD" and message["status"] not in _WITHOUT_BODY:
            self.chunked_encoding = True
            headers.append((b"transfer-encoding", b"chunked"))
        return b"%b%b\r\n" % (STATUS_LINE[message["status"]], _format_headers(headers))

    def _send_piece(self, message: HTTPResponseBodyEvent) -> None:
        piece, has_more = message.get("body", b""), message.get("more_body", False)
        self.transport.write(self._head + self._frame(piece, is_last=not has_more))
        self._head = b""
        if has_more:
            return
        if self.expected_content_length:
            raise RuntimeError("The body is shorter than its Content-Length.")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    def _frame(self, piece: bytes, *, is_last: bool) -> bytes:
        """Return a piece of the body as it is sent."""
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            return b""
        if self.chunked_encoding:
            end = b"0\r\n\r\n" if is_last else b""
            return b"%x\r\n%b\r\n%b" % (len(piece), piece, end) if piece else end
        if len(piece) > self.expected_content_length:
            raise RuntimeError("The body is longer than its Content-Length.")
        self.expected_content_length -= len(piece)
        return piece


def _format_headers(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return headers as lines.

    Raises:
        RuntimeError: one of them would be no line, or several.
    """
    lines = b"".join([b"%b: %b\r\n" % header for header in headers])
    if not _HEADER_LINES.fullmatch(lines) or lines.count(b"\n") != len(headers):
        raise RuntimeError("The name or the value of a header is not valid.")
    return lines
