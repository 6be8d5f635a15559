"""`keyreel clock`: the time of a server in development mode."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.operator import request_server
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from pathlib import Path

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PERIODS: Final = re.compile(r"(?:[0-9]{1,7}[smhd])+", re.ASCII)


def print_time(data: Path | None, *, as_json: bool) -> None:
    """Print the server's time."""
    _print(request_server(DataFolder.from_option(data), "GET", "/v1/admin/clock"), as_json=as_json)


def advance_clock(data: Path | None, by: str, *, as_json: bool) -> None:
    """Move the server's clock and print its time."""
    body = {"seconds": parse_period(by)}
    _print(
        request_server(DataFolder.from_option(data), "POST", "/v1/admin/clock/advance", body), as_json=as_json
    )


def parse_period(period: str) -> int:
    """Read "48h" or "1d12h".

    Raises:
        InvalidRequest: it is no such text.
    """
    if not _PERIODS.fullmatch(period):
        raise InvalidRequest(f"{period[:64]!r} is no period such as 90s, 10m, 48h or 1d12h.")
    return sum(int(part[:-1]) * _UNITS[part[-1]] for part in re.findall(r"[0-9]+[smhd]", period))


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found))
        return
    ahead = timedelta(seconds=round(found["ahead_seconds"]))
    mode = f"{ahead} ahead of the machine's clock" if found["dev"] else "the machine's clock"
    print(f"{found['now']}   {mode}")
