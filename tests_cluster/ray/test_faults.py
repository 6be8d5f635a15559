"""What happens to tasks when parts of a Ray cluster, or the worker, end in the middle of a render."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.requests import data_uri
from support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ray_nodes import RayNodes
    from support.servers import Server

MODEL = "vidu-q2-pro-img2video"
BODY: dict[str, Any] = {"images": [data_uri()], "prompt": "a card", "duration": 1, "resolution": "540p"}


def test_a_host_that_is_killed_counts_as_a_crash_and_another_one_goes_on(
    start: Callable[..., Server], nodes: RayNodes, tmp_path: Path
) -> None:
    server = start("gated")
    task_id = server.submit(MODEL, BODY)
    (child,) = wait_until(nodes.list_renderers)
    (host,) = nodes.list_hosts()
    host.kill()
    wait_until(lambda: not child.is_running(), 20)
    wait_until(lambda: [each for each in nodes.list_renderers() if each != child])
    assert '"crashes": 1' in (server.data / "up.log").read_text()
    (tmp_path / "gate").touch()
    assert server.finished(task_id)["videos"]


def test_finished_steps_go_on_in_another_render_with_their_files(
    start: Callable[..., Server], nodes: RayNodes
) -> None:
    server = start(KEYREEL_ENGINES="keyreel.testing:CrashingOnceEngine")
    assert server.finished(server.submit(MODEL, BODY))["videos"]
    assert (server.data / "up.log").read_text().count("child crashed") == 1
    assert len(nodes.list_hosts()) == 1


def test_a_task_waits_for_room_and_says_so(
    start: Callable[..., Server], nodes: RayNodes, tmp_path: Path
) -> None:
    server = start("gated")
    task_id = server.submit(MODEL, BODY)
    (child,) = wait_until(nodes.list_renderers)
    while nodes.studios:
        nodes.lose_studio()
    (tmp_path / "gate").touch()
    wait_until(lambda: not child.is_running(), 20)
    log = server.data / "up.log"
    wait_until(lambda: "the Ray cluster has no capacity for the engine yet" in log.read_text())
    assert server.poll(task_id)["task"]["status"] == "TASK_STATUS_PROCESSING"
    nodes.add_studio()
    assert server.finished(task_id)["videos"]
    notes = server.call("GET", f"/v3/async/task-result?task_id={task_id}").headers["X-Task-Notes"]
    assert "for capacity in the Ray cluster" in notes


def test_a_worker_that_was_killed_takes_its_host_over(
    start: Callable[..., Server], nodes: RayNodes, tmp_path: Path
) -> None:
    first = start("gated")
    task_id = first.submit(MODEL, BODY)
    (child,) = wait_until(nodes.list_renderers)
    (host,) = nodes.list_hosts()
    first.kill()
    second = start("gated")
    wait_until(lambda: [each for each in nodes.list_renderers() if each != child])
    assert not child.is_running()
    assert nodes.list_hosts() == [host]
    (tmp_path / "gate").touch()
    assert second.finished(task_id)["videos"]


def test_the_place_of_a_worker_that_does_not_come_back_is_another_ones(
    start: Callable[..., Server], nodes: RayNodes, tmp_path: Path
) -> None:
    while len(nodes.studios) > 1:
        nodes.lose_studio()
    gone = start("gated", studios=2)
    gone.submit(MODEL, BODY)
    (host,) = wait_until(nodes.list_hosts)
    wait_until(nodes.list_renderers)
    gone.kill()
    (tmp_path / "gate").touch()
    other = start("gated", folder="other", studios=2)
    task_id = other.submit(MODEL, BODY)
    assert other.finished(task_id)["videos"]
    assert not host.is_running()
