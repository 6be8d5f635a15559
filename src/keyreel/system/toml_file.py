"""TOML files that people write: read, or refused with what is wrong in them; knows no setting."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_MAX_FILE_BYTES: Final = 1 << 20
_MAX_ECHO_CHARACTERS: Final = 64


def read_toml(file: Path) -> dict[str, Any]:
    """Return a TOML file's table.

    Raises:
        ValueError: it cannot be read, or is no TOML; the message has the place, by line and column.
    """
    try:
        if file.exists() and not file.is_file():  # opening a pipe would wait for its other end
            raise ValueError("must be a file")
        with file.open("rb") as opened:
            content = opened.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if len(content) > _MAX_FILE_BYTES:
        raise ValueError(f"must have at most {_MAX_FILE_BYTES} bytes")
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"is not UTF-8 text (at line {line})") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"is not valid TOML: {error}") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def check_keys(found: Collection[str], known: Collection[str]) -> None:
    """Refuse keys that nobody reads: a misspelt one would be ignored.

    Raises:
        ValueError: naming the first such key, and the known one that is nearest.
    """
    for name in found:
        if name not in known:
            shown = repr(name[:_MAX_ECHO_CHARACTERS])
            raise ValueError(f"there is no {shown}{suggest_name(name.lower(), known)}")


def suggest_name(name: str, known: Collection[str], prefix: str = "") -> str:
    """Return a question that names the known name nearest to this one; empty where none is near.

    A prefix that all names have is left out of both, and put before the one that is named.
    """
    nearest = get_close_matches(name, known, n=1)
    return f"; did you mean {prefix}{nearest[0]}?" if nearest else ""
