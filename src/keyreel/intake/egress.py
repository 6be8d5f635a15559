"""The only door to the network for addresses that tenants give: what is fetched and posted passes here.

Every address that a name leads to is checked where the connection is made, and that very address is connected
to (ssrfguard). What is internal and what does not answer is told apart in the operator's log alone.
"""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx
import structlog
from ssrfguard import (
    DEFAULT_DENIED,
    AddressTable,
    Block,
    BlockedAddressError,
    BlockedURLError,
    Policy,
    Reach,
    SSRFGuardError,
)
from ssrfguard.httpx import AsyncClient

from keyreel.errors import ImageTooLarge, InvalidRequest, PictureUnreachable
from keyreel.wire.addresses import LONGEST, complaint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ssrfguard import Resolver
Network = IPv4Network | IPv6Network
_Answer = tuple[int, int, int, str, tuple[Any, ...]]

_PORTS: Final = frozenset({80, 443, 8080, 8443})
_ANY_PORT: Final = frozenset(range(1, 65536))
_MOST_REDIRECTS: Final = 3
_LOOKUP_SECONDS: Final = 5.0
_LOOKUPS: Final = 16
_CONNECT_SECONDS: Final = 5.0
_HEADERS: Final = {"Accept-Encoding": "identity", "User-Agent": "Keyreel"}
# Azure's host agent answers on a public address: IANA's registries, and so ssrfguard, do not know it.
_FURTHER_DENIED: Final = (Block(ip_network("168.63.129.16/32"), "Azure host agent", "none", Reach.DENIED),)


def check_url(url: str, field: str) -> None:
    """Hold an address against the rules that its text alone can break. Looks nothing up.

    Raises:
        InvalidRequest: it is no plain http(s) URL.
    """
    reason = complaint(url)
    if reason:
        raise InvalidRequest(f"{field}: the URL {reason}.", field=field)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered; `retry_after` is that header as it came."""

    status: int
    retry_after: str = ""


class Egress:
    """Fetches and posts for tenants. `allow` opens networks that are otherwise out of bounds, on any port.

    A failed fetch takes at least `failure_seconds`, so that its haste does not tell "internal" from "down".
    """

    def __init__(
        self,
        allow: Iterable[Network] = (),
        *,
        resolver: Resolver = socket.getaddrinfo,
        failure_seconds: float = 1.0,
    ) -> None:
        self._allow = tuple(allow)
        self._resolver = resolver
        self._failure_seconds = failure_seconds
        self._lookups = ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="lookup")
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._policy = Policy(
            denied_networks=AddressTable(DEFAULT_DENIED.blocks + _FURTHER_DENIED),
            allowed_networks=self._allow,
            # With opened networks a port is good or not by its address, which `_resolve` sees.
            allowed_ports=_ANY_PORT if self._allow else _PORTS,
            # "localhost" is ::1 too: who opens 127.0.0.0/8 means it to work.
            on_partial_block="drop" if self._allow else "reject",
            max_url_length=LONGEST,
        )
        self._log = structlog.get_logger()

    async def fetch(self, url: str, *, max_bytes: int, deadline_seconds: float) -> bytes:
        """Return what stands at the URL, at most `max_bytes`, all of it within the deadline.

        Raises:
            PictureUnreachable: it could not be had, for whatever reason.
            ImageTooLarge: there are more bytes than these.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(deadline_seconds), self._client(deadline_seconds) as client:
                return await _followed(client, url, max_bytes)
        except _FAILURES as error:
            self._tell(url, error)
            await asyncio.sleep(started + self._failure_seconds - loop.time())
            raise PictureUnreachable from error

    async def post(
        self, url: str, *, body: bytes, headers: Mapping[str, str], deadline_seconds: float
    ) -> Answer:
        """Send the body and return the answer's head. The rest is not read, a redirect not followed.

        Raises:
            PictureUnreachable: there was no answer, for whatever reason.
        """
        try:
            async with (
                asyncio.timeout(deadline_seconds),
                self._client(deadline_seconds) as client,
                client.stream("POST", url, content=body, headers=dict(headers)) as answer,
            ):
                return Answer(answer.status_code, answer.headers.get("Retry-After", ""))
        except _FAILURES as error:
            self._tell(url, error)
            raise PictureUnreachable("The address could not be reached.") from error

    def _client(self, seconds: float) -> AsyncClient:
        # One client a call: no cookie and no connection is carried from one tenant to the next.
        return AsyncClient(
            policy=self._policy,
            resolver=self._resolve,
            verify=self._tls,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
            headers=_HEADERS,
        )

    def _resolve(self, host: str, port: int, *hints: int) -> list[_Answer]:
        """Look a name up, in bounded time: getaddrinfo knows no timeout, and no cancelling."""
        lookup = self._lookups.submit(self._resolver, host, port, *hints)
        try:
            answers = list(lookup.result(_LOOKUP_SECONDS))
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "the lookup took too long") from None
        if port in _PORTS:
            return answers
        opened = [answer for answer in answers if self._is_opened(str(answer[4][0]))]
        if not opened:
            raise BlockedAddressError(host, f"port {port} is open for allowed networks only")
        return opened

    def _is_opened(self, address: str) -> bool:
        found = ip_address(address)
        return any(found.version == network.version and found in network for network in self._allow)

    def _tell(self, url: str, error: Exception) -> None:
        # A URL may hold a secret in its path or query, and ssrfguard quotes URLs in its messages.
        host = "" if complaint(url) else urlsplit(url).netloc
        detail = error.reason if isinstance(error, BlockedURLError | BlockedAddressError) else str(error)
        self._log.warning("egress failed", host=host, error=type(error).__name__, detail=detail)


class _Unusable(Exception):
    """An answer came, but no picture in it."""


_FAILURES: Final = (httpx.HTTPError, httpx.InvalidURL, SSRFGuardError, OSError, ValueError, _Unusable)


async def _followed(client: AsyncClient, url: str, max_bytes: int) -> bytes:
    """Get a body by way of a few redirects. httpx would read and unpack whatever a redirect carries."""
    for _ in range(1 + _MOST_REDIRECTS):
        wrong = complaint(url)
        if wrong:
            raise _Unusable(f"the URL {wrong}")
        async with client.stream("GET", url) as answer:
            if not answer.has_redirect_location:
                return await _body(answer, max_bytes)
            url = str(answer.url.join(answer.headers["Location"]))
    raise _Unusable(f"more than {_MOST_REDIRECTS} redirects")


async def _body(answer: httpx.Response, max_bytes: int) -> bytes:
    if answer.status_code != HTTPStatus.OK:
        raise _Unusable(f"status {answer.status_code}")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _Unusable("the answer is compressed although that was not asked for")
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            raise ImageTooLarge(f"The image has more than {max_bytes / 1_000_000:g} MB.")
    return bytes(body)
