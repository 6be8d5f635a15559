"""Values of requests as messages quote them: short, printable, and never an image. Knows no field or rule."""

from __future__ import annotations

from typing import Final

MAX_VALUE_CHARACTERS: Final = 64
"""Longer text is described by its length alone."""


def describe_value(value: object) -> str:
    """Describe what was got in at most 64 characters; long or encoded content never appears."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    if isinstance(value, str) and (len(text) > MAX_VALUE_CHARACTERS or value[:5].lower() == "data:"):
        return f"a string of {len(value)} characters"
    return text if len(text) <= MAX_VALUE_CHARACTERS else "a very long number"
