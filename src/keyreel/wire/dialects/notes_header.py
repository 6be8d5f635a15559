"""Notes about a task in a header, `X-Task-Notes`: sentences in any language, percent-encoded, with commas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNESCAPED_CHARACTERS: Final = " !'()*+-./:;<=>?@[]_"
_MAX_CHARACTERS: Final = 4000
"""Characters: proxies reject headers beyond 8 KB in all. The task's record has all notes."""


def format_notes_header(notes: Iterable[str]) -> str:
    """Write the header's value; notes beyond 4,000 characters are left out."""
    text = ", ".join(quote(note, safe=_UNESCAPED_CHARACTERS) for note in notes)
    return text if len(text) <= _MAX_CHARACTERS else text[:_MAX_CHARACTERS].rpartition(", ")[0]


def parse_notes_header(value: str) -> tuple[str, ...]:
    """Read the header's value."""
    return tuple(unquote(note) for note in value.split(", ") if note)
