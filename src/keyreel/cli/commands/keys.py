"""`keyreel keys`: API keys are made, listed, limited and revoked."""

from __future__ import annotations

import json
from typing import Annotated
from urllib.parse import quote

import typer

from keyreel.cli.limits import (
    DailyCreditsOption,
    QueuedOption,
    RpmOption,
    RunningOption,
    build_limits,
    format_limits,
)
from keyreel.cli.operator_client import OperatorOptions, connect, connect_for_reading
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    AdminTokenOption,
    DataOption,
    JsonOption,
    OperatorUrlOption,
)
from keyreel.cli.output import print_rows

keys_app = typer.Typer(
    help="API keys: create, list, limit, and revoke them, with or without a running server.",
    no_args_is_help=True,
)
KeyIdArgument = Annotated[str, typer.Argument(help="The key's ID, from `keyreel keys list`.")]


@keys_app.command("create")
def create_key(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    tenant: Annotated[str, typer.Option(help="Tenant that the key belongs to.")],
    name: Annotated[str, typer.Option(help="A note for yourself.")] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="submit, read, or admin. Repeat for several. Default: submit and read."),
    ] = None,
    new_tenant: Annotated[bool, typer.Option("--new-tenant", help="Create the tenant too.")] = False,
    rpm: RpmOption = None,
    running: RunningOption = None,
    queued: QueuedOption = None,
    daily_credits: DailyCreditsOption = None,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Create an API key and show it. It is not shown again."""
    limits = build_limits(rpm, running, queued, daily_credits)
    body = {"tenant": tenant, "name": name, "scopes": scope, "new_tenant": new_tenant, **limits}
    with connect(OperatorOptions(data, base_url, admin_token), may_create=True) as server:
        created = server.request("POST", "/v1/admin/keys", body)
    if as_json:
        print(json.dumps(created))
        return
    owner = f"Key {created['id']} of tenant {created['tenant']}"
    print(f"{created['key']}\n\n{owner}. Save it now: it is not shown again.")


@keys_app.command("list")
def list_keys(
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """List the API keys, without showing them."""
    with connect_for_reading(OperatorOptions(data, base_url, admin_token)) as server:
        keys = server.request("GET", "/v1/admin/keys")["keys"]
    if not as_json:
        for key in keys:
            key |= {"scopes": " ".join(key["scopes"]), "limits": format_limits(key)}
    print_rows(keys, ("id", "tenant", "scopes", "name", "limits", "created", "revoked"), as_json=as_json)


@keys_app.command("show")
def show_key(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the server's own API key: KEYREEL_API_KEY, or the generated key in the data folder."""
    from keyreel.cli.local.data_folder import DataFolder
    from keyreel.errors import InvalidRequest
    from keyreel.settings import read_settings

    settings = read_settings(data=data)
    key = settings.api_key.get_secret_value() or DataFolder(settings.data).read_own_key()
    if not key:
        raise InvalidRequest(f"{settings.data} has no key yet: `keyreel up` creates one at its first start.")
    print(json.dumps({"key": key}) if as_json else key)


@keys_app.command("limit")
def limit_key(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    key_id: KeyIdArgument,
    rpm: RpmOption = None,
    running: RunningOption = None,
    queued: QueuedOption = None,
    daily_credits: DailyCreditsOption = None,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Change a key's limits. Other limits stay unchanged."""
    limits = build_limits(rpm, running, queued, daily_credits)
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        changed = server.request("PATCH", _format_key_path(key_id), limits)
    print(json.dumps(changed) if as_json else f"Key {changed['id']}: {format_limits(changed)}.")


@keys_app.command("revoke")
def revoke_key(  # noqa: PLR0917 - a command's options are its interface
    key_id: KeyIdArgument,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Revoke a key; with KEYREEL_LINKS_FOLLOW_KEYS=1 its links too."""
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        revoked = server.request("DELETE", _format_key_path(key_id))
    sentence = f"Key {revoked['id']} of tenant {revoked['tenant']} is revoked."
    print(json.dumps(revoked) if as_json else sentence)


def _format_key_path(key_id: str) -> str:
    return f"/v1/admin/keys/{quote(key_id, safe='')}"
