"""Whether a cluster may be used as the settings say it: checked before anything is asked of it."""

from __future__ import annotations

import os
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from keyreel.errors import InvalidSetting

AUTO: Final = "auto"
"""The cluster that this machine is part of."""
_TOKEN_FILE: Final = Path(".ray") / "auth_token"
"""Below the home folder: where Ray itself looks for the token."""
_NO_RAY: Final = "{place}: Ray is not installed: install the extra keyreel[ray]."
_UNGUARDED: Final = (
    "{place}: got {address!r}, which is not this machine, without an authentication token. Anyone who "
    "can reach a cluster without a token can run programs on it: set RAY_AUTH_TOKEN or "
    "RAY_AUTH_TOKEN_PATH, as on its nodes."
)


def check_ray_settings(address: str) -> None:
    """Return if Ray is installed, and the cluster is this machine's or guarded by a token.

    Args:
        address: `auto`, HOST:PORT or ray://HOST:PORT.

    Raises:
        InvalidSetting: with a sentence that says what to do.
    """
    place = "ray" if address != AUTO else 'executor: got "ray"'
    if find_spec("ray") is None:
        raise InvalidSetting(_NO_RAY.format(place=place))
    if not is_loopback(address) and not has_token():
        raise InvalidSetting(_UNGUARDED.format(place=place, address=address))


def is_loopback(address: str) -> bool:
    """Say whether a cluster's address is on this machine."""
    if address == AUTO:
        return True
    host = address.removeprefix("ray://").rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def has_token() -> bool:
    """Say whether Ray finds a token in its variables, or in the home folder."""
    named = os.environ.get("RAY_AUTH_TOKEN_PATH")
    return (
        bool(os.environ.get("RAY_AUTH_TOKEN"))
        or (Path(named) if named else Path.home() / _TOKEN_FILE).is_file()
    )
