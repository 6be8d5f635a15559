from __future__ import annotations

from io import StringIO

from rich.console import Console

from keyreel.cli.terminal.progress import show_progress
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import Report


def test_without_a_terminal_each_state_is_a_line() -> None:
    written = StringIO()
    with show_progress(Console(file=written)) as listener:
        for state in (TaskState.QUEUED, TaskState.QUEUED, TaskState.RUNNING, TaskState.SUCCEEDED):
            listener(Report(TaskId("1"), state))
    assert written.getvalue() == "queued\nrunning\nsucceeded\n"
