"""The reference for people and for language models: the page at /docs, and /llms.txt."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from keyreel.errors import UnknownEndpoint
from keyreel.server.routes.reference.documents import GeneratedDocument, make_document
from keyreel.wire.reference.llms_txt import build_llms_txt

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services

_TYPES: Final = {
    "docs.html": "text/html",
    "docs.css": "text/css",
    "docs.js": "text/javascript",
    "schema.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
# The page runs this server's own script and nothing else: no inline code, no other host, no frame around it.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class DocsRoutes:
    """The routes /docs, /docs/{name} and /llms.txt; none needs a key."""

    def __init__(self, services: Services) -> None:
        self._services = services
        folder = files("keyreel.server.routes.reference").joinpath("static")
        self._files = {
            name: make_document(folder.joinpath(name).read_bytes(), media_type)
            for name, media_type in _TYPES.items()
        }
        self._llms_txt = GeneratedDocument(build_llms_txt, "text/plain")

    async def show_docs(self, request: Request) -> Response:
        """Send the page, or one of the files that it loads.

        Raises:
            UnknownEndpoint: there is no such file.
        """
        name = request.path_params.get("name", "docs.html")
        if name not in self._files:
            raise UnknownEndpoint(f"There is nothing at {request.url.path[:200]}.")
        return self._files[name].respond(request, _HEADERS)

    async def show_llms_txt(self, request: Request) -> Response:
        """Describe to a language model how to use this server."""
        return await self._llms_txt.respond(request, self._services)
