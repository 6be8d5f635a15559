"""The host under test: one request at a time, retried while it answers 429."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import httpx

from keyreel.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from keyreel.wire.json_types import Json

_MAX_ATTEMPTS: Final = 5
_MAX_WAIT_SECONDS: Final = 60.0
"""Between attempts, whatever Retry-After says; half of it where a 429 has none."""
_MAX_EXCERPT_BYTES: Final = 200


@dataclass(frozen=True, slots=True)
class HostResponse:
    """A response; `body` is None where it is no JSON object."""

    status: int
    headers: Mapping[str, str]
    body: Json | None
    content: bytes

    @property
    def excerpt(self) -> str:
        """The status and the beginning of the body, short enough for a report."""
        return f"{self.status} {self.content[:_MAX_EXCERPT_BYTES].decode(errors='replace')}"


class RemoteHost:
    """A server by its URL, with a key that it accepts."""

    def __init__(self, base_url: str, api_key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._base = base_url.rstrip("/")
        self._key = api_key
        self._http = httpx.Client(transport=transport, timeout=httpx.Timeout(120, connect=10))

    def send_request(
        self, method: str, path: str, *, scheme: str | None = "Bearer", **options: Any
    ) -> HostResponse:
        """Send a request; `scheme` stands before the key, None leaves the key out.

        Raises:
            RemoteError: the host cannot be reached, or keeps answering 429.
        """
        headers = dict(options.pop("headers", {}))
        if scheme is not None:
            headers["Authorization"] = f"{scheme} {self._key}".strip()
        for _ in range(_MAX_ATTEMPTS):
            try:
                got = self._http.request(method, self.resolve_url(path), headers=headers, **options)
            except httpx.TransportError as error:
                raise RemoteError(f"The host at {self._base} did not respond: {error}.") from error
            if got.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return _to_response(got)
            after = got.headers.get("retry-after", "")
            time.sleep(min(float(after) if after.isdecimal() else _MAX_WAIT_SECONDS / 2, _MAX_WAIT_SECONDS))
        raise RemoteError("The host keeps returning 429.", status=HTTPStatus.TOO_MANY_REQUESTS)

    @property
    def key(self) -> str:
        """The API key."""
        return self._key

    def resolve_url(self, path: str) -> str:
        """Complete a URL that the host gave without its own name."""
        return path if "://" in path else self._base + path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()


def _to_response(got: httpx.Response) -> HostResponse:
    try:
        body: Any = got.json()
    except ValueError:
        body = None
    return HostResponse(got.status_code, got.headers, body if isinstance(body, dict) else None, got.content)
