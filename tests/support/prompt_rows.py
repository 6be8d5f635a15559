"""Tables of what prompts say, in English and in Chinese, and what is to be measured then."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from _pytest.mark import ParameterSet


class Row(NamedTuple):
    """A word in English and in Chinese, and what is to be measured when it is said."""

    english: str
    chinese: str
    claim: Callable[..., bool]


def both(rows: list[Row]) -> list[ParameterSet]:
    """List each row's prompt and claim in either language."""
    return [
        pytest.param(prompt, row.claim, id=f"{row.english} ({language})")
        for row in rows
        for language, prompt in (("en", row.english), ("zh", row.chinese))
    ]
