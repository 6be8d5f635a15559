"""Counting what a JSON text holds before anything is made of it, and afterwards."""

from __future__ import annotations

from typing import Final

_SLICE_BYTES: Final = 1 << 18
"""Bytes looked at in one go: none takes the interpreter from other threads for more than a millisecond."""
_ESCAPE_BYTES: Final = 6
"""What an escape such as `\\u4e2d` takes."""

_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_"


def has_too_much_text(data: bytes, most: int) -> bool:
    """Return whether more than `most` bytes are no base64: blanks, escapes, anything but images.

    A parser copies base64 as it is. Of other bytes each costs it time, in which no other thread runs;
    an escape counts as the longest, whatever stands behind its backslash.
    """
    found = 0
    for start in range(0, len(data), _SLICE_BYTES):
        other = data[start : start + _SLICE_BYTES].translate(None, _BASE64)
        found += len(other) + (_ESCAPE_BYTES - 1) * other.count(b"\\")
        if found > most:
            return True
    return False


def has_too_many_values(data: bytes, most: int) -> bool:
    """Return whether a JSON text certainly holds more than `most` values: keys, texts, numbers and the rest.

    Of a text that passes, no more than twice as many objects are made. Each comma and colon outside texts
    stands for one value more, and each bracket opens one. What is no JSON may pass: its parser stops there.
    """
    is_in_text, joined, opened, carried = False, 1, 0, b""
    for start in range(0, len(data), _SLICE_BYTES):
        piece, carried = _drop_escapes(carried + data[start : start + _SLICE_BYTES])
        quotes = piece.count(b'"')
        if is_in_text and not quotes:
            continue
        if quotes > 2 * most:
            return True
        outside = b"".join(piece.split(b'"')[is_in_text::2])
        is_in_text ^= quotes % 2 == 1
        joined += outside.count(b",") + outside.count(b":")
        opened += outside.count(b"[") + outside.count(b"{")
        if max(joined, opened) > most:
            return True
    return False


def count_values(parsed: object, most: int) -> int:
    """Return how many values a parsed JSON text holds, at most `most`: objects, lists, texts and the rest."""
    pending, found = [parsed], 0
    while pending and found < most:
        value = pending.pop()
        found += 1
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return found


def _drop_escapes(piece: bytes) -> tuple[bytes, bytes]:
    r"""Return a piece without `\\` and `\"`, and a backslash that belongs to what follows the piece."""
    if b"\\" not in piece:
        return piece, b""
    is_cut = (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 1
    whole = piece[:-1] if is_cut else piece
    return whole.replace(b"\\\\", b"").replace(b'\\"', b""), b"\\" if is_cut else b""
