"""The catalogue of endpoints, found by their names in any spelling."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from keyreel.errors import UnknownEndpoint
from keyreel.wire.endpoints.models.vidu_1_5 import (
    V15Img2Video,
    V15Reference2Video,
    V15StartEnd2Video,
    V15Text2Video,
)
from keyreel.wire.endpoints.models.vidu_2_0 import V20Img2Video, V20Reference2Video, V20StartEnd2Video
from keyreel.wire.endpoints.models.vidu_q1 import (
    Q1ClassicImg2Video,
    Q1ClassicStartEnd2Video,
    Q1Img2Video,
    Q1Reference2Video,
    Q1StartEnd2Video,
    Q1Text2Video,
)
from keyreel.wire.endpoints.models.vidu_q2 import Q2Reference2Video, Q2Template2Video, Q2Text2Video
from keyreel.wire.endpoints.models.vidu_q2_pro import (
    Q2ProExtend,
    Q2ProImg2Video,
    Q2ProMultiframe,
    Q2ProReference2Video,
    Q2ProStartEnd2Video,
)
from keyreel.wire.endpoints.models.vidu_q2_pro_fast import (
    Q2ProFastImg2Video,
    Q2ProFastReference2Video,
    Q2ProFastStartEnd2Video,
    Q2ProFastText2Video,
)
from keyreel.wire.endpoints.models.vidu_q2_turbo import (
    Q2TurboExtend,
    Q2TurboImg2Video,
    Q2TurboMultiframe,
    Q2TurboStartEnd2Video,
)
from keyreel.wire.endpoints.models.vidu_q3 import Q3Reference2Video
from keyreel.wire.endpoints.models.vidu_q3_mix import Q3MixReference2Video
from keyreel.wire.endpoints.models.vidu_q3_pro import Q3ProImg2Video, Q3ProStartEnd2Video, Q3ProText2Video
from keyreel.wire.endpoints.models.vidu_q3_pro_fast import Q3ProFastImg2Video
from keyreel.wire.endpoints.models.vidu_q3_turbo import (
    Q3TurboImg2Video,
    Q3TurboReference2Video,
    Q3TurboStartEnd2Video,
    Q3TurboText2Video,
)
from keyreel.wire.inputs import sources

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint

ENDPOINTS: Final[tuple[type[Endpoint], ...]] = (
    Q2ProMultiframe,
    Q2ProImg2Video,
    Q1Reference2Video,
    Q2Reference2Video,
    Q2ProStartEnd2Video,
    Q2ProReference2Video,
    Q2ProExtend,
    Q2TurboMultiframe,
    Q2TurboImg2Video,
    Q2TurboStartEnd2Video,
    Q2TurboExtend,
    Q2ProFastImg2Video,
    Q2ProFastStartEnd2Video,
    Q2ProFastReference2Video,
    Q2Text2Video,
    Q2ProFastText2Video,
    Q2Template2Video,
    Q1Img2Video,
    Q1StartEnd2Video,
    Q1Text2Video,
    V20Img2Video,
    V20StartEnd2Video,
    V20Reference2Video,
    Q3ProText2Video,
    Q3ProImg2Video,
    Q3ProStartEnd2Video,
    Q3TurboText2Video,
    Q3TurboImg2Video,
    Q3TurboStartEnd2Video,
    Q3Reference2Video,
    Q3TurboReference2Video,
    Q3MixReference2Video,
    Q3ProFastImg2Video,
    Q1ClassicImg2Video,
    Q1ClassicStartEnd2Video,
    V15Text2Video,
    V15Img2Video,
    V15StartEnd2Video,
    V15Reference2Video,
)

TRUSTED_CONTEXT: Final = MappingProxyType({sources.TRUSTED_CONTEXT_KEY: True})
"""The validation context for reading our own rows again: only there are `asset:` references accepted."""

# Names in use that no rule leads to.
_ALIASES: Final = {
    "q2prostartend": "q2-pro-start-end2video",
    "q2turbostartend": "q2-turbo-start-end2video",
    "q2profast": "q2-pro-fast-reference2video",
    "q2proreference": "q2-pro-reference2video",
    "q2i2vreference": "q2-reference2video",
    "cnmultiframeviduq2turbo": "q2-turbo-multiframe",
    "cnreference2videovidu20": "2.0-reference2video",
    **{
        f"q3{tier.replace('-', '')}{short}": f"q3-{tier}-{operation}"
        for tier in ("pro", "turbo", "pro-fast")
        for short, operation in (("t2v", "text2video"), ("i2v", "img2video"), ("f2v", "start-end2video"))
    },
}
_BY_NAME: Final = {each.name(): each for each in ENDPOINTS}
_BY_LETTERS: Final = {
    re.sub(r"[^a-z0-9]", "", name): endpoint_class for name, endpoint_class in _BY_NAME.items()
}
_MAX_SPELLING_CHARACTERS: Final = 100


def get_endpoint(name: str) -> type[Endpoint]:
    """Return the endpoint with this catalogue name, for example "q2-pro-img2video".

    Raises:
        UnknownEndpoint: there is none.
    """
    if name not in _BY_NAME:
        raise UnknownEndpoint(f"model: got {name[:64]!r}; there is no such model here.", field="model")
    return _BY_NAME[name]


def find_endpoint(spelling: str) -> type[Endpoint]:
    """Return the endpoint meant by any spelling in use: catalogue names and every dialect's ids and aliases.

    Case, hyphens, dots, underscores and a leading "vidu" carry no meaning, so that "vidu-q2-pro-img2video",
    "viduq2_pro_img2video" and "q2-pro-img2video" are one.

    Raises:
        UnknownEndpoint: there is none.
    """
    letters = re.sub(r"[^a-z0-9]", "", spelling[:_MAX_SPELLING_CHARACTERS].lower()).removeprefix("vidu")
    return get_endpoint(_ALIASES.get(letters) or _find_name(letters) or spelling)


def _find_name(letters: str) -> str:
    return _BY_LETTERS[letters].name() if letters in _BY_LETTERS else ""
