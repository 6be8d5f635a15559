"""`keyreel generate`: one video from the command line, with its progress."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import (
    ApiKeyOption,
    BaseUrlOption,
    DataOption,
    DialectOption,
    DurationsOption,
    FieldsOption,
    ForceOption,
    ImagesOption,
    JsonOption,
    PromptsOption,
    RatioOption,
    RequestOptions,
    ResolutionOption,
    TimeoutOption,
)
from keyreel.cli.terminal.following import INTERRUPTED_STATUS, SaveTarget, check_output, follow_task
from keyreel.cli.terminal.progress import show_progress
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from rich.console import Console

    from keyreel.client import Client, TaskHandle, Video


def generate_video(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    model: Annotated[str, typer.Argument(help="Such as vidu-q2-pro-multiframe. See `keyreel models`.")],
    image: ImagesOption = None,
    prompt: PromptsOption = None,
    duration: DurationsOption = None,
    resolution: ResolutionOption = None,
    ratio: RatioOption = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same video.")] = None,
    field: FieldsOption = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Save the MP4 here.")] = Path("out.mp4"),
    force: ForceOption = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait for the video, or print the task's ID and exit.")
    ] = True,
    timeout: TimeoutOption = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="First make a free draft, NAME.draft.mp4, and ask for approval.")
    ] = False,
    approve: Annotated[bool, typer.Option("--approve", help="With --draft: approve without asking.")] = False,
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    dialect: DialectOption = "async_v3",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a video, save it, and print its path."""
    choice = GenerateChoice(SaveTarget(output, force, as_json), wait, timeout, draft, approve)
    choice.check()
    request = RequestOptions(
        model=model,
        images=tuple(image or ()),
        prompts=tuple(prompt or ()),
        durations=tuple(duration or ()),
        resolution=resolution,
        aspect_ratio=ratio,
        seed=seed,
        fields=tuple(field or ()),
    )
    url, key = DataFolder.from_option(data).choose_server(base_url, api_key)
    _generate_and_save(request, (url, key, dialect), choice)


@dataclass(frozen=True, slots=True)
class GenerateChoice:
    """Where a video goes, how long it is waited for, and whether a draft is made first and is enough."""

    target: SaveTarget
    wait: bool
    timeout: float | None
    draft: bool
    approve: bool
    """The video is made without asking."""

    @property
    def draft_output(self) -> Path:
        """Where the draft goes."""
        output = self.target.output
        return output.with_suffix(f".draft{output.suffix or '.mp4'}")

    def check(self) -> None:
        """Find out what cannot be done as it is wanted, before anything is made and paid for.

        Raises:
            InvalidRequest: a file cannot be saved, or options contradict each other.
        """
        if self.approve and not self.draft:
            raise InvalidRequest("--approve: needs --draft.", field="approve")
        if self.draft and not self.wait:
            raise InvalidRequest(
                "--no-wait: cannot be combined with --draft, which waits for the draft.", field="no_wait"
            )
        if self.wait:
            self.target.check()
        if self.draft:
            check_output(self.draft_output, force=self.target.force)


def _generate_and_save(request: RequestOptions, server: tuple[str, str, str], choice: GenerateChoice) -> None:
    """Make a video on a server, given by URL, key and format, and save it if it was wanted to the end."""
    from rich.console import Console

    from keyreel.client import Client, Patience

    console = Console(stderr=True)
    # Somebody is watching, and most videos take seconds.
    patience = Patience(first_seconds=0.25, most_seconds=1.0)
    with Client(*server, patience=patience) as client:
        video: Video | None
        if choice.draft:
            video = _generate_from_draft(client, request, console, choice)
        else:
            handle = _submit(client, request, console)
            if not choice.wait:
                print(json.dumps({"id": handle.id}) if choice.target.as_json else handle.id)
                return
            video = follow_task(handle, console, choice.timeout)
        if video is not None:
            choice.target.save(video, console)


def _submit(client: Client, request: RequestOptions, console: Console) -> TaskHandle:
    """Submit a request and say its task's id at once: from here on it can be found again."""
    try:
        handle = client.submit(cast("Any", request.model), **request.to_client_fields())
    except KeyboardInterrupt:
        console.print("Stopped before the server responded. `keyreel tasks` shows whether it has the task.")
        raise typer.Exit(INTERRUPTED_STATUS) from None
    console.print(f"Task {handle.id} submitted.", highlight=False)
    return handle


def _generate_from_draft(
    client: Client, request: RequestOptions, console: Console, choice: GenerateChoice
) -> Video | None:
    """Save a draft, and make the video if that is wanted; else return None."""
    try:
        with show_progress(console) as watch:
            draft = client.draft(
                cast("Any", request.model),
                **request.to_client_fields(),
                on_progress=watch,
                timeout=choice.timeout,
            )
    except KeyboardInterrupt:
        console.print("The order is held and costs nothing until it is approved. `keyreel tasks` shows it.")
        raise typer.Exit(INTERRUPTED_STATUS) from None
    if draft.reason:
        console.print("!", f"There is no draft: {draft.reason}", style="yellow", markup=False)
    else:
        saved = draft.save(choice.draft_output)
        console.print(f"[green]✓[/] {saved}   draft of order {draft.order_id}", highlight=False)
    if not choice.approve and not sys.stdin.isatty():
        console.print(
            f"The order is held for 24 hours. To approve it: keyreel tasks approve {draft.order_id}"
        )
        return None
    if choice.approve or typer.confirm("Make the video?", err=True):
        handle = client.tasks.get(draft.order_id)
        return follow_task(handle, console, choice.timeout, lambda watch: draft.approve(on_progress=watch))
    draft.cancel()
    console.print("The order was cancelled. It costs nothing.")
    return None
