"""A task of a server is waited for and its video saved; Ctrl-C asks what is to become of it."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from keyreel.cli.terminal.progress import show_progress
from keyreel.errors import InvalidRequest, KeyreelError, TaskTimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from rich.console import Console

    from keyreel.client import TaskHandle, Video
    from keyreel.client.sansio.steps import ProgressListener
    from keyreel.wire.json_types import Json

INTERRUPTED_STATUS = 130
"""What shells take for ended by SIGINT: 128 and the signal's number."""


@dataclass(frozen=True, slots=True)
class SaveTarget:
    """Where a video goes, whether a file that is there may be overwritten, and how the outcome is printed."""

    output: Path
    force: bool = False
    as_json: bool = False

    def check(self) -> None:
        """Find out whether the video can be saved, before anything is made and paid for.

        Raises:
            InvalidRequest: it cannot, or a file is there.
        """
        check_output(self.output, force=self.force)

    def save(self, video: Video, console: Console) -> None:
        """Download a video, and print where it is: to programs on stdout, about it to people on stderr."""
        try:
            saved = video.save(self.output)
        except KeyboardInterrupt:
            console.print(
                f"The video is ready. To download it: keyreel tasks download {video.task_id}", highlight=False
            )
            raise typer.Exit(INTERRUPTED_STATUS) from None
        if self.as_json:
            print(json.dumps(describe_video(video) | {"path": str(saved)}, indent=2, ensure_ascii=False))
        else:
            print_notes(video, console)
            print(saved)


def check_output(path: Path, *, force: bool) -> None:
    """Return if a file can be saved at this path without overwriting one, or if that is wanted.

    Raises:
        InvalidRequest: it cannot.
    """
    from keyreel.client.files import check_folder

    check_folder(path, "--output")
    if path.exists() and not force:
        raise InvalidRequest(f"--output: {path} already exists; use --force to overwrite it.", field="output")


def describe_video(video: Video) -> Json:
    """Return what programs are told of a finished video."""
    report = video.report
    return {
        "id": report.id,
        "state": report.state.value,
        "seed": report.seed,
        "video_url": report.video_url,
        "cover_url": report.cover_url,
        "notes": list(video.notes),
    }


def print_notes(video: Video, console: Console) -> None:
    """Print the seed of a finished video, and what could not be done as asked."""
    console.print(f"[green]✓[/] task {video.task_id}, seed {video.seed}", highlight=False)
    for note in video.notes:
        console.print("!", note, style="yellow", markup=False, highlight=False)


def follow_task(
    handle: TaskHandle,
    console: Console,
    timeout: float | None,
    wait: Callable[[ProgressListener], Video] | None = None,
) -> Video:
    """Wait for a task's video and show its progress; `wait` waits otherwise than the handle does.

    Raises:
        TaskTimedOut: it has not ended in `timeout` seconds; it goes on.
        RenderFailed: it ended without a video.
        Cancelled: it was cancelled.
        RemoteError: the server stayed silent.
    """
    with ask_when_interrupted(handle, console):
        try:
            with show_progress(console) as listener:
                if wait is not None:
                    return wait(listener)
                return handle.wait(timeout=timeout, on_progress=listener)
        except TaskTimedOut as error:
            raise TaskTimedOut(
                f"{error.message} The task continues. To wait for it: keyreel tasks wait {handle.id}"
            ) from None


@contextmanager
def ask_when_interrupted(handle: TaskHandle, console: Console) -> Generator[None]:
    """On Ctrl-C ask whether the task goes on, and end the command; without a terminal it goes on."""
    try:
        yield
    except KeyboardInterrupt:
        _keep_or_cancel(handle, console)
        raise typer.Exit(INTERRUPTED_STATUS) from None


def _keep_or_cancel(handle: TaskHandle, console: Console) -> None:
    kept = f"Task {handle.id} continues. To wait for it: keyreel tasks wait {handle.id}"
    try:
        if sys.stdin.isatty() and typer.confirm(f"\nCancel task {handle.id}?", default=False, err=True):
            handle.cancel()
            console.print(f"Task {handle.id} was cancelled. It costs nothing.", highlight=False)
            return
    except KeyreelError as error:
        console.print(error.message, markup=False, highlight=False)
    except (KeyboardInterrupt, typer.Abort):
        console.print()
    console.print(kept, highlight=False, soft_wrap=True)
