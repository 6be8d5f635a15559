"""The wire formats, one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.errors import UnknownEndpoint
from keyreel.wire.dialects.async_v3 import AsyncV3
from keyreel.wire.dialects.comfy import Comfy
from keyreel.wire.dialects.native import Native
from keyreel.wire.dialects.openai_videos import OpenAIVideos
from keyreel.wire.dialects.vtrix import Vtrix

if TYPE_CHECKING:
    from keyreel.wire.dialect import Dialect

DIALECTS: Final[tuple[Dialect, ...]] = (AsyncV3(), Vtrix(), Native(), Comfy(), OpenAIVideos())


def dialect(name: str) -> Dialect:
    """Return the dialect with this name.

    Raises:
        UnknownEndpoint: there is none.
    """
    for each in DIALECTS:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in DIALECTS)
    raise UnknownEndpoint(f"dialect: got {name[:64]!r}; must be one of {known}.", field="dialect")
