"""`keyreel validate`: what is wrong with a request and what it would cost, without making anything."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import (
    ApiKeyOption,
    DataOption,
    DurationsOption,
    FieldsOption,
    ImagesOption,
    JsonOption,
    PromptsOption,
    RequestOptions,
)

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.wire.json_types import Json


def validate_request(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    model: Annotated[str, typer.Argument(help="Model, such as vidu-q2-pro-multiframe.")],
    image: ImagesOption = None,
    prompt: PromptsOption = None,
    duration: DurationsOption = None,
    field: FieldsOption = None,
    base_url: Annotated[
        str,
        typer.Option(envvar="KEYREEL_BASE_URL", help="Ask this server. Default: the local catalogue."),
    ] = "",
    api_key: ApiKeyOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate a request: list every broken rule, and the price. Exits with 1 if it is invalid."""
    from keyreel.client.requests import build_parsed_submit

    request = RequestOptions(
        model=model,
        images=tuple(image or ()),
        prompts=tuple(prompt or ()),
        durations=tuple(duration or ()),
        fields=tuple(field or ()),
    )
    submit = build_parsed_submit(model, request.to_client_fields())
    name = submit.endpoint_class.name()
    verdict = (
        _validate_remotely(name, submit.fields, DataFolder.from_option(data).choose_server(base_url, api_key))
        if base_url
        else _validate_locally(name, submit.fields, data)
    )
    if as_json:
        print(json.dumps(verdict, indent=2, ensure_ascii=False))
    else:
        _print_verdict(verdict)
    raise typer.Exit(0 if verdict["valid"] else 1)


def _validate_locally(name: str, fields: Json, data: Path | None) -> Json:
    from keyreel.cli.local.node.installation import build_destinations
    from keyreel.engines.router import load_router
    from keyreel.pricing import read_price_table
    from keyreel.server.routes.validate import ServerRules, build_verdict
    from keyreel.settings import read_settings
    from keyreel.tasks.webhooks.secrets import DEFAULT_TENANT
    from keyreel.wire.requests.validation import parse_for_model

    settings = read_settings(data=data)
    prices, engines = read_price_table(settings.price_table), load_router(settings.engine_settings)
    check_engines = partial(engines.route_request, tenant=DEFAULT_TENANT)
    rules = ServerRules(prices, check_engines, build_destinations(settings).check_url)
    return build_verdict(parse_for_model(name, fields), rules)


def _validate_remotely(name: str, fields: Json, server: tuple[str, str]) -> Json:
    from keyreel.client import Client
    from keyreel.client.sansio.flows import send_request
    from keyreel.wire.dialects.dialect import ApiRequest

    call = ApiRequest("POST", f"/v1/validate/{quote(name)}", fields)
    with Client(*server) as client:
        return client.run(send_request(client.remote, call))


def _print_verdict(verdict: Json) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for problem in verdict["problems"]:
        console.print("[red]✗[/]", end=" ")
        console.print(problem["message"], markup=False)
    for name in verdict["ignored"]:
        console.print("[yellow]![/]", end=" ")
        console.print(f"{name} has no effect", markup=False)
    if verdict["price"]:
        price = verdict["price"]
        video = f"{verdict['seconds']} s at {verdict['resolution']}"
        tick = "[green]✓[/]" if verdict["valid"] else " "
        console.print(f"{tick} {verdict['model']}, {video}: {price['credits']} credits, US$ {price['usd']}")
