"""Failed API keys, counted by the address that sent them: who guesses is slowed down, and seen in the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.errors import RateLimited

if TYPE_CHECKING:
    from datetime import datetime

    from keyreel.clock import Clock

FAILURES_A_MINUTE: Final = 20
"""Requests of one address without a valid key that are answered with what is wrong with the key."""
_WINDOW: Final = timedelta(minutes=1)
_MAX_ADDRESSES: Final = 10_000
"""Addresses that are counted at a time; the one that began first is forgotten."""
_IPV6_PREFIX: Final = 64
"""Bits: the network of one customer, who may use every address in it."""
_MAX_NAME_CHARACTERS: Final = 64

_log = structlog.get_logger()


@dataclass(slots=True)
class _FailureWindow:
    began: datetime
    failures: int = 0


class FailedKeys:
    """The failures of the last minute, in memory: a restart forgets them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, _FailureWindow] = {}

    def count_failure(self, host: str, reason: str) -> None:
        """Count a request without a valid key from this host, and log it with its reason.

        Raises:
            RateLimited: there were too many.
        """
        network, now = _get_network(host), self._clock.now()
        window = self._windows.get(network)
        # A window that begins in the future: the clock was set back.
        if window is None or not window.began <= now < window.began + _WINDOW:
            self._windows.pop(network, None)
            window = self._windows[network] = _FailureWindow(now)
            if len(self._windows) > _MAX_ADDRESSES:
                del self._windows[next(iter(self._windows))]
        window.failures += 1
        if window.failures <= FAILURES_A_MINUTE:
            _log.warning("an API key was refused", address=network, reason=reason)
            return
        raise RateLimited(
            "Too many requests without a valid API key from this address. Requests with a valid key "
            "still work.",
            retry_after_seconds=max(1, ceil((window.began + _WINDOW - now).total_seconds())),
        )


def _get_network(host: str) -> str:
    """Return the address that a host is counted under: itself, or the network of an IPv6 address."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:  # Behind a proxy it is what that has written.
        return host[:_MAX_NAME_CHARACTERS]
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _IPV6_PREFIX), strict=False))
