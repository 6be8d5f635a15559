"""Keyreel's own routes about the server itself, its pages and documents: part of the table of own routes."""

from __future__ import annotations

from typing import Final

from keyreel import errors
from keyreel.wire.reference.own_route import OwnRoute
from keyreel.wire.reference.responses import own_responses as own

PAGE_ROUTES: Final = (
    OwnRoute(
        "show_index",
        "GET",
        "/",
        "Returns the server's name and routes, or the studio to browsers.",
        own.ServerIndex,
        media_types=("application/json", "text/html"),
    ),
    OwnRoute(
        "show_studio_file",
        "GET",
        "/studio/{name:path}",
        "Returns a file of the studio.",
        media_types=("text/css", "text/javascript", "text/plain", "image/svg+xml", "image/webp"),
        errors=(errors.UnknownEndpoint,),
    ),
    OwnRoute("show_openapi", "GET", "/openapi.json", "Returns this document.", own.OpenApiDocument),
    OwnRoute(
        "show_docs",
        "GET",
        "/docs",
        "Returns this reference as a web page.",
        media_types=("text/html",),
    ),
    OwnRoute(
        "show_docs_file",
        "GET",
        "/docs/{name}",
        "Returns a file of that page.",
        media_types=("text/html", "text/css", "text/javascript", "image/svg+xml"),
        errors=(errors.UnknownEndpoint,),
    ),
    OwnRoute(
        "show_llms_txt",
        "GET",
        "/llms.txt",
        "Instructions for language models.",
        media_types=("text/plain",),
    ),
)
