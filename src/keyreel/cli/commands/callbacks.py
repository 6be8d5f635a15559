"""`keyreel callbacks`: which webhooks were delivered, sending them again, and the secret that signs them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

import typer

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

callbacks_app = typer.Typer(
    help="Webhook deliveries: list them, send one again, show the signing secret.",
    no_args_is_help=True,
)
SecretTenantOption = Annotated[str, typer.Option("--tenant", help="Tenant whose secret is used.")]

_COLUMNS: Final = ("id", "state", "status", "attempts", "last", "url", "tenant", "next_at")


@callbacks_app.command("list")
def list_deliveries(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    task: Annotated[
        str | None, typer.Option(help="A task's ID. Default: the newest deliveries of all tasks.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Maximum number of entries, newest first.")] = 20,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """List deliveries. --json shows every attempt."""
    path = f"/v1/admin/callbacks?limit={limit}"
    path += "" if task is None else f"&task={quote(task, safe='')}"
    with connect_for_reading(OperatorOptions(data, base_url, admin_token)) as server:
        deliveries = server.request("GET", path)["callbacks"]
    rows = deliveries if as_json else [_summarize_delivery(delivery) for delivery in deliveries]
    print_rows(rows, _COLUMNS, as_json=as_json)


def _summarize_delivery(delivery: Json) -> Json:
    last = delivery["attempts"][-1] if delivery["attempts"] else {}
    outcome = str(last.get("status") or last.get("error") or "")
    return {**delivery, "attempts": str(len(delivery["attempts"])), "last": outcome}


@callbacks_app.command("replay")
def replay_delivery(  # noqa: PLR0917 - a command's options are its interface
    delivery: Annotated[str, typer.Argument(help="A delivery's ID, such as evt_…_1.")],
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Send an event again, with its full retry schedule."""
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        again = server.request("POST", f"/v1/admin/callbacks/{quote(delivery, safe='')}/replay")
    if as_json:
        print(json.dumps(again))
    else:
        print(f"Sending {again['id']} of task {again['task']} ({again['state']}) to {again['url']} again.")


@callbacks_app.command("secret")
def print_secret(  # noqa: PLR0917 - a command's options are its interface
    tenant: SecretTenantOption = "default",
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show the signing secret of a tenant's webhooks."""
    secret = get_secret(OperatorOptions(data, base_url, admin_token), tenant)
    print(json.dumps({"tenant": tenant, "secret": secret}) if as_json else secret)


def get_secret(options: OperatorOptions, tenant: str) -> str:
    """Return a tenant's signing secret, as the running server has it, or as the next one will.

    Raises:
        InvalidRequest: the tenant's name breaks the rule.
    """
    from keyreel.server.routes.operator.accounts import check_tenant_name

    check_tenant_name(tenant)
    with connect(options) as server:
        path = f"/v1/admin/callbacks/secret?tenant={quote(tenant, safe='')}"
        secret: str = server.request("GET", path)["secret"]
    return secret
