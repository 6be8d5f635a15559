"""Every endpoint that is spoken here, and how its name is found in whatever spelling."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from keyreel.errors import UnknownEndpoint
from keyreel.wire import sources
from keyreel.wire.models.vidu_q1 import Q1Reference2Video
from keyreel.wire.models.vidu_q2 import Q2Reference2Video
from keyreel.wire.models.vidu_q2_pro import Q2ProImg2Video, Q2ProMultiframe, Q2ProStartEnd2Video

if TYPE_CHECKING:
    from keyreel.wire.endpoint import Endpoint

ENDPOINTS: Final[tuple[type[Endpoint], ...]] = (
    Q2ProMultiframe,
    Q2ProImg2Video,
    Q1Reference2Video,
    Q2Reference2Video,
    Q2ProStartEnd2Video,
)

TRUSTED: Final = MappingProxyType({sources.TRUSTED: True})
"""The validation context for reading our own rows again: only there are `asset:` references accepted."""

# Names in use that no rule leads to.
_ALIASES: Final = {"q2prostartend": "q2-pro-start-end2video"}
_BY_NAME: Final = {kind.name(): kind for kind in ENDPOINTS}
_BY_LETTERS: Final = {re.sub(r"[^a-z0-9]", "", name): kind for name, kind in _BY_NAME.items()}
_LONGEST: Final = 100


def endpoint(name: str) -> type[Endpoint]:
    """Return the endpoint with this catalogue name, for example "q2-pro-img2video".

    Raises:
        UnknownEndpoint: there is none.
    """
    if name not in _BY_NAME:
        raise UnknownEndpoint(f"model: got {name[:64]!r}; there is no such model here.", field="model")
    return _BY_NAME[name]


def find(spelling: str) -> type[Endpoint]:
    """Return the endpoint meant by any spelling in use: catalogue names and every dialect's ids and aliases.

    Case, hyphens, dots, underscores and a leading "vidu" carry no meaning, so that "vidu-q2-pro-img2video",
    "viduq2_pro_img2video" and "q2-pro-img2video" are one.

    Raises:
        UnknownEndpoint: there is none.
    """
    letters = re.sub(r"[^a-z0-9]", "", spelling[:_LONGEST].lower()).removeprefix("vidu")
    return endpoint(_ALIASES.get(letters) or _name(letters) or spelling)


def _name(letters: str) -> str:
    return _BY_LETTERS[letters].name() if letters in _BY_LETTERS else ""
