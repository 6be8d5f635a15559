"""How many entries an operator's list shows, as its query says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LIST_LENGTH: Final = 500
_DEFAULT_LENGTH: Final = 50


def parse_list_limit(query: Mapping[str, str]) -> int:
    """Return `limit`, at most MAX_LIST_LENGTH; 50 where it is absent or not a whole number."""
    wanted = query.get("limit", "")
    is_number = wanted.isascii() and wanted.isdecimal()
    return min(int(wanted), MAX_LIST_LENGTH) if is_number else _DEFAULT_LENGTH
