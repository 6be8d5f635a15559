from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from keyreel.task import TaskId, TaskState
from support.plant import Plant, comes_true, is_alive

PROGRAM = """
import asyncio, sys
from pathlib import Path
from support.plant import Plant

async def story():
    plant = Plant.open(Path(sys.argv[1]))
    task = await plant.submit()
    async with plant.working("HangingEngine"):
        await plant.until(task, lambda now: now.progress > 0)
        print(task.id, flush=True)
        await asyncio.Event().wait()

asyncio.run(story())
"""


def test_kill_9_in_the_middle_of_a_render_costs_the_task_nothing_but_time(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert server.stdout is not None
    task_id = next(line.strip() for line in server.stdout if line.strip().isdigit())
    (file,) = (tmp_path / "work" / task_id).rglob("pids")
    pids = [int(pid) for pid in file.read_text().split()]
    assert all(is_alive(pid) for pid in pids)
    server.send_signal(signal.SIGKILL)
    server.communicate(timeout=30)

    async def story() -> None:
        await comes_true(lambda: not any(is_alive(pid) for pid in pids), within_seconds=2)
        plant = Plant.open(tmp_path)
        task = plant.store.get("ann", TaskId(task_id))
        assert (task.state, task.crashes) == (TaskState.QUEUED, 0)
        async with plant.working("CardEngine"):
            done = await plant.ended(task)
        assert (done.state, done.attempt, done.crashes) == (TaskState.SUCCEEDED, 2, 0)
        plant.store.close()

    asyncio.run(story())
