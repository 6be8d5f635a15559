"""A worker that stands still for longer than its lease, and goes on then: its tasks are another's."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest

from fleet import Clients, Fleet
from invariants import check_invariants
from support.servers import wait_until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_a_frozen_worker_makes_of_a_task_that_another_took_is_discarded(
    fleet: Fleet, tmp_path: Path
) -> None:
    fleet.start(servers=1, workers=1)
    clients = Clients(fleet, Random(3))  # noqa: S311 - there is one server
    with closing(psycopg.connect(fleet.database_url, autocommit=True)) as operator:

        def read_running() -> list[tuple[int, int]]:
            return operator.execute("SELECT id, attempt FROM tasks WHERE state = 'running'").fetchall()

        clients.order(1)
        wait_until(read_running)
        frozen = psutil.Process(fleet.workers["worker-0"].pid)
        stopped = [frozen, *frozen.children(recursive=True)]
        for each in stopped:
            os.kill(each.pid, signal.SIGSTOP)
        clients.order(2)
        fleet.start_node("worker-1")
        wait_until(lambda: not read_running() and not _count_waiting(operator))
        for each in stopped:
            os.kill(each.pid, signal.SIGCONT)
        attempts = operator.execute("SELECT max(attempt) FROM tasks").fetchone()
        assert attempts == (2,), "it had ended before it was frozen"
        wait_until(lambda: "attempt lost" in fleet.read_logs())
    check_invariants(fleet, clients, tmp_path)


def _count_waiting(operator: psycopg.Connection) -> int:
    found = operator.execute("SELECT count(*) FROM tasks WHERE state = 'queued'").fetchone()
    assert found is not None
    return int(found[0])
