"""The commands about callbacks, with their options."""

from __future__ import annotations

from typing import Annotated

import typer

from keyreel.cli.options import DataOption, JsonOption  # noqa: TC001 - typer reads annotations

callbacks_app = typer.Typer(
    help="Callbacks: what was delivered, sending it again, and the secret that signs it.",
    no_args_is_help=True,
)
TenantOption = Annotated[str, typer.Option(help="Whose secret.")]


@callbacks_app.command("list")
def list_callbacks(
    task: Annotated[str, typer.Option(help="A task's id; default: the newest of all.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 20,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List deliveries; --json shows every attempt."""
    from keyreel.cli.callbacks import print_deliveries as run

    run(data, task, limit, as_json=as_json)


@callbacks_app.command("replay")
def replay(
    delivery: Annotated[str, typer.Argument(help="A delivery's id, as evt_…_1.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send an event again, whatever became of it, with its whole schedule."""
    from keyreel.cli.callbacks import replay_delivery as run

    run(data, delivery, as_json=as_json)


@callbacks_app.command("secret")
def secret(tenant: TenantOption = "default", data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show what a tenant's callbacks are signed with, for its receivers to check."""
    from keyreel.cli.callbacks import print_secret as run

    run(data, tenant, as_json=as_json)


def listen(  # noqa: PLR0917 - a command's options are its interface
    forward_to: Annotated[str, typer.Option(help="An address that gets every delivery too.")] = "",
    port: Annotated[int, typer.Option(help="Port; 0 for any free one.")] = 8788,
    tenant: TenantOption = "default",
    api_key: Annotated[
        str, typer.Option(envvar="KEYREEL_API_KEY", help="The submitting key, for native signatures.")
    ] = "",
    data: DataOption = None,
) -> None:
    """Receive callbacks on this machine: check their signatures, show them, pass them on."""
    from keyreel.cli.commands.listen import run

    run(data, forward_to=forward_to, port=port, tenant=tenant, api_key=api_key)
