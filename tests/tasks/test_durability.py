from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from keyreel.clock import SystemClock
from keyreel.errors import DataFolderLocked
from keyreel.task import TaskId, TaskState
from support.databases import open_store

if TYPE_CHECKING:
    from pathlib import Path

OPENING = """
import resource, sys
from pathlib import Path
from random import SystemRandom
from keyreel.clock import SystemClock
from keyreel.errors import Unavailable
from keyreel.task import Submission
from keyreel.tasks.store import TaskStore

store = TaskStore.open(Path(sys.argv[1]), SystemClock(), SystemRandom())

def accept(fields="{}"):
    print(store.accept(Submission("ann", "k", "vtrix", "q2-pro-img2video", fields, 1, 5)).id, flush=True)
"""
WORKING = """
accept()
token = store.queue.claim("worker", 30).token
store.queue.save_step(token, "shot 1", "one.mp4")
store.queue.record_crash(token)
store.queue.save_progress(token, 0.5)
while True:
    accept()
"""
FILLING = """
size = Path(sys.argv[1], "keyreel.db-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 300_000, resource.RLIM_INFINITY))
try:
    while True:
        accept("x" * 50_000)
except Unavailable as error:
    print("full", flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
accept()
"""


@pytest.mark.sqlite
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", OPENING + WORKING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    acknowledged = [running.stdout.readline().strip() for _ in range(100)]
    with pytest.raises(DataFolderLocked, match=str(running.pid)):
        open_store(tmp_path, SystemClock())
    running.send_signal(signal.SIGKILL)
    acknowledged += running.communicate(timeout=30)[0].split()
    store = open_store(tmp_path, SystemClock())
    tasks = [store.get("ann", TaskId(name)) for name in acknowledged]
    assert {task.state for task in tasks} == {TaskState.QUEUED}
    assert (tasks[0].attempt, tasks[0].crashes, tasks[0].progress) == (1, 1, 0.0)
    claim = store.queue.claim("worker", 30)
    assert claim is not None
    assert (claim.task.id, claim.token.attempt) == (acknowledged[0], 2)
    assert store.queue.load_step(claim.token, "shot 1") == "one.mp4"
    store.close()


@pytest.mark.sqlite
def test_a_full_disk_refuses_and_recovers_by_itself(tmp_path: Path) -> None:
    program = [sys.executable, "-c", OPENING + FILLING, str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, check=True, timeout=60)
    lines = done.stdout.split()
    acknowledged = [line for line in lines if line.isdigit()]
    assert "full" in lines
    assert lines[-1].isdigit()
    assert len(acknowledged) > 2
    store = open_store(tmp_path, SystemClock())
    assert {task.id for task in store.list("ann")} == set(acknowledged)
    store.close()
    check = sqlite3.connect(tmp_path / "keyreel.db")
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()
