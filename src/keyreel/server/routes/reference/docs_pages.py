"""The reference for people and for language models: the page at /docs, and /llms.txt."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response

from keyreel.errors import UnknownEndpoint
from keyreel.server.requests.base_url import get_base_url
from keyreel.wire.reference.llms_txt import build_llms_txt

if TYPE_CHECKING:
    from starlette.requests import Request

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
    "Cache-Control": "no-cache",
}


class DocsRoutes:
    """The routes /docs, /docs/{name} and /llms.txt; none needs a key."""

    def __init__(self, services: Services) -> None:
        self._services = services
        folder = files("keyreel.server.routes.reference").joinpath("static")
        self._files = {name: folder.joinpath(name).read_bytes() for name in _TYPES}

    async def show_docs(self, request: Request) -> Response:
        """Send the page, or one of the files that it loads.

        Raises:
            UnknownEndpoint: there is no such file.
        """
        name = request.path_params.get("name", "docs.html")
        if name not in self._files:
            raise UnknownEndpoint(f"There is nothing at {request.url.path[:200]}.")
        return Response(self._files[name], media_type=_TYPES[name], headers=_HEADERS)

    async def show_llms_txt(self, request: Request) -> PlainTextResponse:
        """Describe to a language model how to use this server."""
        return PlainTextResponse(build_llms_txt(get_base_url(request, self._services)))
