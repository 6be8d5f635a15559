"""`keyreel generate`: one video from the command line, with its progress."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

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
from keyreel.client.files import check_folder
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.console import Console

    from keyreel.client import Client
    from keyreel.client.sansio.steps import ProgressListener
    from keyreel.client.videos import Video


def generate_video(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    model: Annotated[str, typer.Argument(help="For example vidu-q2-pro-multiframe.")],
    image: ImagesOption = None,
    prompt: PromptsOption = None,
    duration: DurationsOption = None,
    resolution: ResolutionOption = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same video.")] = None,
    field: FieldsOption = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the MP4 goes.")] = Path("out.mp4"),
    draft: Annotated[
        bool, typer.Option("--draft", help="First make a free draft, NAME.draft.mp4, and ask.")
    ] = False,
    approve: Annotated[bool, typer.Option("--approve", help="With --draft: make the video unasked.")] = False,
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    dialect: Annotated[str, typer.Option(help="Wire format to speak.")] = "async_v3",
    data: DataOption = None,
) -> None:
    """Make a video and save it."""
    choice = DraftChoice(output, wanted=draft, approve=approve)
    choice.check()
    request = RequestOptions(
        model=model,
        images=tuple(image or ()),
        prompts=tuple(prompt or ()),
        durations=tuple(duration or ()),
        resolution=resolution,
        seed=seed,
        fields=tuple(field or ()),
    )
    url, key = DataFolder.from_option(data).choose_server(base_url, api_key)
    _generate_and_save(request, (url, key, dialect), choice)


@dataclass(frozen=True, slots=True)
class DraftChoice:
    """Where a video goes, whether a draft is made first and saved beside it, and whether that is enough."""

    output: Path
    wanted: bool
    approve: bool
    """The video is made without asking."""

    @property
    def draft_output(self) -> Path:
        """Where the draft goes."""
        return self.output.with_suffix(f".draft{self.output.suffix or '.mp4'}")

    def check(self) -> None:
        """Find out what cannot be done as it is wanted, before anything is made and paid for.

        Raises:
            InvalidRequest: a file cannot be saved, or there is nothing to approve.
        """
        check_folder(self.output, "--output")
        if self.wanted:
            check_folder(self.draft_output, "--output")
        elif self.approve:
            raise InvalidRequest("--approve: needs --draft.", field="approve")


def _generate_and_save(request: RequestOptions, server: tuple[str, str, str], choice: DraftChoice) -> None:
    """Make a video on a server, given by URL, key and format, and save it if it was wanted to the end."""
    from rich.console import Console

    from keyreel.client import Client, Patience

    console = Console(stderr=True)
    # Somebody is watching, and most videos take seconds.
    patience = Patience(first_seconds=0.25, most_seconds=1.0)
    with Client(*server, patience=patience) as client:
        video: Video | None
        if choice.wanted:
            video = _generate_from_draft(client, request, console, choice)
        else:
            video = _generate_with_progress(client, request, console)
        if video is None:
            return
        saved = video.save(choice.output)
    console.print(f"[green]✓[/] {saved}   task {video.report.id}, seed {video.seed}")
    for note in video.notes:
        console.print("!", note, style="yellow", markup=False)


def _generate_from_draft(
    client: Client, request: RequestOptions, console: Console, choice: DraftChoice
) -> Video | None:
    """Save a draft, and make the video if that is wanted; else return None."""
    with _show_progress(console) as watch:
        draft = client.draft(cast("Any", request.model), **request.to_client_fields(), on_progress=watch)
    if draft.reason:
        console.print("!", f"There is no draft: {draft.reason}", style="yellow", markup=False)
    else:
        console.print(f"[green]✓[/] {draft.save(choice.draft_output)}   draft of order {draft.order_id}")
    if not choice.approve and not sys.stdin.isatty():
        console.print(f"The order is held for a day. Approve it: keyreel tasks approve {draft.order_id}")
        return None
    if choice.approve or typer.confirm("Make the video?", err=True):
        with _show_progress(console) as watch:
            return draft.approve(on_progress=watch)
    draft.cancel()
    console.print("The order is cancelled; it costs nothing.")
    return None


def _generate_with_progress(client: Client, request: RequestOptions, console: Console) -> Video:
    with _show_progress(console) as watch:
        return client.generate(cast("Any", request.model), **request.to_client_fields(), on_progress=watch)


@contextmanager
def _show_progress(console: Console) -> Generator[ProgressListener]:
    """Give a listener that shows reports; on a terminal, as a progress bar."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(40), TaskProgressColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        row = bar.add_task("waiting", total=1.0)
        yield lambda report: bar.update(row, completed=report.progress, description=report.state.value)
