"""A cluster that is lost as a whole, and comes back."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from ray_nodes import RayNodes
from support.engine_types import PYTHONPATH, TYPE
from support.requests import data_uri
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "vidu-q2-pro-img2video"
BODY: dict[str, Any] = {"images": [data_uri()], "prompt": "a card", "duration": 1, "resolution": "540p"}


def test_a_task_outlives_the_cluster(guarded: None, tmp_path: Path) -> None:
    del guarded
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    table = f'[engine.probe]\ntype = "{TYPE}"\nmode = "gated"\ngate = "{tmp_path / "gate"}"\n'
    data = tmp_path / "data"
    data.mkdir()
    (data / "keyreel.toml").write_text(f'engines = ["probe"]\n{table}resources = {{ studio = 1 }}\n')
    with RayNodes.start(port) as nodes:
        nodes.add_studio()
        server = Server.start(data, KEYREEL_RAY=nodes.address, PYTHONPATH=PYTHONPATH)
        task_id = server.submit(MODEL, BODY)
        wait_until(nodes.list_renderers)
        wait_until(lambda: server.poll(task_id)["task"]["progress_percent"] > 0)
    log = data / "up.log"
    wait_until(lambda: "engine unavailable" in log.read_text())
    assert server.poll(task_id)["task"]["status"] in {"TASK_STATUS_QUEUED", "TASK_STATUS_PROCESSING"}
    assert "child crashed" not in log.read_text()
    (tmp_path / "gate").touch()
    with RayNodes.start(port) as nodes:
        nodes.add_studio()
        result = server.finished(task_id)
        assert result["videos"], result
        assert "child crashed" not in log.read_text()
        assert server.stop() == 0
