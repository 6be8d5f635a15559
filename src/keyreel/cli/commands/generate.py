"""`keyreel generate`: one video from the command line, with its progress."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import (
    ApiKeyOption,
    BaseUrlOption,
    DataOption,
    DurationsOption,
    FieldsOption,
    ImagesOption,
    PromptsOption,
    RequestOptions,
    ResolutionOption,
)
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from rich.console import Console

    from keyreel.client import Client
    from keyreel.client.client import Video


def generate_video(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    model: Annotated[str, typer.Argument(help="For example vidu-q2-pro-multiframe.")],
    image: ImagesOption = None,
    prompt: PromptsOption = None,
    duration: DurationsOption = None,
    resolution: ResolutionOption = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same video.")] = None,
    field: FieldsOption = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the MP4 goes.")] = Path("out.mp4"),
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    dialect: Annotated[str, typer.Option(help="Wire format to speak.")] = "async_v3",
    data: DataOption = None,
) -> None:
    """Make a video and save it."""
    _check_output(output)
    from rich.console import Console

    from keyreel.client import Client, Patience

    request = RequestOptions(
        model=model,
        images=tuple(image or ()),
        prompts=tuple(prompt or ()),
        durations=tuple(duration or ()),
        resolution=resolution,
        seed=seed,
        fields=tuple(field or ()),
    )
    console = Console(stderr=True)
    url, key = DataFolder.from_option(data).choose_server(base_url, api_key)
    # Somebody is watching, and most videos take seconds.
    patience = Patience(first_seconds=0.25, most_seconds=1.0)
    with Client(url, key, dialect, patience=patience) as client:
        video = _generate_with_progress(client, request, console)
        saved = video.save(output)
    console.print(f"[green]✓[/] {saved}   task {video.report.id}, seed {video.seed}")
    for note in video.notes:
        console.print("!", note, style="yellow", markup=False)


def _check_output(output: Path) -> None:
    """Find out that the video cannot be saved before it is made and paid for.

    Raises:
        InvalidRequest: its folder is missing or closed to this user, or what has its name is no regular file.
    """
    if not output.parent.is_dir():
        reason = f"the folder {output.parent} does not exist"
    elif not os.access(output.parent, os.W_OK | os.X_OK):
        reason = f"this user may not write to the folder {output.parent}"
    elif output.exists() and not output.is_file():
        reason = f"{output} exists and is not a regular file"
    else:
        return
    raise InvalidRequest(f"--output: {reason}.", field="output")


def _generate_with_progress(client: Client, request: RequestOptions, console: Console) -> Video:
    """Wait for the video; on a terminal, with a progress bar."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(40), TaskProgressColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        row = bar.add_task("waiting", total=1.0)
        return client.generate(
            request.model,
            **request.to_client_fields(),
            on_progress=lambda report: bar.update(
                row, completed=report.progress, description=report.state.value
            ),
        )
