"""The machine's clock is set by hand, forty days ahead and back, while the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.faulty_machine import FaultyMachine
from support.requests import data_uri
from support.servers import KEY, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.servers import Server

MODEL = "vidu-q2-pro-img2video"
CARD = "keyreel.testing:CardEngine"
BODY: dict[str, Any] = {"images": [data_uri()], "prompt": "a card", "duration": 1, "resolution": "540p"}


def submit_once(server: Server, key: str, **fields: Any) -> tuple[str, bool]:
    """Submit under an idempotency key; return the task's id, and whether the answer was an earlier one."""
    answer = server.call(
        "POST",
        f"/v3/async/{MODEL}",
        json={**BODY, **fields},
        headers={"Authorization": f"Bearer {KEY}", "Idempotency-Key": key},
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["task_id"]), "Idempotent-Replayed" in answer.headers


def test_a_clock_set_ahead_and_back_loses_no_answer_no_link_and_no_task(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    machine = FaultyMachine.make(tmp_path / "machine")
    server = start(
        KEYREEL_ENGINES=CARD, KEYREEL_OFF_PEAK="00:00-00:01", KEYREEL_KEEP_VIDEOS="1d", **machine.environment
    )
    task_id, _ = submit_once(server, "first")
    link = server.finished(task_id)["videos"][0]["video_url"]
    waiting = server.submit(MODEL, {**BODY, "off_peak": True, "seed": 2})
    machine.set_clock(days=40)
    other, _ = submit_once(server, "second", seed=3)
    assert submit_once(server, "first") == (task_id, True)
    assert server.call("HEAD", link.removeprefix(server.url)).status_code == 200
    assert server.finished(other)["videos"]
    machine.set_clock(days=0)
    assert submit_once(server, "first") == (task_id, True)
    assert submit_once(server, "second", seed=3) == (other, True)
    assert server.call("HEAD", link.removeprefix(server.url)).status_code == 200
    assert server.finished(task_id)["videos"]
    assert server.poll(waiting)["task"]["status"] == "TASK_STATUS_QUEUED"


def test_an_off_peak_task_that_has_begun_is_not_cancelled_by_a_restart(start: Callable[..., Server]) -> None:
    mode = {"KEYREEL_DEV": "1", "KEYREEL_ENGINES": CARD}
    server = start(**mode)
    task_id = server.submit(MODEL, {**BODY, "off_peak": True, "prompt": "a card [keyreel:slow=5]"})
    wait_until(lambda: server.poll(task_id)["task"]["status"] == "TASK_STATUS_PROCESSING", 30)
    token = (server.data / "admin.token").read_text().strip()
    advanced = server.call(
        "POST",
        "/v1/admin/clock/advance",
        json={"seconds": 49 * 3600},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert advanced.status_code == 200, advanced.text
    server.kill()
    server = start(**mode)
    assert server.finished(task_id)["task"]["status"] == "TASK_STATUS_SUCCEED"
