"""`keyreel serve` takes tasks and renders none, `keyreel work` renders and serves nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.commands import CARDS, keyreel
from support.requests import data_uri
from support.servers import Server, wait_until
from support.workers import WorkerProcess

if TYPE_CHECKING:
    from pathlib import Path

BODY = {"images": [data_uri()], "prompt": "x", "duration": 1}


def test_what_a_server_accepts_a_worker_renders(tmp_path: Path) -> None:
    environment = {**CARDS, "KEYREEL_NODE": "first", "KEYREEL_SECRET": "s" * 32}
    server = Server.start(tmp_path, command="serve", **environment)
    task = server.submit("vidu-q2-pro-img2video", BODY)
    ready = server.call("GET", "/readyz").json()
    assert (ready["status"], ready["worker"], ready["queued"]) == ("ok", False, 1)
    assert server.call("GET", "/healthz").json()["status"] == "ok"
    # A file of SQLite is one process's.
    refused = keyreel("work", "--data", tmp_path, "--health-port", 0, **environment)
    assert refused.returncode == 1
    assert "use Postgres" in refused.stderr
    assert server.stop() == 0
    assert "tasks and callbacks wait" in (tmp_path / "up.log").read_text()

    worker = WorkerProcess.start(tmp_path, **environment)
    assert worker.get("/healthz").json()["status"] == "ok"
    assert worker.get("/readyz").json()["worker"] is True
    assert worker.get("/v1/models").status_code == 404
    wait_until(lambda: worker.get("/readyz").json()["queued"] == 0)
    wait_until(lambda: any((tmp_path / "files" / "videos").rglob("*.mp4")))
    metrics = wait_until(lambda: find_metrics_of_the_end(worker))
    assert 'keyreel_child_crashes_total{node="first"} 0.0' in metrics
    assert f'keyreel_engine_slots{{engine="{CARDS["KEYREEL_ENGINES"]}",node="first"}} 1.0' in metrics
    assert "\nprocess_resident_memory_bytes " in metrics
    assert worker.stop() == 0

    server = Server.start(tmp_path, command="serve", **environment)
    assert server.poll(task)["task"]["status"] in {"TASK_STATUS_SUCCEED", "TASK_STATUS_QUEUED"}
    assert server.stop() == 0
    assert '"node": "first"' in (tmp_path / "work.log").read_text()


def find_metrics_of_the_end(worker: WorkerProcess) -> str | None:
    """Return the worker's metrics once they count the end of its task, which they read every two seconds."""
    text = worker.get("/metrics").text
    return text if 'model="q2-pro-img2video",state="succeeded"} 1.0' in text else None


def test_a_worker_that_is_told_not_to_work_does_not_start(tmp_path: Path) -> None:
    refused = keyreel("work", "--data", tmp_path, KEYREEL_WORKER="0")
    assert refused.returncode == 2
    assert "KEYREEL_WORKER: is 0" in refused.stderr
