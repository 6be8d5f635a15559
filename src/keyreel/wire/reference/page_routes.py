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
        "Says what this server is, and where to submit; to browsers it answers with the studio.",
        own.ServerIndex,
        media_types=("application/json", "text/html"),
    ),
    OwnRoute(
        "show_studio_file",
        "GET",
        "/studio/{name:path}",
        "Answers with a file of the studio.",
        media_types=("text/css", "text/javascript", "text/plain", "image/svg+xml", "image/webp"),
        errors=(errors.UnknownEndpoint,),
    ),
    OwnRoute("show_openapi", "GET", "/openapi.json", "Answers with this document.", own.OpenApiDocument),
    OwnRoute(
        "show_docs",
        "GET",
        "/docs",
        "Answers with this reference as a page, for trying requests out.",
        media_types=("text/html",),
    ),
    OwnRoute(
        "show_llms_txt",
        "GET",
        "/llms.txt",
        "Tells language models how to use this server.",
        media_types=("text/plain",),
    ),
)
