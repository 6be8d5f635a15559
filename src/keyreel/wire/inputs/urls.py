"""URLs in requests as text: normalized, and what is wrong with one. Resolves and opens nothing."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

MAX_URL_LENGTH: Final = 8192
"""Characters."""

# What text processors and chats leave around a URL that is copied out of them.
_STRIPPED_CHARACTERS: Final = "".join(map(chr, range(0x21))) + "\x7f\xa0\u2028\u2029\u3000\u200b\u2060\ufeff"
_SCHEME_PREFIXES: Final = ("http://", "https://")
_HOST: Final = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_FORBIDDEN_CHARACTERS: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")


def is_http_url(text: str) -> bool:
    """Return whether the text begins like an http or https URL."""
    return text[:MAX_URL_LENGTH].lstrip(_STRIPPED_CHARACTERS)[:8].lower().startswith(_SCHEME_PREFIXES)


def normalize_url(text: str) -> str:
    """Return a URL without the white space around it, with each blank after its host as %20.

    What is percent-coded stays as it is.
    """
    stripped = text.strip(_STRIPPED_CHARACTERS)
    host = _HOST.match(stripped)
    at = host.end() if host else len(stripped)
    return stripped[:at] + stripped[at:].replace(" ", "%20")


def find_url_problem(url: str) -> str:
    """Return what is wrong with a URL, as text that follows "this URL"; empty for nothing."""
    if len(url) > MAX_URL_LENGTH:
        return f"is longer than {MAX_URL_LENGTH} characters"
    if _FORBIDDEN_CHARACTERS.search(url):
        return "contains a space in its host, a backslash or a control character"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "has a malformed host or port"
    if parts.scheme not in {"http", "https"} or not host:
        return "does not start with http:// or https:// and a host"
    if port == 0:
        return "has a malformed host or port"
    return "contains a user name or password" if "@" in parts.netloc else ""
