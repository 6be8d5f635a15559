"""HTTP/1.1 as uvicorn speaks it, within bounds: of headers' bytes and time, of waiting and of stalling."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from keyreel.errors import BodyTooSlow, HeadersTooLarge, InvalidRequest, Unavailable
from keyreel.server.connections.exchange import Exchange
from keyreel.server.connections.refusal_response import write_refusal
from keyreel.server.connections.request_head import check_request_head

if TYPE_CHECKING:
    from uvicorn import Config
    from uvicorn._types import ASGI3Application
    from uvicorn.server import ServerState

    from keyreel.errors import Refusal
    from keyreel.server.connections.registry import ConnectionRegistry

_REFUSED_SECONDS: Final = 1.0
"""How long a connection beyond the limit may take to send a request that can be refused."""
_LINGER_SECONDS: Final = 2.0
"""How long is read on after a refusal: closed at once, it might be lost (RFC 9112, 9.6)."""
_FREE_BODY_PIECES: Final = 4096
_LEAST_BYTES_PER_PIECE: Final = 64
"""On average, in a body of more pieces than those: a piece of one byte costs as much time as a large one."""
_RETRY_SECONDS: Final = 5


class RefusedByProtocol(Exception):
    """Ends the parser's work on a request: httptools knows no other way."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection. It reports to the registry whether it waits for its client or answers."""

    def __init__(
        self, config: Config, state: ServerState, app_state: dict[str, Any], registry: ConnectionRegistry
    ) -> None:
        super().__init__(config, state, app_state)
        self.url = b""
        self._registry = registry
        self._limits = registry.limits
        self._refusal: Refusal | None = None
        self._is_refused = False
        self._deadline: asyncio.TimerHandle | None = None
        self._stall_check: asyncio.TimerHandle | None = None
        # Bytes received since the parser last finished a header section, or gave out a piece of a body.
        self._unfinished_bytes = 0
        self._is_in_head = False
        self._is_in_message = False
        self._header_fields = 0
        self._body_pieces = 0
        self._body_bytes = 0
        self._progress = 0

    @property
    def _is_answering(self) -> bool:
        return bool(self.cycle and not self.cycle.response_complete)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Admit the connection, or prepare to refuse its first request."""
        super().connection_made(transport)
        if self._registry.admit(self):
            self._set_deadline(self._limits.header_seconds)
            return
        self._refusal = Unavailable(
            "The server has no free connections: try again soon.", retry_after_seconds=_RETRY_SECONDS
        )
        if self._registry.refuse(self):
            self._set_deadline(_REFUSED_SECONDS)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self._registry.forget(self)
        self._clear_deadline()
        if self._stall_check is not None:
            self._stall_check.cancel()

    def make_room(self) -> None:
        """Close at once: another connection needs the place."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, in pieces no larger than what is left of the bound on headers."""
        may_begin = self._deadline is None and not self._is_answering
        start = 0
        while start < len(data) and not self._is_refused and not self.transport.is_closing():
            piece = data[start : start + self._limits.header_bytes + 1 - self._unfinished_bytes]
            start += len(piece)
            self._unfinished_bytes += len(piece)
            super().data_received(piece)
            if self._unfinished_bytes > self._limits.header_bytes:
                kibibytes = self._limits.header_bytes // 1024
                self._refuse(HeadersTooLarge(f"The request's headers are larger than {kibibytes} KiB."))
        # Nearly always a request arrives whole, and needs no deadline.
        if may_begin and not self._is_answering and not self._is_refused:
            self._set_deadline(self._limits.header_seconds)

    def on_message_begin(self) -> None:
        """Begin a request."""
        if len(self.pipeline) >= self._limits.pipelined_requests:
            raise RefusedByProtocol
        super().on_message_begin()
        self._is_in_head = self._is_in_message = True
        self._header_fields = self._body_pieces = self._body_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; trailers, which come behind a body, are read by nobody."""
        self._header_fields += 1
        if self._header_fields > self._limits.header_fields:
            self._stop_parsing(
                HeadersTooLarge(f"The request has more than {self._limits.header_fields} headers.")
            )
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand a request to the application, if it is one that this server takes."""
        self._unfinished_bytes = 0
        self._is_in_head = False
        self._clear_deadline()
        self._unset_keepalive_if_required()
        if self._refusal is not None:
            raise RefusedByProtocol
        assert self.parser is not None
        method, version = self.parser.get_method(), self.parser.get_http_version()
        error = check_request_head(method, version, self.headers)
        if error is not None:
            self._stop_parsing(error)
        # After an upgrade the parser is at its end: for all it knows, what follows is another protocol.
        keeps_alive = (
            version != "1.0" and self.parser.should_keep_alive() and not self.parser.should_upgrade()
        )
        self._begin_exchange(method.decode("ascii"), version, keeps_alive=keeps_alive)
        self._registry.mark_busy(self)

    def _begin_exchange(self, method: str, version: str, *, keeps_alive: bool) -> None:
        """Have the application answer, once the requests before this one are answered."""
        url = httptools.parse_url(self.url)
        self.scope["method"] = method
        self.scope["http_version"] = version
        self.scope["path"] = unquote(url.path.decode("ascii"))
        self.scope["raw_path"] = url.path
        self.scope["query_string"] = url.query or b""
        must_wait, app = self._is_answering, cast("ASGI3Application", self.app)
        self.cycle = self._build_exchange(keeps_alive=keeps_alive)
        if must_wait:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, app))
        else:
            self._start_asgi_task(self.cycle, app)

    def _build_exchange(self, *, keeps_alive: bool) -> Exchange:
        return Exchange(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=keeps_alive,
            on_response=self.on_response_complete,
        )

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._unfinished_bytes = 0
        self._body_pieces += 1
        self._body_bytes += len(body)
        if self._body_pieces > _FREE_BODY_PIECES + self._body_bytes // _LEAST_BYTES_PER_PIECE:
            self._stop_parsing(InvalidRequest("The body is sent in too many small chunks."))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request: what follows is another one."""
        self._unfinished_bytes = 0
        self._is_in_message = False
        super().on_message_complete()
        if not self._is_answering:
            # It was answered before it had arrived. uvicorn waits for no more requests then, for good.
            self._clear_deadline()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_response_complete(self) -> None:
        """Wait for the client again, unless it has sent more requests; the rest of a body has its time."""
        super().on_response_complete()
        self._progress += 1
        self._watch_stalling()
        if not self._is_answering:
            self._registry.mark_waiting(self)
            if self._is_in_message:
                self._set_deadline(self._limits.body_seconds)

    def pause_writing(self) -> None:
        """Hold responses back: the client reads more slowly than they are written."""
        super().pause_writing()
        self._watch_stalling()

    def resume_writing(self) -> None:
        """Go on: the client has read."""
        super().resume_writing()
        self._progress += 1

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that the parser stopped at."""
        del msg
        self._refuse(self._refusal or InvalidRequest("This is not a valid HTTP request."))

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: who asks for an upgrade may be answered in HTTP/1.1 all the same (RFC 9110, 7.8)."""

    def _stop_parsing(self, error: Refusal) -> None:
        self._refusal = error
        raise RefusedByProtocol

    def _refuse(self, error: Refusal) -> None:
        """Answer with this error and close; where another response is under way, close alone."""
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        self._unset_keepalive_if_required()
        if self._is_answering:
            self.transport.abort()
            return
        self.transport.write(write_refusal(error, self.url, self.server_state.default_headers))
        self.transport.write_eof()
        self._set_deadline(_LINGER_SECONDS)

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self._end_at_deadline)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end_at_deadline(self) -> None:
        self._deadline = None
        if self._is_in_head and self._refusal is None and not self._is_refused:
            seconds = self._limits.header_seconds
            late = f"The request's headers did not arrive within {seconds:g} seconds."
            self._refuse(BodyTooSlow(late))
        else:
            self.transport.abort()

    def _watch_stalling(self) -> None:
        """Look again, after a while, whether anything was sent of what is to be sent now."""
        unsent = self.transport.get_write_buffer_size()
        if unsent and self._stall_check is None:
            self._stall_check = self.loop.call_later(
                self._limits.stall_seconds, self._end_stalled, unsent, self._progress
            )

    def _end_stalled(self, unsent: int, progress: int) -> None:
        self._stall_check = None
        if self.transport.get_write_buffer_size() >= unsent and self._progress == progress:
            self.transport.abort()
        else:
            self._watch_stalling()
