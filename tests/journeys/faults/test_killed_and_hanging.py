"""What must survive: kills of the server, of the renderer, hangs, restarts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from keyreel.media.probe import probe_video
from support.images import as_data_uri, landscape
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow
MODEL = "vidu-q2-pro-multiframe"
HILLS = [as_data_uri(landscape(shift=24.0 * step)) for step in range(3)]
ORDER: dict[str, Any] = {
    "start_image": HILLS[0],
    "image_settings": [{"key_image": image, "duration": 2} for image in HILLS[1:]],
    "resolution": "540p",
}
SECONDS = 4
SHORT: dict[str, Any] = {"images": HILLS[:1], "prompt": "push in", "duration": 1, "resolution": "540p"}


def renderer_at_work(server: Server, task_id: str) -> psutil.Process:
    """Wait until the task has frames, and return the process that draws them."""
    wait_until(lambda: server.poll(task_id)["task"]["progress_percent"] > 5)
    (renderer,) = [child for child in server.renderers() if not _renders_for(child, server)]
    return renderer


def wait_for_start(server: Server, task_id: str) -> None:
    wait_until(lambda: server.poll(task_id)["task"]["status"] != "TASK_STATUS_QUEUED")


def _renders_for(child: psutil.Process, server: Server) -> bool:
    return child.ppid() != server.pid


def check_success(server: Server, task_id: str, folder: Path, seconds: int) -> None:
    result = server.finished(task_id)
    assert result["task"]["status"] == "TASK_STATUS_SUCCEED", result
    video = server.download(result["videos"][0]["video_url"], folder / "video.mp4")
    assert probe_video(video).frames == seconds * 24


def test_a_killed_server_finishes_its_task_after_the_next_start(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    server = start()
    task_id = server.submit(MODEL, ORDER)
    renderer = renderer_at_work(server, task_id)
    server.kill()
    wait_until(lambda: not renderer.is_running() or renderer.status() == psutil.STATUS_ZOMBIE)
    check_success(start(), task_id, tmp_path, SECONDS)


@pytest.mark.parametrize("kernel_guards", ["1", "0"])
def test_no_process_outlives_a_killed_server(start: Callable[..., Server], kernel_guards: str) -> None:
    server = start(KEYREEL_ENGINES="keyreel.testing:HangingEngine", KEYREEL_KERNEL_GUARDS=kernel_guards)
    wait_for_start(server, server.submit(MODEL, ORDER))
    started = wait_until(lambda: family if any(map(_hangs, family := server.children())) else None)
    server.kill()
    wait_until(lambda: not any(map(_runs, started)), seconds=10)


def _hangs(process: psutil.Process) -> bool:
    """Say whether this is the program that the hanging engine has started."""
    try:
        return "signal.pause()" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_server_killed_again_and_again_never_fails_a_task(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    server = start()
    task_id = server.submit(MODEL, ORDER)
    for _ in range(4):
        wait_for_start(server, task_id)
        server.kill()
        server = start()
    check_success(server, task_id, tmp_path, SECONDS)


def test_a_renderer_killed_once_is_tried_again(start: Callable[..., Server], tmp_path: Path) -> None:
    server = start()
    task_id = server.submit(MODEL, ORDER)
    renderer_at_work(server, task_id).kill()
    check_success(server, task_id, tmp_path, SECONDS)


def test_a_renderer_killed_every_time_fails_the_task_with_a_reason(start: Callable[..., Server]) -> None:
    server = start()
    task_id = server.submit(MODEL, ORDER)

    def kill_or_done() -> dict[str, Any] | None:
        for renderer in server.renderers():
            renderer.kill()
        result = server.poll(task_id)
        return result if result["task"]["status"] == "TASK_STATUS_FAILED" else None

    reason = wait_until(kill_or_done)["task"]["reason"]
    assert "render" in reason
    assert "Traceback" not in reason
    check_after = server.submit("vidu-q2-pro-img2video", SHORT)
    assert server.finished(check_after)["task"]["status"] == "TASK_STATUS_SUCCEED"


def test_a_hanging_renderer_is_killed_with_its_children(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_ENGINES="keyreel.testing:HangingEngine", KEYREEL_RENDER_TIMEOUT="1")
    task_id = server.submit(MODEL, ORDER)
    seen: set[psutil.Process] = set()

    def failed() -> dict[str, Any] | None:
        seen.update(server.children())
        result = server.poll(task_id)
        return result if result["task"]["status"] == "TASK_STATUS_FAILED" else None

    assert wait_until(failed)["task"]["reason"]
    assert seen
    wait_until(lambda: not any(process.is_running() for process in seen - set(server.children())))


def test_a_frozen_renderer_is_replaced(start: Callable[..., Server], tmp_path: Path) -> None:
    server = start(KEYREEL_RENDER_TIMEOUT="8")
    task_id = server.submit(MODEL, ORDER)
    renderer_at_work(server, task_id).suspend()
    check_success(server, task_id, tmp_path, SECONDS)


def test_links_signed_before_a_restart_still_work(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_PUBLIC_URL="http://video.example")
    result = server.finished(server.submit("vidu-q2-pro-img2video", SHORT))
    path = result["videos"][0]["video_url"].removeprefix("http://video.example")
    assert server.stop() == 0
    server = start()
    assert httpx.get(server.url + path, trust_env=False).status_code == 200


def test_without_a_worker_tasks_wait_and_the_oldest_goes_first(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_WORKER="0")
    waiting = [server.submit("vidu-q2-pro-img2video", SHORT | {"seed": seed}) for seed in (1, 2, 3)]
    assert not server.renderers()
    assert {server.poll(task_id)["task"]["status"] for task_id in waiting} == {"TASK_STATUS_QUEUED"}
    server.kill()
    server = start()
    ends = []
    for task_id in waiting:
        assert server.finished(task_id)["task"]["status"] == "TASK_STATUS_SUCCEED"
        ends.append(time.monotonic())
        younger = waiting[waiting.index(task_id) + 2 :]
        assert all(server.poll(other)["task"]["status"] != "TASK_STATUS_SUCCEED" for other in younger)


def test_a_stopped_server_hands_over_quickly(start: Callable[..., Server], tmp_path: Path) -> None:
    server = start()
    task_id = server.submit(MODEL, ORDER)
    renderer = renderer_at_work(server, task_id)
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 30
    assert not renderer.is_running()
    check_success(start(), task_id, tmp_path, SECONDS)


def test_progress_rises_and_an_end_is_estimated(start: Callable[..., Server]) -> None:
    server = start()
    task_id = server.submit(MODEL, ORDER)
    seen: list[tuple[int, int]] = []

    def watch() -> bool:
        task = server.poll(task_id)["task"]
        seen.append((task["progress_percent"], task["eta"]))
        return task["status"] == "TASK_STATUS_SUCCEED"

    wait_until(watch)
    percents = [percent for percent, _ in seen]
    assert percents == sorted(percents)
    assert len({percent for percent in percents if 0 < percent < 100}) >= 3
    assert any(eta > 0 for percent, eta in seen if 0 < percent < 100)


def test_a_second_server_on_the_same_folder_is_refused(start: Callable[..., Server], tmp_path: Path) -> None:
    start()
    with pytest.raises(AssertionError, match="Postgres"):
        Server.start(tmp_path / "data")
