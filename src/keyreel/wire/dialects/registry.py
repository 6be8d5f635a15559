"""The registry of dialects: every wire format, found by its name or by a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.errors import UnknownEndpoint
from keyreel.wire.dialects.async_v3 import AsyncV3
from keyreel.wire.dialects.native_family.comfy import Comfy
from keyreel.wire.dialects.native_family.native import Native
from keyreel.wire.dialects.openai.videos import OpenAIVideos
from keyreel.wire.dialects.vtrix_family.vtrix import Vtrix

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Dialect

DEFAULT_DIALECT: Final[Dialect] = AsyncV3()
"""The format of error responses at paths that belong to none."""

DIALECTS: Final[tuple[Dialect, ...]] = (DEFAULT_DIALECT, Vtrix(), Native(), Comfy(), OpenAIVideos())


def find_dialect_at(path: str) -> Dialect:
    """Return the dialect that a path belongs to, whether there is anything at it or not."""
    return next((each for each in DIALECTS if path.startswith(each.path_prefixes)), DEFAULT_DIALECT)


def find_dialect(name: str) -> Dialect:
    """Return the dialect with this name.

    Raises:
        UnknownEndpoint: there is none.
    """
    for each in DIALECTS:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in DIALECTS)
    raise UnknownEndpoint(f"dialect: got {name[:64]!r}; must be one of {known}.", field="dialect")
