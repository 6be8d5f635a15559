"""The limits of keys and tenants: as options, as JSON and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

_LIMIT_WORDS: Final = {
    "rpm": "submits a minute",
    "running": "tasks running",
    "queued": "tasks waiting",
    "daily_credits": "credits a day",
}

RpmOption = Annotated[
    int | None, typer.Option("--rpm", min=0, help="Maximum submits per minute. 0: no limit.")
]
RunningOption = Annotated[
    int | None, typer.Option("--running", min=0, help="Maximum running tasks. 0: no limit.")
]
QueuedOption = Annotated[
    int | None, typer.Option("--queued", min=0, help="Maximum queued tasks. 0: no limit.")
]
DailyCreditsOption = Annotated[
    int | None, typer.Option("--daily-credits", min=0, help="Maximum credits per day (UTC). 0: no limit.")
]
StorageOption = Annotated[
    str | None,
    typer.Option("--storage", help="Maximum storage, such as 20GiB. 0: no limit."),
]


def parse_storage(text: str | None) -> int | None:
    """Return the bytes of the option --storage; None where it is not given."""
    from keyreel.system.sizes import parse_size

    try:
        return None if text is None else parse_size(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a size such as 20GiB.", param_hint="--storage") from None


def build_limits(
    rpm: int | None, running: int | None, queued: int | None, daily_credits: int | None
) -> dict[str, int | None]:
    """Return limits as a request's JSON has them; None for one that stays as it is."""
    return {"rpm": rpm, "running": running, "queued": queued, "daily_credits": daily_credits}


def format_limits(limits: Json) -> str:
    """Return in words those limits of a key's or a tenant's JSON that are its own."""
    from keyreel.system.sizes import format_size

    own = [
        f"{limits[name] or 'any number of'} {words}"
        for name, words in _LIMIT_WORDS.items()
        if limits.get(name) is not None
    ]
    stored = limits.get("storage_bytes")  # which keys do not have
    if stored is not None:
        own.append(f"{format_size(stored)} stored" if stored else "anything stored")
    return ", ".join(own) or "default"
