"""The studio: the page at `/` for browsers and at `/docs`, and the files that it loads."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from keyreel.errors import Unavailable, UnknownEndpoint
from keyreel.server.routes.reference.discovery import show_index
from keyreel.server.routes.reference.documents import Document, accepts_gzip, make_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services

_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webp": "image/webp",
}
_COMPRESSED: Final = frozenset({".html", ".css", ".js", ".svg"})
"""Kinds of files that gzip makes smaller."""
_PAGE: Final = "index.html"
_SAMPLE_KEY: Final = "videos/1/1.mp4"
"""Stands for any result: all of them lie at one origin."""
_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For files that are named by their contents."""


@dataclass(frozen=True, slots=True)
class _StudioFile:
    plain: Document
    gzipped: Document | None


class StudioRoutes:
    """The routes /, /docs and /studio/{name}; none needs a key: the page asks for one."""

    def __init__(self, services: Services) -> None:
        folder = files("keyreel.server").joinpath("static", "studio")
        self._files = dict(_read_files(folder))
        self._services = services

    async def show_index(self, request: Request) -> Response:
        """Send the studio to a browser, and the server's index to everything else."""
        if "text/html" not in request.headers.get("accept", ""):
            response: Response = await show_index(request)
        else:
            response = self._respond_with_page(request)
        response.headers["Vary"] = "Accept, Accept-Encoding"
        return response

    async def show_docs(self, request: Request) -> Response:
        """Send the studio, which shows the reference here."""
        response = self._respond_with_page(request)
        response.headers["Vary"] = "Accept-Encoding"
        return response

    async def show_file(self, request: Request) -> Response:
        """Send one of the files that the page loads.

        Raises:
            UnknownEndpoint: there is no such file.
        """
        name = request.path_params["name"]
        if name not in self._files or name == _PAGE:
            raise UnknownEndpoint(f"There is nothing at {request.url.path[:200]}.")
        response = self._respond(request, name, _FOREVER if name.startswith("assets/") else {})
        response.headers["Vary"] = "Accept-Encoding"
        return response

    def _respond_with_page(self, request: Request) -> Response:
        return self._respond(request, _PAGE, {"Content-Security-Policy": self._write_policy()})

    def _write_policy(self) -> str:
        media = " ".join(("'self' blob:", *self._list_media_origins()))
        return (
            f"default-src 'self'; media-src {media}; img-src {media} data:; object-src 'none'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def _list_media_origins(self) -> Iterator[str]:
        """Yield where links to videos and covers lead, if not to the page's own origin."""
        try:
            link = self._services.signer.build_result_link(self._services.settings.public_url, _SAMPLE_KEY, 1)
        except Unavailable:
            # The store's keys are not to be had now: neither are links, until the page is loaded again.
            return
        parts = urlsplit(link)
        if parts.scheme:
            yield f"{parts.scheme}://{parts.netloc}"

    def _respond(self, request: Request, name: str, headers: dict[str, str]) -> Response:
        file = self._files[name]
        if file.gzipped and accepts_gzip(request):
            return file.gzipped.respond(request, {**_HEADERS, **headers, "Content-Encoding": "gzip"})
        return file.plain.respond(request, {**_HEADERS, **headers})


def _read_files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, _StudioFile]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _read_files(entry, f"{prefix}{entry.name}/")
            continue
        kind = PurePosixPath(entry.name).suffix
        body = entry.read_bytes()
        # Without a time in it, so that the same file has the same tag on every server.
        small = make_document(gzip.compress(body, mtime=0), _TYPES[kind]) if kind in _COMPRESSED else None
        yield f"{prefix}{entry.name}", _StudioFile(make_document(body, _TYPES[kind]), small)
