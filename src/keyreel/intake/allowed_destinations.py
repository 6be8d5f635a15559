"""Where the URLs of tenants may lead: the open ports, and the networks that an operator has opened.

Only the text of a URL is checked here; the addresses behind its name are checked on connecting (`egress.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

import httpx
from ssrfguard import DEFAULT_DENIED, AddressTable, Block, BlockedURLError, Policy, Reach

from keyreel.errors import InvalidRequest
from keyreel.settings import DEFAULT_EGRESS_PORTS
from keyreel.wire.inputs.urls import MAX_URL_LENGTH, find_url_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.system.setting_values import Network

_ANY_PORT: Final = frozenset(range(1, 65536))
# Azure's host agent answers on a public address: IANA's registries, and so ssrfguard, do not know it.
_FURTHER_DENIED: Final = (Block(ip_network("168.63.129.16/32"), "Azure host agent", "none", Reach.DENIED),)
_LOCALHOST_PATTERN: Final = re.compile(r"(?:.+\.)?localhost\.?", re.IGNORECASE)
_LOOPBACK: Final = ("127.0.0.1", "::1")
_PRIVATE_ADDRESS_MESSAGE: Final = (
    "leads to a private address; the operator can allow networks with KEYREEL_EGRESS_ALLOW, such as "
    "127.0.0.0/8 for this machine"
)


def _know_no_result(_url: str) -> bool:
    """Know no object store: its links are as all others."""
    return False


@dataclass(frozen=True)
class Destinations:
    """`allow` opens private networks on any port; `ports` are open on public addresses.

    URLs of which `is_result` says that they lead to results in the installation's own object store are open
    wherever that is: the store asks for their signature.
    """

    allow: tuple[Network, ...] = ()
    ports: tuple[int, ...] = DEFAULT_EGRESS_PORTS
    is_result: Callable[[str], bool] = _know_no_result
    policy: Policy = field(init=False, repr=False, compare=False)
    """What ssrfguard checks every connection by."""

    def __post_init__(self) -> None:
        """Make the policy of these networks and ports."""
        policy = Policy(
            denied_networks=AddressTable(DEFAULT_DENIED.blocks + _FURTHER_DENIED),
            allowed_networks=self.allow,
            # With opened networks a port is good or not by its address, which `is_opened` knows.
            allowed_ports=_ANY_PORT if self.allow else frozenset(self.ports),
            # "localhost" is ::1 too: who opens 127.0.0.0/8 means it to work.
            on_partial_block="drop" if self.allow else "reject",
            max_url_length=MAX_URL_LENGTH,
        )
        object.__setattr__(self, "policy", policy)

    def check_url(self, url: str, field: str) -> None:
        """Check a URL by the rules that its text alone can break; no name is looked up.

        Raises:
            InvalidRequest: it is no plain http(s) URL, or leads to a port or a network that is not open.
        """
        wrong = find_url_problem(url) or (not self.is_result(url) and self._find_violation(url))
        if wrong:
            raise InvalidRequest(f"{field}: the URL {wrong}.", field=field)

    def _find_violation(self, url: str) -> str:
        try:
            parts = httpx.URL(url)
        except httpx.InvalidURL:
            return "has a malformed host or port"
        port = parts.port or (443 if parts.scheme == "https" else 80)
        spelled = _parse_literal_address(parts.host)
        if spelled and not any(map(self.policy.permits_address, spelled)):
            return _PRIVATE_ADDRESS_MESSAGE
        try:
            # Ports have a rule of their own below.
            self.policy.check_url(str(parts.copy_with(scheme="http", port=self.ports[0])))
        except BlockedURLError:
            return "has a malformed host or port"
        # Where networks are opened, only the lookup of a name shows whether it leads into them.
        if port in self.ports or (any(map(self.is_opened, spelled)) if spelled else self.allow):
            return ""
        return (
            f"uses port {port}; {self._describe_open_ports()} (the operator can change this with "
            "KEYREEL_EGRESS_PORTS)"
        )

    def suggest_cause(self, url: str) -> str:
        """Return what may be wrong with a URL that could not be fetched, by its text alone; else ""."""
        try:
            parts = httpx.URL(url)
        except httpx.InvalidURL:
            return ""
        if parts.port in {None, *self.ports} or any(map(self.is_opened, _parse_literal_address(parts.host))):
            return ""
        return f" (outside of KEYREEL_EGRESS_ALLOW {self._describe_open_ports()})"

    def is_opened(self, address: str) -> bool:
        """Say whether an IP address is in an opened network."""
        found = ip_address(address)
        return any(found.version == network.version and found in network for network in self.allow)

    def _describe_open_ports(self) -> str:
        *others, last = map(str, self.ports)
        return (
            f"only ports {', '.join(others)} and {last} are allowed"
            if others
            else f"only port {last} is allowed"
        )


def _parse_literal_address(host: str) -> tuple[str, ...]:
    """Return the IP address that a host is, or this machine's for localhost; nothing for other names."""
    if _LOCALHOST_PATTERN.fullmatch(host):
        return _LOOPBACK
    try:
        return (str(ip_address(host)),)
    except ValueError:
        return ()
