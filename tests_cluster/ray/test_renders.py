"""Whole tasks whose engine runs in a Ray cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av

from support.requests import data_uri
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from ray_nodes import RayNodes

MODEL = "vidu-q2-pro-img2video"
BODY: dict[str, Any] = {"images": [data_uri()], "prompt": "a card", "duration": 1, "resolution": "540p"}


def test_an_engine_renders_in_the_cluster(start: Callable[..., Server], nodes: RayNodes) -> None:
    server = start()
    result = server.finished(server.submit(MODEL, BODY))
    assert result["task"]["status"] == "TASK_STATUS_SUCCEED", result
    assert server.renderers() == []
    assert len(nodes.list_renderers()) == 1
    assert server.stop() == 0
    wait_until(lambda: not nodes.list_hosts())


def test_a_cancelled_render_ends_and_its_host_stays(
    start: Callable[..., Server], nodes: RayNodes, tmp_path: Path
) -> None:
    server = start("gated")
    task_id = server.submit(MODEL, BODY)
    (child,) = wait_until(nodes.list_renderers)
    wait_until(lambda: server.poll(task_id)["task"]["progress_percent"] > 0)
    (host,) = nodes.list_hosts()
    assert server.call("POST", f"/v1/tasks/{task_id}/cancel").status_code == 200
    wait_until(lambda: not child.is_running(), 10)
    (tmp_path / "gate").touch()
    assert server.finished(server.submit(MODEL, BODY))["videos"]
    assert nodes.list_hosts() == [host]


def test_the_cluster_makes_the_same_frames_as_a_process_here(
    nodes: RayNodes, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    nodes.add_studio()  # Without a table an engine takes up a CPU, and its host stays.
    body = {**BODY, "prompt": "the camera moves in", "seed": 5}
    packets = {}
    for place, environment in {"here": {}, "there": {"KEYREEL_RAY": nodes.address}}.items():
        server = Server.start(tmp_path_factory.mktemp(place), **environment)
        result = server.finished(server.submit(MODEL, body))
        assert result["videos"], result
        packets[place] = _read_packets(
            server.download(result["videos"][0]["video_url"], tmp_path / f"{place}.mp4")
        )
        assert len(nodes.list_renderers()) == (place == "there")
        assert server.stop() == 0
    assert packets["here"] == packets["there"]


def _read_packets(path: Path) -> list[bytes]:
    with av.open(path) as container:
        return [bytes(packet) for packet in container.demux(video=0)]
