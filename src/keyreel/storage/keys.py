"""Which names are storage keys. It opens nothing."""

from __future__ import annotations

import re
from typing import Final

_KEY: Final = re.compile(r"(?!.{513})[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)


def is_key(text: str) -> bool:
    """Say whether this can be a storage key: segments of letters, digits, `.`, `_` and `-`."""
    return _KEY.fullmatch(text) is not None


def check_key(key: str) -> str:
    """Return a storage key.

    Raises:
        ValueError: it is none.
    """
    if not is_key(key):
        raise ValueError(f"{key[:64]!r} is not a storage key")
    return key


def make_result_keys(task_id: str, attempt: int) -> tuple[str, str, str]:
    """Return the keys of what an attempt at a task makes: video, cover, copy without the visible mark."""
    folder = f"{task_id}/{attempt}"
    return f"videos/{folder}.mp4", f"covers/{folder}.jpg", f"clean/{folder}.mp4"


def make_preview_key(task_id: str, attempt: int) -> str:
    """Return the key of the newest preview of an attempt at a task."""
    return f"previews/{task_id}/{attempt}.jpg"
