"""Documents that stay the same while the server runs: built once, and not sent again to who has them."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from keyreel.server.requests.base_url import get_base_url
from keyreel.server.streamed_response import StreamedResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from starlette.requests import Request

    from keyreel.server.services import Services

JSON_TYPE: Final = "application/json"
_PIECE_BYTES: Final = 64 * 1024
_PLACE_OF_URL: Final = "https://base-url.invalid"
"""Stands in a document for the URL by which a client reaches this server."""


@dataclass(frozen=True, slots=True)
class Document:
    """The parts of a document, in their order, and its entity tag, in quotes."""

    parts: tuple[bytes, ...]
    media_type: str
    etag: str

    def respond(self, request: Request, headers: Mapping[str, str] | None = None) -> Response:
        """Answer with the document, or 304 where the client has it already (RFC 9110, 13.1.2)."""
        # Caches may keep it, and ask by its tag whether it is still the same: a new version may run.
        headers = {"Cache-Control": "public, no-cache", **(headers or {}), "ETag": self.etag}
        tags = request.headers.get("if-none-match", "").split(",")
        if any(tag.strip().removeprefix("W/") in {self.etag, "*"} for tag in tags):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        headers["Content-Length"] = str(sum(map(len, self.parts)))
        return StreamedResponse(self._iterate_pieces(), headers=headers, media_type=self.media_type)

    async def _iterate_pieces(self) -> AsyncIterator[bytes]:
        """Yield the document in small pieces: a client that does not read holds one of them, not a copy."""
        for part in self.parts:
            for start in range(0, len(part), _PIECE_BYTES):
                yield part[start : start + _PIECE_BYTES]


def make_document(body: bytes, media_type: str) -> Document:
    """Return a document of these bytes."""
    return Document((body,), media_type, _make_tag(body))


class GeneratedDocument:
    """A document that is built in a thread when it is first asked for; it may hold the server's URL.

    Args:
        build: Builds it for a URL: text, or what is to become JSON.
    """

    def __init__(self, build: Callable[[str], Any], media_type: str = JSON_TYPE) -> None:
        self._build = build
        self._media_type = media_type
        self._template: Document | None = None
        """The parts between which the URL belongs."""
        self._gzipped: Document | None = None
        """For the URL by which it was last asked for."""

    async def respond(self, request: Request, services: Services) -> Response:
        """Answer with the document, or 304 where the client has it already.

        Raises:
            Refusal: as `build` does.
        """
        if self._template is None:
            self._template = await asyncio.to_thread(self._build_template)
        url, template = get_base_url(request, services), self._template
        written = json.dumps(url)[1:-1] if self._media_type == JSON_TYPE else url
        parts = [part for each in template.parts for part in (written.encode(), each)][1:]
        # A digest of the whole would take longer than everything else here.
        etag = _make_tag(f"{template.etag} {url}".encode())
        document, varying = Document(tuple(parts), self._media_type, etag), {"Vary": "Accept-Encoding"}
        if not accepts_gzip(request):
            return document.respond(request, varying)
        if self._gzipped is None or self._gzipped.etag != _tag_gzipped(etag):
            # 20 ms for the OpenAPI document, which has a twentieth of its bytes then.
            self._gzipped = await asyncio.to_thread(_compress, document)
        return self._gzipped.respond(request, {**varying, "Content-Encoding": "gzip"})

    def _build_template(self) -> Document:
        built = self._build(_PLACE_OF_URL)
        is_json = self._media_type == JSON_TYPE
        text = json.dumps(built, ensure_ascii=False, separators=(",", ":")) if is_json else built
        parts = tuple(text.encode().split(_PLACE_OF_URL.encode()))
        return Document(parts, self._media_type, _make_tag(text.encode()))


def accepts_gzip(request: Request) -> bool:
    """Return whether the client takes a response compressed by gzip."""
    accepted = request.headers.get("accept-encoding", "").split(",")
    return "gzip" in {each.partition(";")[0].strip() for each in accepted}


def _compress(document: Document) -> Document:
    # Without a time in it, so that the same document has the same bytes on every server.
    body = gzip.compress(b"".join(document.parts), 6, mtime=0)
    return Document((body,), document.media_type, _tag_gzipped(document.etag))


def _tag_gzipped(etag: str) -> str:
    return f'{etag[:-1]}-gzip"'


def _make_tag(data: bytes) -> str:
    return f'"{sha256(data).hexdigest()[:32]}"'
