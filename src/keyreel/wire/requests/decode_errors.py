"""Why a body cannot be decoded: its encoding, or the field that holds what JSON does not allow."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENCODING_SIGNATURES: Final = (
    # The byte order mark of UTF-32 begins like that of UTF-16.
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
)
_MAX_DIGITS: Final = 400
"""Digits; doubles end at 309."""
_MAX_DEPTH: Final = 32
"""Levels of objects and lists that are searched."""
_MAX_KEY_CHARACTERS: Final = 64
"""Characters of a key that a path shows."""
_ENVELOPE_PATH: Final = re.compile(r"input\[0\]\.(?:params\.)?")


class _OversizedNumber:
    """Replaces a number that is beyond a double's range."""


def explain_unreadable_body(data: bytes) -> InvalidRequest | None:
    """Return the error of a body that cannot be decoded; None where only the JSON parser knows more."""
    encoding = _detect_encoding(data)
    if encoding:
        return InvalidRequest(f"The body is {encoding}; it must be UTF-8 JSON, uncompressed.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return InvalidRequest(f"The body is not UTF-8: byte {error.start} is {data[error.start]:#04x}.")
    try:
        body: object = json.loads(
            text, parse_int=_parse_integer, parse_float=_parse_float, parse_constant=_parse_constant
        )
    except (ValueError, RecursionError):
        return None
    return next(_find_faults(body), None)


def _detect_encoding(data: bytes) -> str:
    for mark, name in _ENCODING_SIGNATURES:
        if data.startswith(mark):
            return name
    zeros = [not byte for byte in data[:4]]
    # Two of the first letters of a JSON text are ASCII, whatever its encoding.
    if zeros in ([True, True, True, False], [False, True, True, True]):
        return "UTF-32"
    return "UTF-16" if zeros in ([True, False] * 2, [False, True] * 2) else ""


def _parse_integer(digits: str) -> object:
    return int(digits) if len(digits) <= _MAX_DIGITS else _OversizedNumber()


def _parse_float(digits: str) -> object:
    number = float(digits)
    return number if math.isfinite(number) else _OversizedNumber()


def _parse_constant(name: str) -> object:
    del name
    return math.nan


def _find_faults(body: object) -> Iterator[InvalidRequest]:
    """Yield an error for each value that JSON does not allow, the outer before the inner."""
    level: list[tuple[str, Any]] = [("", body)]
    for _ in range(_MAX_DEPTH + 2):
        for path, value in level:
            rule = _find_broken_rule(value)
            if rule:
                yield _make_error(path, rule)
        for path, value in level:
            if isinstance(value, dict) and any(_has_lone_surrogate(key) for key in value):
                yield _make_error(
                    path, "has a field whose name is not valid Unicode text (an unpaired surrogate?)"
                )
        level = [inner for path, value in level for inner in _list_children(path, value)]


def _find_broken_rule(value: object) -> str:
    if isinstance(value, _OversizedNumber):
        return "the number is too large"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN and Infinity are not JSON"
    return (
        "must be valid Unicode text; it contains an unpaired surrogate" if _has_lone_surrogate(value) else ""
    )


def _has_lone_surrogate(value: object) -> bool:
    return (
        isinstance(value, str) and not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value)
    )


def _list_children(path: str, value: object) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [
            (f"{path}.{_escape_key(key)}" if path else _escape_key(key), inner)
            for key, inner in value.items()
        ]
    return [(f"{path}[{at}]", inner) for at, inner in enumerate(value)] if isinstance(value, list) else []


def _escape_key(key: str) -> str:
    return key[:_MAX_KEY_CHARACTERS].encode("ascii", "backslashreplace").decode()


def _make_error(path: str, rule: str) -> InvalidRequest:
    """Name the field as other errors do: without the envelope that one format has around it."""
    field = _ENVELOPE_PATH.sub("", path, count=1)[:120]
    if not field:
        return InvalidRequest(f"The body {rule}." if rule.startswith("holds") else f"The body: {rule}.")
    return InvalidRequest(f"{field}: {rule}.", field=field)
