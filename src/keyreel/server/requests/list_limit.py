"""How many entries an operator's list shows, as its query says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LIST_LENGTH: Final = 500
_DEFAULT_LENGTH: Final = 50
_LIMIT: Final = re.compile("[0-9]{1,4}", re.ASCII)


def parse_list_limit(query: Mapping[str, str]) -> int:
    """Return `limit`; 50 where it is absent.

    Raises:
        InvalidRequest: it is not a whole number from 1 to MAX_LIST_LENGTH.
    """
    text = query.get("limit") or str(_DEFAULT_LENGTH)
    if not _LIMIT.fullmatch(text) or not 1 <= int(text) <= MAX_LIST_LENGTH:
        message = f"limit: got {text[:64]!r}; must be a whole number from 1 to {MAX_LIST_LENGTH}."
        raise InvalidRequest(message, field="limit")
    return int(text)
