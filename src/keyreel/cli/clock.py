"""`keyreel clock`: the time of a server in development mode."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.operator import request_server
from keyreel.durations import parse_seconds

if TYPE_CHECKING:
    from pathlib import Path


def print_time(data: Path | None, *, as_json: bool) -> None:
    """Print the server's time."""
    _print(request_server(DataFolder.from_option(data), "GET", "/v1/admin/clock"), as_json=as_json)


def advance_clock(data: Path | None, by: str, *, as_json: bool) -> None:
    """Move the server's clock and print its time."""
    body = {"seconds": parse_seconds(by)}
    _print(
        request_server(DataFolder.from_option(data), "POST", "/v1/admin/clock/advance", body), as_json=as_json
    )


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found))
        return
    ahead = timedelta(seconds=round(found["ahead_seconds"]))
    mode = f"{ahead} ahead of the machine's clock" if found["dev"] else "the machine's clock"
    print(f"{found['now']}   {mode}")
