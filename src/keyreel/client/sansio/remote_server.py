"""A server as flows see it: its URL, its format and its key, and the patience with it. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

from pydantic_core import from_json, to_json

from keyreel.client.sansio.steps import DownloadFile, SendRequest
from keyreel.errors import KeyreelError, RateLimited, RemoteError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Self

    from keyreel.client.sansio.steps import StepResponse
    from keyreel.wire.dialects.dialect import ApiRequest, Dialect
    from keyreel.wire.json_types import Json

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait between polls (first, then 1.5 times the one before, up to most), and in all."""

    first_seconds: float = 0.5
    most_seconds: float = 2.0
    total_seconds: float = 6 * 3600.0
    faults: int = 6
    """Polls in a row, or tries of a submit, that may fail before giving up."""


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """A server, the key it takes and the dialect it is spoken to in."""

    base_url: str
    api_key: str = field(repr=False)
    dialect: Dialect
    patience: Patience = Patience()

    def with_patience(self, patience: Patience | None, max_retries: int | None) -> Self:
        """Return a copy that is waited for so, or as before where nothing is said."""
        chosen = patience or self.patience
        if max_retries is not None:
            chosen = replace(chosen, faults=max_retries + 1)
        return replace(self, patience=chosen)

    def build_request(self, call: ApiRequest) -> SendRequest:
        """Complete a dialect's call with host and key."""
        headers = {"accept": "application/json", **self.build_auth_headers()}
        if call.json is None:
            return SendRequest(call.method, self._join_path(call.path), headers)
        headers["content-type"] = "application/json"
        return SendRequest(call.method, self._join_path(call.path), headers, to_json(call.json))

    def build_auth_headers(self) -> dict[str, str]:
        """Return the header that carries the key."""
        return {"authorization": f"{self.dialect.auth_scheme} {self.api_key}"} if self.api_key else {}

    def build_download(self, url: str, path: Path) -> DownloadFile:
        """Complete a download; a URL without a host is one of the server's own, and gets the key."""
        own = url.startswith("/") and not url.startswith("//")
        return DownloadFile(self.resolve_url(url), path, self.build_auth_headers() if own else {})

    def parse_response(self, parse: Callable[[Json], T], response: StepResponse) -> T:
        """Parse a successful response's body; raise an error response's error."""
        try:
            body = self._parse_body(response)
            try:
                return parse(body)
            except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
                raise RemoteError("The server's response is malformed.") from error
        except KeyreelError as error:
            error.status = response.status
            error.request_id = response.headers.get("x-request-id", "")
            raise

    def _parse_body(self, response: StepResponse) -> Any:
        """Return a successful response's object, or list; what else it is parsed as is told then."""
        try:
            body: object = from_json(response.body)
        except ValueError:
            body = None
        if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES and isinstance(body, dict | list):
            return body
        if not isinstance(body, dict):
            raise RemoteError(f"The server returned {response.status} without JSON.", status=response.status)
        error = self.dialect.parse_error_response(response.status, body)
        after = response.headers.get("retry-after", "")
        if isinstance(error, Unavailable | RateLimited) and after.isdecimal():
            error.retry_after_seconds = int(after)
        raise error

    def resolve_url(self, url: str) -> str:
        """Complete a URL that the server gave without its host."""
        return urljoin(self.base_url.rstrip("/") + "/", url)

    def _join_path(self, path: str) -> str:
        return self.base_url.rstrip("/") + path
