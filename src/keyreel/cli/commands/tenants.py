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

tenants_app = typer.Typer(help="Tenants, who own keys, tasks, and credits.", no_args_is_help=True)
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
    """Create a tenant. Its limits apply to all its keys together."""
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
    """Change a tenant's limits, which apply to all its keys together."""
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
    """Disable a tenant: its keys are refused and queued tasks wait. Running tasks finish."""
    body = {"cancel_tasks": cancel}
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        disabled = server.request("POST", f"{_format_tenant_path(name)}/disable", body)
    cancelled = f" {disabled['cancelled']} tasks were cancelled." if cancel else ""
    sentence = f"Tenant {disabled['name']} is disabled: its keys are refused, and none of its tasks starts."
    print(json.dumps(disabled) if as_json else sentence + cancelled)


@tenants_app.command("enable")
def enable_tenant(  # noqa: PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Enable a disabled tenant and start its queued tasks."""
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        enabled = server.request("POST", f"{_format_tenant_path(name)}/enable")
    print(json.dumps(enabled) if as_json else f"Tenant {enabled['name']} is enabled.")


@tenants_app.command("grant", context_settings={"ignore_unknown_options": True})
def grant_credits(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    credits_: Annotated[
        int, typer.Argument(metavar="CREDITS", help="Number of credits. -5 takes five away.")
    ],
    txn: Annotated[
        str | None, typer.Option(help="Your own name for the grant. The same name is granted only once.")
    ] = None,
    note: Annotated[str, typer.Option(help="A note for yourself.")] = "",
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Grant credits to a tenant, which makes it prepaid."""
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

    pays = "is prepaid" if tenant["prepaid"] else "is postpaid"
    print(
        f"Tenant {tenant['name']} {pays}. Credits: {tenant['credits']} available, {tenant['held']} "
        f"held. Stored: {format_size(tenant['stored_bytes'])}. Limits: {format_limits(tenant)}."
    )
