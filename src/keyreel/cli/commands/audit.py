"""`keyreel audit`: who changed what and when, and whether that record is whole."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlencode

import typer

from keyreel.cli.operator_client import OperatorOptions, connect_for_reading
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    AdminTokenOption,
    DataOption,
    JsonOption,
    OperatorUrlOption,
)
from keyreel.cli.output import print_rows

if TYPE_CHECKING:
    from keyreel.cli.operator_client import OperatorClient
    from keyreel.wire.json_types import Json

_REPEATED_DETAILS: Final = ("settings", "digest")
"""Of a server's start: --json shows them."""


def print_audit_log(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    tenant: Annotated[str | None, typer.Option(help="Only this tenant.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action, such as key.created.")] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="Entries of this period, such as 7d, or since a time such as 2026-01-31T08:00:00Z."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Maximum number of entries, newest first.")] = 50,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check that no entry was changed or is missing.")
    ] = False,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show who changed what and when, newest first. --json shows every detail.

    --verify exits with 1 if the log is not intact.
    """
    with connect_for_reading(OperatorOptions(data, base_url, admin_token)) as server:
        if verify:
            _print_verdict(server, as_json=as_json)
            return
        wanted = {"tenant": tenant, "action": action, "since": since and _parse_since(since), "limit": limit}
        query = urlencode({name: value for name, value in wanted.items() if value is not None})
        entries = server.request("GET", f"/v1/admin/audit?{query}")["entries"]
    rows = entries if as_json else [_summarize_entry(entry) for entry in entries]
    columns = ("id", "at", "action", "actor", "tenant", "object", "address", "details")
    print_rows(rows, columns, as_json=as_json)


def _print_verdict(server: OperatorClient, *, as_json: bool) -> None:
    verdict = server.request("GET", "/v1/admin/audit/verify")
    if as_json:
        print(json.dumps(verdict))
    elif verdict["ok"]:
        print(f"The audit log is intact: {verdict['entries']} entries; hash of the newest: {verdict['head']}")
    else:
        print("\n".join(verdict["problems"]))
    raise typer.Exit(0 if verdict["ok"] else 1)


def _summarize_entry(entry: Json) -> Json:
    """Return an entry for people: of a start what has changed, not all settings once more."""
    details = {name: value for name, value in entry["details"].items() if name not in _REPEATED_DETAILS}
    return entry | {"details": json.dumps(details, ensure_ascii=False) if details else ""}


def _parse_since(text: str) -> str:
    """Return a time as the server takes it; a duration is counted back from this machine's time."""
    from keyreel.clock import SystemClock
    from keyreel.durations import parse_seconds

    if "-" in text:
        return text
    return (SystemClock().now() - timedelta(seconds=parse_seconds(text))).isoformat()
