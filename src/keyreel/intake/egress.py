"""The only way to the network for URLs that tenants give: every fetch and every post of theirs is made here.

Every address that a name leads to is checked where the connection is made, and that very address is connected
to (ssrfguard). Only the operator's log tells what is internal from what is down.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx
import structlog
from ssrfguard import BlockedAddressError, BlockedURLError, SSRFGuardError
from ssrfguard.httpx import AsyncClient

from keyreel.clock import SystemClock
from keyreel.intake.allowed_destinations import Destinations
from keyreel.intake.response_reader import (
    MAX_REDIRECTS,
    FetchFailed,
    TransientFetchFailure,
    fetch_following_redirects,
)
from keyreel.intake.retry_after import parse_retry_after
from keyreel.system.name_lookups import AddressInfo, NameLookups
from keyreel.wire.inputs.urls import find_url_problem

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from ssrfguard import Resolver

    from keyreel.clock import Clock

_RETRY_DELAYS: Final = (0.5, 1.5)
"""Seconds before each retry of a transient failure."""

_CONNECT_SECONDS: Final = 5.0
"""At most, to open a connection."""
_HEADERS: Final = {"Accept-Encoding": "identity", "User-Agent": "Keyreel"}
_FETCH_ERRORS: Final = (httpx.HTTPError, httpx.InvalidURL, SSRFGuardError, OSError, ValueError, FetchFailed)


@dataclass(frozen=True, slots=True)
class PostResponse:
    """What a receiver responded; `retry_after` is that header as it came."""

    status: int
    retry_after: str = ""


@cache
def _load_authorities() -> ssl.SSLContext:
    """Return what checks the certificates of receivers; reading the public authorities takes 16 ms."""
    return httpx.create_ssl_context(trust_env=False)


class DestinationUnreachable(Exception):
    """The address could not be reached."""

    def __init__(self) -> None:
        super().__init__("The URL could not be reached.")


class EgressClient:
    """Fetches and posts for tenants, to the open destinations.

    Name lookups are bounded for each tenant. A failed fetch takes at least `failure_seconds`, so that its
    speed does not tell "internal" from "down".
    """

    def __init__(
        self,
        destinations: Destinations | None = None,
        *,
        resolver: Resolver = socket.getaddrinfo,
        failure_seconds: float = 1.0,
        retry_delays: tuple[float, ...] = _RETRY_DELAYS,
        clock: Clock | None = None,
    ) -> None:
        self.destinations = destinations or Destinations()
        self._failure_seconds = failure_seconds
        self._retry_delays = retry_delays
        self._clock = clock or SystemClock()
        self._lookups = NameLookups(resolver)
        self._tls = _load_authorities()
        self._log = structlog.get_logger()

    async def fetch(self, url: str, *, tenant: str, max_bytes: int, deadline_seconds: float) -> bytes:
        """Return the body at a tenant's URL, at most `max_bytes`, within the deadline.

        A transient failure, such as a busy server or a broken connection, is retried, not before its
        Retry-After and not beyond the deadline.

        Raises:
            DestinationUnreachable: it could not be had, for whatever reason: which one is in the log alone.
            InvalidContentEncoding: it came in a Content-Encoding that is not undone here.
            ResponseTooLarge: there are more bytes than these.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with (
                asyncio.timeout(deadline_seconds),
                self._open_client(url, tenant, deadline_seconds) as client,
            ):
                # An object store's own answer leads nowhere else: nothing checks where that would be.
                most = 0 if self.destinations.is_result(url) else MAX_REDIRECTS
                for pause in self._retry_delays:
                    try:
                        return await fetch_following_redirects(client, url, max_bytes, max_redirects=most)
                    except TransientFetchFailure as fault:
                        await self._wait_for_retry(fault, pause, started + deadline_seconds)
                return await fetch_following_redirects(client, url, max_bytes, max_redirects=most)
        except _FETCH_ERRORS as error:
            self._log_failure(url, error)
            await asyncio.sleep(started + self._failure_seconds - loop.time())
            raise DestinationUnreachable from error

    async def _wait_for_retry(self, failure: TransientFetchFailure, pause: float, deadline: float) -> None:
        """Wait until the next try, or give up at once where that is beyond the deadline."""
        left = deadline - asyncio.get_running_loop().time()
        seconds = max(
            pause, parse_retry_after(failure.retry_after, self._clock.now(), max_seconds=1 + max(left, 0))
        )
        if seconds >= left:
            raise failure
        await asyncio.sleep(seconds)

    async def post(
        self, url: str, *, tenant: str, body: bytes, headers: Mapping[str, str], deadline_seconds: float
    ) -> PostResponse:
        """Send the body to a tenant's URL; return the status.

        The response's body is not read, a redirect not followed.

        Raises:
            DestinationUnreachable: no response came, for whatever reason: which one is in the log alone.
        """
        try:
            async with (
                asyncio.timeout(deadline_seconds),
                self._make_client(tenant, deadline_seconds) as client,
                client.stream("POST", url, content=body, headers=dict(headers)) as response,
            ):
                return PostResponse(response.status_code, response.headers.get("Retry-After", ""))
        except _FETCH_ERRORS as error:
            self._log_failure(url, error)
            raise DestinationUnreachable from error

    def _open_client(self, url: str, tenant: str, seconds: float) -> httpx.AsyncClient:
        """Return a client for one fetch: a guarded one, unless the URL leads to our own object store."""
        if not self.destinations.is_result(url):
            return self._make_client(tenant, seconds)
        timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        return httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=timeout, headers=_HEADERS)

    def _make_client(self, tenant: str, seconds: float) -> AsyncClient:
        # One client a call: no cookie and no connection is carried from one tenant to the next.
        return AsyncClient(
            policy=self.destinations.policy,
            resolver=partial(self._resolve, tenant, seconds),
            verify=self._tls,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
            headers=_HEADERS,
        )

    def _resolve(self, tenant: str, seconds: float, host: str, port: int, *hints: int) -> list[AddressInfo]:
        answers = self._lookups.look_up(tenant, host, port, *hints, seconds=seconds)
        if port in self.destinations.ports:
            return answers
        opened = [answer for answer in answers if self.destinations.is_opened(str(answer[4][0]))]
        if not opened:
            raise BlockedAddressError(host, f"port {port} is open for allowed networks only")
        return opened

    def _log_failure(self, url: str, error: Exception) -> None:
        # A URL may hold a secret in its path or query, and ssrfguard quotes URLs in its messages.
        host = "" if find_url_problem(url) else urlsplit(url).netloc
        detail = error.reason if isinstance(error, BlockedURLError | BlockedAddressError) else str(error)
        self._log.warning("egress failed", host=host, error=type(error).__name__, detail=detail)
