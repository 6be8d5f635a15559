"""Tables of what prompts say, in English and in Chinese, and what is to be measured then."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from keyreel.engines.motion.prompts.parser import parse_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from _pytest.mark import ParameterSet


class Row(NamedTuple):
    """A word in English and in Chinese, and what is to be measured when it is said."""

    english: str
    chinese: str
    claim: Callable[..., bool]


def list_directions(rows: list[Row], template: str = "{}", names: tuple[str, ...] = ()) -> list[ParameterSet]:
    """List each row's prompts and claim: Chinese ones too, unless they direct exactly what English ones do.

    Equal directions give equal frames, so one render measures both; a Chinese prompt that comes to be parsed
    otherwise is rendered by itself from then on.
    """
    directed = [
        (row, language, prompt, parse_prompt(template.format(prompt), names))
        for row in rows
        for language, prompt in (("en", row.english), ("zh", row.chinese))
    ]
    return [
        pytest.param(prompt, row.claim, id=f"{row.english} ({language})")
        for row, language, prompt, parsed in directed
        if language == "en" or parsed != parse_prompt(template.format(row.english), names)
    ]
