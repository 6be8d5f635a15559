"""What is said where nothing answers at a server's address. It does no I/O."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

_LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def phrase_absence(base_url: str, reason: str) -> str:
    """Return the sentence about a server to which no connection could be made; `reason` is the system's."""
    if _find_host(base_url) in _LOOPBACK_HOSTS:
        return f"There is no server at {base_url}: start one with `keyreel up`."
    return f"There is no server at {base_url}: {reason}."


def _find_host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # such as http://[
        return None
