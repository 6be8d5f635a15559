"""`keyreel models`: what a running server can make, and within which limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    ApiKeyOption,
    BaseUrlOption,
    DataOption,
    JsonOption,
)
from keyreel.cli.output import print_rows
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.wire.json_types import Json

_COLUMNS = ("model", "available", "seconds", "resolutions", "images", "ratios")


def list_models(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    word: Annotated[str, typer.Argument(help="Only models whose name contains this text.")] = "",
    all_models: Annotated[
        bool, typer.Option("--all", help="Include models that no engine on the server makes.")
    ] = False,
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the models of a running server with their limits."""
    from keyreel.client import Client

    url, key = DataFolder.from_option(data).choose_server(base_url, api_key)
    with Client(url, key) as client:
        listing = client.models()
    rows = [
        row for row in _iterate_rows(listing) if word in row["model"] and (all_models or row["available"])
    ]
    if word and not rows:
        raise InvalidRequest(
            f"WORD: got {word[:64]!r}; no model on the server has this in its name.", field="word"
        )
    print_rows(rows, _COLUMNS, as_json=as_json)


def _iterate_rows(listing: Json) -> Iterator[Json]:
    """Yield a row for each operation of each model."""
    for model in listing["data"]:
        for each in model["operations"]:
            limits = each["limits"]
            yield {
                "model": each["ids"].get("async_v3", each["endpoint"]),
                "available": each["available"],
                "seconds": _format_seconds(limits["seconds"]),
                "resolutions": " ".join(limits["resolutions"]),
                "images": _format_range(limits.get("images") or limits.get("keyframes")),
                "ratios": _join(limits.get("aspect_ratios", ())),
            }


def _format_seconds(seconds: Json) -> str:
    choices = seconds.get("choices")
    return ", ".join(map(str, choices)) if choices else _format_range(seconds)


def _format_range(found: Json | None) -> str:
    if not found:
        return ""
    low, high = found["min"], found["max"]
    return f"{low}" if low == high else f"{low}-{'' if high is None else high}"


def _join(ratios: list[str] | str) -> str:
    return ratios if isinstance(ratios, str) else " ".join(ratios)
