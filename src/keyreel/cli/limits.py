"""The limits of keys and tenants: as options, as JSON and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

_LIMIT_NAMES: Final = ("rpm", "running", "queued", "daily_credits")

RpmOption = Annotated[
    int | None, typer.Option("--rpm", min=0, help="Submits in a minute at most; 0: any number.")
]
RunningOption = Annotated[
    int | None, typer.Option("--running", min=0, help="Tasks that may run at a time; 0: any number.")
]
QueuedOption = Annotated[
    int | None, typer.Option("--queued", min=0, help="Tasks that may wait at a time; 0: any number.")
]
DailyCreditsOption = Annotated[
    int | None, typer.Option("--daily-credits", min=0, help="Credits a day (UTC) at most; 0: any number.")
]


def build_limits(
    rpm: int | None, running: int | None, queued: int | None, daily_credits: int | None
) -> dict[str, int | None]:
    """Return limits as a request's JSON has them; None for one that stays as it is."""
    return {"rpm": rpm, "running": running, "queued": queued, "daily_credits": daily_credits}


def format_limits(limits: Json) -> str:
    """Return in words those limits of a key's or a tenant's JSON that are its own."""
    own = [f"{name} {limits[name] or 'none'}" for name in _LIMIT_NAMES if limits[name] is not None]
    return ", ".join(own) or "usual"
