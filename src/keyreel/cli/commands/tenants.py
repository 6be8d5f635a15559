"""`keyreel tenants`: who owns keys, tasks and credits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from keyreel.cli.limits import (
    DailyCreditsOption,
    QueuedOption,
    RpmOption,
    RunningOption,
    StorageOption,
    build_limits,
    format_limits,
    parse_storage,
)
from keyreel.cli.operator_client import OperatorOptions, connect, connect_for_reading
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    AdminTokenOption,
    DataOption,
    JsonOption,
    OperatorUrlOption,
)
from keyreel.cli.output import print_rows

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

tenants_app = typer.Typer(help="Who owns keys, tasks and credits.", no_args_is_help=True)
TenantNameArgument = Annotated[str, typer.Argument(help="The tenant's name.")]


@tenants_app.command("list")
def list_tenants(
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """List the tenants with their credits, stored bytes and limits."""
    with connect_for_reading(OperatorOptions(data, base_url, admin_token)) as server:
        tenants = server.request("GET", "/v1/admin/tenants")["tenants"]
    if not as_json:
        for tenant in tenants:
            tenant["limits"] = format_limits(tenant)
    columns = ("name", "credits", "held", "prepaid", "disabled", "stored_bytes", "limits", "notes", "created")
    print_rows(tenants, columns, as_json=as_json)


@tenants_app.command("create")
def create_tenant(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    notes: Annotated[str, typer.Option(help="A note for yourself.")] = "",
    rpm: RpmOption = None,
    running: RunningOption = None,
    queued: QueuedOption = None,
    daily_credits: DailyCreditsOption = None,
    storage: StorageOption = None,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Make a tenant; its limits hold for all its keys together."""
    limits = {**build_limits(rpm, running, queued, daily_credits), "storage_bytes": parse_storage(storage)}
    body = {"name": name, "notes": notes, **limits}
    with connect(OperatorOptions(data, base_url, admin_token), may_create=True) as server:
        created = server.request("POST", "/v1/admin/tenants", body)
    _print_tenant(created, as_json=as_json)


@tenants_app.command("limit")
def limit_tenant(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    rpm: RpmOption = None,
    running: RunningOption = None,
    queued: QueuedOption = None,
    daily_credits: DailyCreditsOption = None,
    storage: StorageOption = None,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Set some of a tenant's limits; they hold for all its keys together."""
    limits = {**build_limits(rpm, running, queued, daily_credits), "storage_bytes": parse_storage(storage)}
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        changed = server.request("PATCH", _format_tenant_path(name), limits)
    _print_tenant(changed, as_json=as_json)


@tenants_app.command("disable")
def disable_tenant(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel its unfinished tasks too.")] = False,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Refuse a tenant's keys; running tasks end, queued ones wait, webhooks are delivered."""
    body = {"cancel_tasks": cancel}
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        disabled = server.request("POST", f"{_format_tenant_path(name)}/disable", body)
    cancelled = f" {disabled['cancelled']} tasks were cancelled." if cancel else ""
    sentence = f"Tenant {disabled['name']} is disabled: its keys are refused, none of its tasks begins."
    print(json.dumps(disabled) if as_json else sentence + cancelled)


@tenants_app.command("enable")
def enable_tenant(  # noqa: PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Take a disabled tenant's keys again, and start its queued tasks."""
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        enabled = server.request("POST", f"{_format_tenant_path(name)}/enable")
    print(json.dumps(enabled) if as_json else f"Tenant {enabled['name']} is enabled.")


@tenants_app.command("grant", context_settings={"ignore_unknown_options": True})
def grant_credits(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    credits_: Annotated[int, typer.Argument(metavar="CREDITS", help="How many; -5 takes five away.")],
    txn: Annotated[
        str | None, typer.Option(help="Your own name for it: granted once, however often you ask.")
    ] = None,
    note: Annotated[str, typer.Option(help="A note for yourself.")] = "",
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Give a tenant credits; from then on it pays in advance."""
    body = {"credits": credits_, "txn": txn, "note": note}
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        granted = server.request("POST", f"{_format_tenant_path(name)}/grants", body)
    if not as_json:
        print(granted["message"])
    _print_tenant(granted, as_json=as_json)


def _format_tenant_path(name: str) -> str:
    return f"/v1/admin/tenants/{quote(name, safe='')}"


def _print_tenant(tenant: Json, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(tenant))
        return
    from keyreel.system.sizes import format_size

    pays = "pays in advance" if tenant["prepaid"] else "pays afterwards"
    print(
        f"Tenant {tenant['name']} has {tenant['credits']} credits to spend, {tenant['held']} are held; "
        f"it {pays}. It has stored {format_size(tenant['stored_bytes'])}. Limits: {format_limits(tenant)}."
    )
