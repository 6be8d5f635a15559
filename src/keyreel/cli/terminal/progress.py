"""The progress of a task, on a terminal as a bar that moves, elsewhere as lines."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.console import Console

    from keyreel.client.sansio.steps import ProgressListener
    from keyreel.wire.dialects.dialect import Report


@contextmanager
def show_progress(console: Console) -> Generator[ProgressListener]:
    """Lend a listener that shows reports: on a terminal as a bar, else a line for each new state."""
    if not sys.stderr.isatty():
        yield _LinePrinter(console).show
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description:<9}"), BarColumn(30), TaskProgressColumn())
    times = TextColumn("{task.elapsed:.0f} s  {task.fields[eta]}")
    with Progress(*columns, times, console=console, transient=True) as bar:
        row = bar.add_task("waiting", total=1.0, eta="")

        def show(report: Report) -> None:
            eta = f"about {report.eta_seconds} s left" if report.eta_seconds else ""
            bar.update(row, completed=report.progress, description=report.state.value, eta=eta)

        yield show


class _LinePrinter:
    """Prints a task's state when it is another than before."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._seen = ""

    def show(self, report: Report) -> None:
        """Take a report."""
        if report.state.value != self._seen:
            self._seen = report.state.value
            self._console.print(self._seen, markup=False, highlight=False)
