"""The reference for language models: /llms.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.server.routes.reference.documents import GeneratedDocument
from keyreel.wire.reference.llms_txt import build_llms_txt

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services


class LlmsTxtRoute:
    """The route /llms.txt; it needs no key."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._text = GeneratedDocument(build_llms_txt, "text/plain")

    async def show(self, request: Request) -> Response:
        """Describe to a language model how to use this server."""
        return await self._text.respond(request, self._services)
