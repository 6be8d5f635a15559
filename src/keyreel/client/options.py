"""What a client is made with: which server, whose key, how long to wait. Opens no connection."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from keyreel.client.sansio.remote_server import RemoteServer
from keyreel.errors import InvalidSetting
from keyreel.wire.dialects.registry import find_dialect

DEFAULT_BASE_URL: Final = "http://127.0.0.1:8787"
"""A server on this machine, as `keyreel up` starts it."""
DEFAULT_TIMEOUT_SECONDS: Final = 60.0
"""For one request, in which a server reads images; connecting may take ten seconds of it."""
CONNECT_SECONDS: Final = 10.0


def choose_server(base_url: str | None, api_key: str | None, dialect: str) -> RemoteServer:
    """Return the server that a client is to talk to.

    Raises:
        InvalidSetting: its URL is no http or https URL.
        UnknownEndpoint: there is no such format.
    """
    return RemoteServer(_choose_base_url(base_url), _choose_api_key(api_key), find_dialect(dialect))


def _choose_base_url(given: str | None) -> str:
    """Return the server's URL: the one that was given, else KEYREEL_BASE_URL, else this machine's.

    Raises:
        InvalidSetting: it is no http or https URL.
    """
    url = (given or os.environ.get("KEYREEL_BASE_URL") or DEFAULT_BASE_URL).strip()
    parts = urlsplit(url if "://" in url else f"//{url}")
    if parts.scheme in {"http", "https"} and parts.hostname:
        return url
    fixed = f"http://{parts.netloc}{parts.path}" if parts.netloc and "://" not in url else DEFAULT_BASE_URL
    raise InvalidSetting(f"base_url: got {url!r}; must start with http:// or https://, such as {fixed}.")


def _choose_api_key(given: str | None) -> str:
    """Return the API key: the one that was given, else KEYREEL_API_KEY, else none."""
    return os.environ.get("KEYREEL_API_KEY", "") if given is None else given
