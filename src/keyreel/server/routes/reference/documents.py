"""Documents that stay the same while the server runs: built once, and not sent again to who has them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from keyreel.server.requests.base_url import get_base_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from keyreel.server.services import Services

JSON_TYPE: Final = "application/json"
_PLACE_OF_URL: Final = "https://base-url.invalid"
"""Stands in a document for the URL by which a client reaches this server."""


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a document and their entity tag, in quotes."""

    body: bytes
    media_type: str
    etag: str

    def respond(self, request: Request, headers: Mapping[str, str] | None = None) -> Response:
        """Answer with the document, or 304 where the client has it already (RFC 9110, 13.1.2)."""
        # Caches may keep it, and ask by its tag whether it is still the same: a new version may run.
        headers = {"Cache-Control": "public, no-cache", **(headers or {}), "ETag": self.etag}
        tags = request.headers.get("if-none-match", "").split(",")
        if any(tag.strip().removeprefix("W/") in {self.etag, "*"} for tag in tags):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(self.body, headers=headers, media_type=self.media_type)


def make_document(body: bytes, media_type: str) -> Document:
    """Return a document of these bytes."""
    return Document(body, media_type, _make_tag(body))


class GeneratedDocument:
    """A document that is built in a thread when it is first asked for; it may hold the server's URL.

    Args:
        build: Builds it for a URL: text, or what is to become JSON.
    """

    def __init__(self, build: Callable[[str], Any], media_type: str = JSON_TYPE) -> None:
        self._build = build
        self._media_type = media_type
        self._template: Document | None = None

    async def respond(self, request: Request, services: Services) -> Response:
        """Answer with the document, or 304 where the client has it already.

        Raises:
            Refusal: as `build` does.
        """
        if self._template is None:
            self._template = await asyncio.to_thread(self._build_template)
        url, template = get_base_url(request, services), self._template
        written = json.dumps(url)[1:-1] if self._media_type == JSON_TYPE else url
        body = template.body.replace(_PLACE_OF_URL.encode(), written.encode())
        # A digest of the whole would take longer than everything else here.
        return Document(body, self._media_type, _make_tag(f"{template.etag} {url}".encode())).respond(request)

    def _build_template(self) -> Document:
        built = self._build(_PLACE_OF_URL)
        is_json = self._media_type == JSON_TYPE
        text = json.dumps(built, ensure_ascii=False, separators=(",", ":")) if is_json else built
        return make_document(text.encode(), self._media_type)


def _make_tag(data: bytes) -> str:
    return f'"{sha256(data).hexdigest()[:32]}"'
