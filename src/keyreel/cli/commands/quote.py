"""`keyreel quote`: price and time of a video, from a running server."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from keyreel.cli.local.data_folder import DataFolder

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.cli.commands.generate import RequestOptions


def run(wish: RequestOptions, *, base_url: str, api_key: str, data: Path | None, as_json: bool) -> None:
    """Print the quote."""
    from keyreel.client import Client
    from keyreel.client.sansio import send_request
    from keyreel.wire.dialects.dialect import ApiRequest

    folder = DataFolder.from_option(data)
    base_url = base_url or folder.read_server_url() or "http://127.0.0.1:8787"
    with Client(base_url, api_key or folder.read_own_key()) as client:
        call = ApiRequest("POST", f"/v1/quote?model={quote(wish.model, safe='')}", wish.to_client_fields())
        found = client.run(send_request(client.remote, call))
    if as_json:
        print(json.dumps(found, indent=2))
        return
    kind = "off-peak" if found["off_peak"] else "normal"
    print(f"{found['model']}, {found['seconds']} s at {found['resolution']}, {kind}")
    print(f"  price     {found['credits']} credits, US$ {found['usd']}")
    if found["off_peak_credits"] is not None and not found["off_peak"]:
        print(f"  off-peak  {found['off_peak_credits']} credits, US$ {found['off_peak_usd']}")
    print(
        f"  begins    in {_format_period(found['seconds_until_start'])}, after {found['tasks_ahead']} tasks"
    )
    print(f"  done      in {_format_period(found['seconds_until_done'])}")


def _format_period(seconds: int) -> str:
    return str(timedelta(seconds=seconds))
