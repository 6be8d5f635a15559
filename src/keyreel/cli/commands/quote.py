"""`keyreel quote`: price and time of a video, from a running server."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import (
    ApiKeyOption,
    BaseUrlOption,
    DataOption,
    FieldsOption,
    JsonOption,
    RequestOptions,
    ResolutionOption,
)

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json


def quote_video(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    model: Annotated[str, typer.Argument(help="Model, such as vidu-q2-pro-img2video.")],
    duration: Annotated[int | None, typer.Option(help="Length in seconds.")] = None,
    resolution: ResolutionOption = None,
    off_peak: Annotated[
        bool, typer.Option("--off-peak", help="Off-peak: half the price, within 48 hours.")
    ] = False,
    field: FieldsOption = None,
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the price and the expected time of a video, without making it."""
    from keyreel.client import Client
    from keyreel.client.sansio.flows import send_request
    from keyreel.wire.dialects.dialect import ApiRequest

    request = RequestOptions(
        model=model,
        durations=() if duration is None else (duration,),
        resolution=resolution,
        fields=(*(field or ()), *(("off_peak=true",) if off_peak else ())),
    )
    url, key = DataFolder.from_option(data).choose_server(base_url, api_key)
    with Client(url, key) as client:
        call = ApiRequest("POST", f"/v1/quote?model={quote(model, safe='')}", request.to_client_fields())
        found = client.run(send_request(client.remote, call))
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        _print_quote(found)


def _print_quote(found: Json) -> None:
    kind = "off-peak" if found["off_peak"] else "normal"
    print(f"{found['model']}, {found['seconds']} s at {found['resolution']}, {kind}")
    print(f"  price     {found['credits']} credits, US$ {found['usd']}")
    if found["off_peak_credits"] is not None and not found["off_peak"]:
        print(f"  off-peak  {found['off_peak_credits']} credits, US$ {found['off_peak_usd']}")
    start, done = (timedelta(seconds=found[f"seconds_until_{event}"]) for event in ("start", "done"))
    print(f"  begins    in {start}, after {found['tasks_ahead']} tasks")
    print(f"  done      in {done}")
