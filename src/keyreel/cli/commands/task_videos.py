"""`keyreel tasks wait` and `keyreel tasks download`: a task that was submitted before, to its video."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    ApiKeyOption,
    BaseUrlOption,
    DataOption,
    DialectOption,
    ForceOption,
    JsonOption,
    TimeoutOption,
)
from keyreel.cli.terminal.following import SaveTarget, describe_video, follow_task, print_notes
from keyreel.errors import NotEnded

TaskArgument = Annotated[str, typer.Argument(metavar="ID", help="A task's ID, from any format.")]
OutputOption = Annotated[
    Path | None, typer.Option("-o", "--output", help="Save the MP4 to this file.", show_default=False)
]


def wait_for_task(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    task: TaskArgument,
    output: OutputOption = None,
    force: ForceOption = False,
    timeout: TimeoutOption = None,
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    dialect: DialectOption = "async_v3",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Wait for a task and print its video's URL, or save it with -o. Exits with 1 if there is no video."""
    from rich.console import Console

    from keyreel.client import Client

    target = SaveTarget(output, force, as_json) if output else None
    if target:
        target.check()
    console = Console(stderr=True)
    with Client(*DataFolder.from_option(data).choose_server(base_url, api_key), dialect) as client:
        handle = client.tasks.get(task)
        handle.status()  # a wrong id or address is told at once, not after the patience of waiting
        video = follow_task(handle, console, timeout)
        if target:
            target.save(video, console)
        elif as_json:
            print(json.dumps(describe_video(video), indent=2, ensure_ascii=False))
        else:
            print_notes(video, console)
            print(video.url)


def download_video(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    task: TaskArgument,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Save the MP4 to this file.", show_default="ID.mp4"),
    ] = None,
    force: ForceOption = False,
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    dialect: DialectOption = "async_v3",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Download the video of an ended task and print its path."""
    from rich.console import Console

    from keyreel.client import Client

    target = SaveTarget(output or Path(f"{Path(task).name}.mp4"), force, as_json)
    target.check()
    with Client(*DataFolder.from_option(data).choose_server(base_url, api_key), dialect) as client:
        handle = client.tasks.get(task)
        report = handle.status()
        if not report.state.is_final:
            raise NotEnded(
                f"Task {task[:64]} is {report.state.value}. To wait for it: keyreel tasks wait {task[:64]}"
            )
        target.save(handle.result(), Console(stderr=True))
