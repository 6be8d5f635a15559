"""Values of settings as people write them: lists, networks, origins, paths; knows no setting."""

from __future__ import annotations

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

_MAX_TEXT_CHARACTERS: Final = 4096
_MAX_ECHO_CHARACTERS: Final = 64
_ORIGIN_PATTERN: Final = re.compile(
    r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?", re.ASCII
)


def split_items(value: Any) -> list[str]:
    """Return the items of a comma-separated text or a list, without empty ones.

    Raises:
        ValueError: it is neither.
    """
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(_is_item(item) for item in items):
        raise ValueError("must be a comma-separated string, or a list of strings or numbers")
    return [str(item).strip() for item in items if str(item).strip()]


def _is_item(value: Any) -> bool:
    return isinstance(value, str | int | float | Network) and not isinstance(value, bool)


def parse_networks(value: Any) -> tuple[Network, ...]:
    """Read networks such as 127.0.0.0/8.

    Raises:
        ValueError: one is none.
    """
    return tuple(ip_network(item, strict=False) for item in split_items(value))


def parse_origins(value: Any) -> tuple[str, ...]:
    """Read origins of web pages, or `*`, in lower case.

    Raises:
        ValueError: one is none.
    """
    origins = tuple(item.rstrip("/").lower() for item in split_items(value))
    if not all(origin == "*" or _ORIGIN_PATTERN.fullmatch(origin) for origin in origins):
        raise ValueError("must be origins such as https://app.example.com, or *")
    return origins


def check_text(text: str) -> str:
    """Return a text that can be a setting's value.

    Raises:
        ValueError: it is absurdly long, or holds control characters.
    """
    if len(text) > _MAX_TEXT_CHARACTERS:
        raise ValueError(f"must have at most {_MAX_TEXT_CHARACTERS} characters, not {len(text)}")
    if not text.isprintable():
        raise ValueError("must not contain control characters")
    return text


def parse_path(value: str | Path) -> Path | None:
    """Return a path, which need not exist; None for an empty text.

    Raises:
        ValueError: no file can be there.
    """
    if not str(value):
        return None
    try:
        os.lstat(value)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds U+0000"
        raise ValueError(f"is not a usable path: {reason}") from None
    return Path(value)


def is_web_address(url: str) -> bool:
    """Say whether a URL that starts with http:// or https:// names a host and a port that there can be."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def echo_value(value: Any) -> str:
    """Return a value as a message may show it."""
    return shorten(repr(str(value) if isinstance(value, Path) else value))


def phrase_rule(message: str) -> str:
    """Return a rule that pydantic states, as our messages state theirs."""
    return re.sub(r"^\w+ should", "must", message.removeprefix("Value error, "))


def shorten(text: str) -> str:
    """Cut a text to what a message may hold."""
    return text if len(text) <= _MAX_ECHO_CHARACTERS else f"{text[:_MAX_ECHO_CHARACTERS]}…"


def end_sentence(text: str) -> str:
    """Put a full stop behind a text that does not end in a question."""
    return text if text.endswith("?") else f"{text}."
