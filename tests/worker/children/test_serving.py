"""Children that wait for the first task, with what it needs loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.worker.children.roles import ENGINE_ROLE, FINISHING_ROLE
from support.images import as_data_uri, landscape
from support.plant import is_alive
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    import psutil

MAX_GUARDIAN_BYTES: Final = 20_000_000
"""A guardian waits for one signal: it needs an interpreter, and none of the libraries of its child."""

MAX_IDLE_BYTES: Final = 450_000_000
"""What a render child holds between renders: libraries and networks.

Measured after a start-end video: 426 MB, and 70 MB more where freed memory is kept.
"""

ORDER = {"images": [as_data_uri(landscape())], "prompt": "push in", "duration": 1, "resolution": "540p"}


def waiting(server: Server, role: str) -> list[psutil.Process]:
    """Return the server's children of a role, without their guardians."""
    return [child for child in server.renderers(role) if child.ppid() == server.pid]


def zygotes(server: Server) -> list[psutil.Process]:
    """Return the processes from which the decoding of images is forked."""
    return [child for child in server.children() if "keyreel.intake.decode_image" in child.cmdline()]


def test_the_first_task_is_made_by_processes_that_were_waiting_for_it(tmp_path: Path) -> None:
    server = Server.start(tmp_path / "data", KEYREEL_PRELOAD="1")
    (renderer,) = wait_until(lambda: waiting(server, ENGINE_ROLE))
    (finisher,) = wait_until(lambda: waiting(server, FINISHING_ROLE))
    (zygote,) = wait_until(lambda: zygotes(server))
    guardians = wait_until(lambda: [*renderer.children(), *finisher.children()][1:])
    assert max(each.memory_info().rss for each in guardians) < MAX_GUARDIAN_BYTES
    result = server.finished(server.submit("vidu-q2-pro-img2video", ORDER))
    assert result["task"]["status"] == "TASK_STATUS_SUCCEED", result
    assert (waiting(server, ENGINE_ROLE), waiting(server, FINISHING_ROLE)) == ([renderer], [finisher])
    assert zygotes(server) == [zygote]
    assert server.stop() == 0
    wait_until(lambda: not is_alive(zygote.pid), seconds=2)


def test_a_child_gives_back_the_memory_of_a_render(tmp_path: Path) -> None:
    server = Server.start(tmp_path / "data", KEYREEL_PRELOAD="1")
    images = [as_data_uri(landscape(shift=shift)) for shift in (0.0, 24.0)]
    order = {"images": images, "prompt": "", "duration": 2, "resolution": "540p"}
    server.finished(server.submit("vidu-q2-pro-startend2video", order))
    (renderer,) = waiting(server, ENGINE_ROLE)
    wait_until(lambda: renderer.memory_info().rss < MAX_IDLE_BYTES, seconds=10)
    assert server.stop() == 0


def test_a_server_that_preloads_nothing_has_no_children_before_its_first_task(tmp_path: Path) -> None:
    server = Server.start(tmp_path / "data", KEYREEL_PRELOAD="0")
    assert not server.children()
    assert server.stop() == 0


def test_an_engine_that_has_nothing_to_preload_starts_with_its_first_task(tmp_path: Path) -> None:
    server = Server.start(
        tmp_path / "data", KEYREEL_PRELOAD="1", KEYREEL_ENGINES="keyreel.testing:CardEngine"
    )
    assert not server.renderers(ENGINE_ROLE)
    server.finished(server.submit("vidu-q2-pro-img2video", ORDER))
    assert waiting(server, ENGINE_ROLE)
    assert server.stop() == 0
