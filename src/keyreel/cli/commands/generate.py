"""`keyreel generate`: one video from the command line, with its progress."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyreel.cli.local.data_folder import DataFolder
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What the options ask for."""

    model: str
    images: tuple[str, ...]
    prompts: tuple[str, ...]
    durations: tuple[int, ...]
    resolution: str | None
    seed: int | None
    fields: tuple[str, ...]

    def to_client_fields(self) -> dict[str, Any]:
        """Return the client's keywords: what was not given is left to the endpoint."""
        asked: dict[str, Any] = {"images": list(self.images)} if self.images else {}
        for one, many, given in (
            ("prompt", "prompts", self.prompts),
            ("duration", "durations", self.durations),
        ):
            if given:
                asked |= {one: given[0]} if len(given) == 1 else {many: list(given)}
        asked |= {"resolution": self.resolution} if self.resolution else {}
        asked |= {"seed": self.seed} if self.seed is not None else {}
        for field in self.fields:
            name, equals, value = field.partition("=")
            if not name or not equals:
                raise InvalidRequest(f"--field: got {field[:64]!r}; name=value is expected.", field="field")
            asked[name] = _parse_value(value)
        return asked


def _parse_value(text: str) -> Any:
    """Read true, 5 or {"a": 1} as JSON, everything else as text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def run(  # noqa: PLR0913 - as many as the command's options
    wish: RequestOptions, output: Path, *, base_url: str, api_key: str, dialect: str, data: Path | None
) -> None:
    """Make the video and write it to `output`."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from keyreel.client import Client, Patience

    folder = DataFolder.from_option(data)
    base_url = base_url or folder.read_server_url() or "http://127.0.0.1:8787"
    api_key = api_key or folder.read_own_key()
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(40), TaskProgressColumn(), TimeElapsedColumn()
    # Somebody is watching, and most videos take seconds.
    patience = Patience(first_seconds=0.25, most_seconds=1.0)
    with Client(base_url, api_key, dialect, patience=patience) as client:
        with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
            row = bar.add_task("waiting", total=1.0)
            video = client.generate(
                wish.model,
                **wish.to_client_fields(),
                on_progress=lambda report: bar.update(
                    row, completed=report.progress, description=report.state.value
                ),
            )
        saved = video.save(output)
    console.print(f"[green]✓[/] {saved}   task {video.report.id}, seed {video.seed}")
    for note in video.notes:
        console.print("!", note, style="yellow", markup=False)
