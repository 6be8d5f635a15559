"""`keyreel validate`: what is wrong with a request and what it would cost, without making anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.cli.commands.generate import RequestOptions
    from keyreel.wire.json_types import Json


def run(wish: RequestOptions, *, base_url: str, api_key: str, data: Path | None, as_json: bool) -> int:
    """Print the verdict, a server's where one is named; return 0 for a good request, else 1."""
    from keyreel.client.requests import build_parsed_submit

    asked = build_parsed_submit(wish.model, wish.to_client_fields())
    name = asked.endpoint_class.name()
    found = (
        _validate_remotely(name, asked.fields, base_url, api_key)
        if base_url
        else _validate_locally(name, asked.fields, data)
    )
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _print(found)
    return 0 if found["valid"] else 1


def _validate_locally(name: str, fields: Json, data: Path | None) -> Json:
    from keyreel.cli.local.composition import build_destinations
    from keyreel.engines.router import load_router
    from keyreel.pricing import read_price_table
    from keyreel.server.routes.validate import ServerRules, build_verdict
    from keyreel.settings import read_settings
    from keyreel.wire.requests.validation import parse_for_model

    settings = read_settings(data=data)
    prices, engines = read_price_table(settings.price_table), load_router(settings.engines)
    judges = ServerRules(prices, engines.require_supported, build_destinations(settings).check_url)
    return build_verdict(parse_for_model(name, fields), judges)


def _validate_remotely(name: str, fields: Json, base_url: str, api_key: str) -> Json:
    from keyreel.client import Client
    from keyreel.client.sansio import send_request
    from keyreel.wire.dialects.dialect import ApiRequest

    with Client(base_url, api_key) as client:
        return client.run(
            send_request(client.remote, ApiRequest("POST", f"/v1/validate/{quote(name)}", fields))
        )


def _print(found: Json) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for problem in found["problems"]:
        console.print("[red]✗[/]", end=" ")
        console.print(problem["message"], markup=False)
    for name in found["ignored"]:
        console.print("[yellow]![/]", end=" ")
        console.print(f"{name} has no effect", markup=False)
    if found["price"]:
        price = found["price"]
        sized = f"{found['seconds']} s at {found['resolution']}"
        tick = "[green]✓[/]" if found["valid"] else " "
        console.print(f"{tick} {found['model']}, {sized}: {price['credits']} credits, US$ {price['usd']}")
