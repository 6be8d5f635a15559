"""The query of a request's URL, parsed once for all requests that have the same."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from starlette.datastructures import QueryParams

if TYPE_CHECKING:
    from starlette.requests import Request

_MAX_CACHED_BYTES: Final = 128
"""Of a query: those of polls are shorter, and longer ones would fill the cache with megabytes."""


def get_query(request: Request) -> QueryParams:
    """Return the values by their names; polls of one task have the same query each time."""
    text: bytes = request.scope["query_string"]
    return QueryParams(text) if len(text) > _MAX_CACHED_BYTES else _parse_once(text)


_parse_once = lru_cache(maxsize=1024)(QueryParams)
