"""Sizes as people write them: 1024, 500MB, 20GiB."""

from __future__ import annotations

import re
from typing import Final

MAX_SIZE: Final = 1 << 60
"""1 EiB: far below what SQLite's 64 bits hold when sizes are added up."""

_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")
_KIBI: Final = 1024
_SIZE: Final = re.compile(r"([0-9]{1,20}) ?(?:([KMGT])(i?)B|B)?", re.ASCII)


def parse_size(text: str) -> int:
    """Return the bytes that a size such as `20GiB`, `500MB` or `1024` stands for.

    Raises:
        ValueError: it is no size, or beyond MAX_SIZE.
    """
    found = _SIZE.fullmatch(text)
    if found:
        number, prefix, binary = found.groups()
        size: int = int(number) * (1024 if binary else 1000) ** (" KMGT".index(prefix) if prefix else 0)
        if size <= MAX_SIZE:
            return size
    raise ValueError("must be a size such as 20GiB, 500MB or 1024, at most 1048576TiB")


def format_size(size: int) -> str:
    """Return a number of bytes as people read it, with the whole number where that is rounded."""
    amount, unit = float(size), 0
    while amount >= _KIBI and unit < len(_UNITS) - 1:
        amount, unit = amount / _KIBI, unit + 1
    if amount.is_integer():
        return f"{amount:.0f} {_UNITS[unit]}"
    return f"{amount:.1f} {_UNITS[unit]} ({size} bytes)"
