"""The commands about tenants, keys and the books, and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from keyreel.cli.options import DataOption, JsonOption  # noqa: TC001 - typer reads annotations

keys_app = typer.Typer(
    help="API keys: make, list, limit and revoke them, also while the server runs.", no_args_is_help=True
)
tenants_app = typer.Typer(help="Who owns keys, tasks and credits.", no_args_is_help=True)
ledger_app = typer.Typer(help="The books: every credit that ever moved.", no_args_is_help=True)

Rpm = Annotated[int | None, typer.Option(min=0, help="Submits in a minute at most; 0: any number.")]
Running = Annotated[int | None, typer.Option(min=0, help="Tasks that may run at a time; 0: any number.")]
Queued = Annotated[int | None, typer.Option(min=0, help="Tasks that may wait at a time; 0: any number.")]
Daily = Annotated[int | None, typer.Option(min=0, help="Credits a day (UTC) at most; 0: any number.")]
KeyId = Annotated[str, typer.Argument(help="The key's id, from `keyreel keys list`.")]
TenantNameArgument = Annotated[str, typer.Argument(help="The tenant's name.")]


@keys_app.command("create")
def create_key(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    tenant: Annotated[str, typer.Option(help="Who the key belongs to.")],
    name: Annotated[str, typer.Option(help="A note for yourself.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="submit, read or admin; repeat it. Default: submit and read.")
    ] = None,
    rpm: Rpm = None,
    running: Running = None,
    queued: Queued = None,
    daily_credits: Daily = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and show it, this once."""
    from keyreel.cli.accounts import create_key as run

    limits = _build_limits(rpm, running, queued, daily_credits)
    run(data, {"tenant": tenant, "name": name, "scopes": scope, **limits}, as_json=as_json)


@keys_app.command("list")
def list_keys(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the keys, without showing them."""
    from keyreel.cli.accounts import list_keys as run

    run(data, as_json=as_json)


@keys_app.command("limit")
def limit_key(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    key_id: KeyId,
    rpm: Rpm = None,
    running: Running = None,
    queued: Queued = None,
    daily_credits: Daily = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set some of a key's limits; the others stay."""
    from keyreel.cli.accounts import limit_key as run

    run(data, key_id, _build_limits(rpm, running, queued, daily_credits), as_json=as_json)


@keys_app.command("revoke")
def revoke_key(key_id: KeyId, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Make a key invalid from now on."""
    from keyreel.cli.accounts import revoke_key as run

    run(data, key_id, as_json=as_json)


@tenants_app.command("list")
def list_tenants(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the tenants with their credits and limits."""
    from keyreel.cli.accounts import list_tenants as run

    run(data, as_json=as_json)


@tenants_app.command("create")
def create_tenant(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    notes: Annotated[str, typer.Option(help="A note for yourself.")] = "",
    rpm: Rpm = None,
    running: Running = None,
    queued: Queued = None,
    daily_credits: Daily = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a tenant; its limits hold for all its keys together."""
    from keyreel.cli.accounts import create_tenant as run

    limits = _build_limits(rpm, running, queued, daily_credits)
    run(data, {"name": name, "notes": notes, **limits}, as_json=as_json)


@tenants_app.command("limit")
def limit_tenant(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    rpm: Rpm = None,
    running: Running = None,
    queued: Queued = None,
    daily_credits: Daily = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set some of a tenant's limits; they hold for all its keys together."""
    from keyreel.cli.accounts import limit_tenant as run

    run(data, name, _build_limits(rpm, running, queued, daily_credits), as_json=as_json)


@tenants_app.command("grant", context_settings={"ignore_unknown_options": True})
def grant(  # noqa: PLR0917 - a command's options are its interface
    name: TenantNameArgument,
    credits_: Annotated[int, typer.Argument(metavar="CREDITS", help="How many; -5 takes five away.")],
    txn: Annotated[str, typer.Option(help="Your own name for it: granted once, however often you ask.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a tenant credits; from then on it pays in advance."""
    from keyreel.cli.accounts import grant_tenant_credits as run

    run(data, name, {"credits": credits_, "txn": txn or None}, as_json=as_json)


@ledger_app.command("verify")
def verify_ledger(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Check that everything adds up; exits with 1 where it does not."""
    from keyreel.cli.commands.ledger import print_audit as run

    raise typer.Exit(run(data, as_json=as_json))


@ledger_app.command("export")
def export_ledger(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Print every posting, oldest first."""
    from keyreel.cli.commands.ledger import print_postings as run

    run(data, as_json=as_json)


def _build_limits(
    rpm: int | None, running: int | None, queued: int | None, daily_credits: int | None
) -> dict[str, int | None]:
    return {"rpm": rpm, "running": running, "queued": queued, "daily_credits": daily_credits}
