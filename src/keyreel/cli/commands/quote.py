"""`keyreel quote`: price and time of a video, from a running server."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from keyreel.cli.local.data_folder import DataFolder

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.cli.commands.generate import Wish


def run(wish: Wish, *, base_url: str, api_key: str, data: Path | None, as_json: bool) -> None:
    """Print the quote."""
    from keyreel.client import Client
    from keyreel.client.sansio import exchange
    from keyreel.wire.dialects.dialect import Call

    folder = DataFolder.at(data)
    base_url = base_url or folder.server_url() or "http://127.0.0.1:8787"
    with Client(base_url, api_key or folder.own_key()) as client:
        call = Call("POST", f"/v1/quote?model={quote(wish.model, safe='')}", wish.request())
        found = client.run(exchange(client.remote, call))
    if as_json:
        print(json.dumps(found, indent=2))
        return
    kind = "off-peak" if found["off_peak"] else "normal"
    print(f"{found['model']}, {found['seconds']} s at {found['resolution']}, {kind}")
    print(f"  price     {found['credits']} credits, US$ {found['usd']}")
    if found["off_peak_credits"] is not None and not found["off_peak"]:
        print(f"  off-peak  {found['off_peak_credits']} credits, US$ {found['off_peak_usd']}")
    print(f"  begins    in {_period(found['seconds_until_start'])}, after {found['tasks_ahead']} tasks")
    print(f"  done      in {_period(found['seconds_until_done'])}")


def _period(seconds: int) -> str:
    return str(timedelta(seconds=seconds))
