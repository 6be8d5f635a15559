"""The commands about time and price, with their options."""

from __future__ import annotations

from typing import Annotated

import typer

from keyreel.cli.options import DataOption, JsonOption  # noqa: TC001 - typer reads annotations

clock_app = typer.Typer(
    help="The clock of a server in development mode: see it, move it forward.", no_args_is_help=True
)


@clock_app.command("now")
def now(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the server's time and how far it was moved."""
    from keyreel.cli.clock import print_time as run

    run(data, as_json=as_json)


@clock_app.command("advance")
def advance(
    by: Annotated[str, typer.Argument(help="How far: 90s, 10m, 48h, 30d, or several such as 1d12h.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move the server's clock forward, for good; only with `keyreel up --dev`."""
    from keyreel.cli.clock import advance_clock as run

    run(data, by, as_json=as_json)


def quote(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    model: Annotated[str, typer.Argument(help="For example vidu-q2-pro-img2video.")],
    duration: Annotated[int | None, typer.Option(help="Seconds.")] = None,
    resolution: Annotated[str | None, typer.Option(help="540p, 720p or 1080p.")] = None,
    off_peak: Annotated[bool, typer.Option("--off-peak", help="Off-peak: half price, within 48 h.")] = False,
    field: Annotated[list[str] | None, typer.Option(help="Any other field, as name=value.")] = None,
    base_url: Annotated[
        str, typer.Option(envvar="KEYREEL_BASE_URL", help="Server; default: the one on this machine.")
    ] = "",
    api_key: Annotated[
        str, typer.Option(envvar="KEYREEL_API_KEY", help="Default: the data folder's own key.")
    ] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a video would cost and when it would be done, without making it."""
    from keyreel.cli.commands.generate import RequestOptions
    from keyreel.cli.commands.quote import run

    durations = () if duration is None else (duration,)
    fields = (*(field or ()), *(("off_peak=true",) if off_peak else ()))
    wish = RequestOptions(model, (), (), durations, resolution, None, fields)
    run(wish, base_url=base_url, api_key=api_key, data=data, as_json=as_json)
