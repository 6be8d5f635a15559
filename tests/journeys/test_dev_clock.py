"""Two days in a few seconds: a server in development mode, its clock moved by the command."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from support import commands
from support.requests import data_uri
from support.servers import KEY, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.servers import Server

pytestmark = pytest.mark.slow
MODEL = "vidu-q2-pro-img2video"
CARD = "keyreel.testing:CardEngine"
BODY = {"images": [data_uri()], "prompt": "a card", "duration": 1, "resolution": "540p"}


def keyreel(server: Server, *words: str, code: int = 0) -> Any:
    """Run a command beside the server and read what it prints for programs."""
    done = commands.keyreel(*words, "--json", "--data", server.data)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if done.stdout else None


def state(server: Server, task_id: str) -> str:
    return str(server.poll(task_id)["task"]["status"]).removeprefix("TASK_STATUS_")


def window_in(hours: int) -> str:
    """Return a window of one hour that opens so many hours from now, by UTC."""
    hour = (time.gmtime().tm_hour + hours) % 24
    return f"{hour:02}:00-{(hour + 1) % 24:02}:00"


def test_an_off_peak_task_waits_for_its_window_and_runs_in_it(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_DEV="1", KEYREEL_ENGINES=CARD, KEYREEL_OFF_PEAK=window_in(5))
    quote = server.call("POST", f"/v1/quote?model={MODEL}", json={**BODY, "off_peak": True}).json()
    assert quote["seconds_until_start"] > 3 * 3600
    waiting = server.submit(MODEL, {**BODY, "off_peak": True})
    assert server.finished(server.submit(MODEL, BODY))["videos"]
    assert state(server, waiting) == "QUEUED"
    keyreel(server, "clock", "advance", "1h")
    assert state(server, waiting) == "QUEUED"
    keyreel(server, "clock", "advance", f"{quote['seconds_until_start'] - 3600 + 60}s")
    assert server.finished(waiting)["videos"]
    usage = {each["task_id"]: each for each in keyreel(server, "usage")["tasks"]}
    assert usage[waiting]["credits"] == quote["credits"]


def test_after_48_hours_it_is_cancelled_and_refunded_and_the_clock_survives_a_restart(
    start: Callable[..., Server],
) -> None:
    mode = {"KEYREEL_DEV": "1", "KEYREEL_ENGINES": CARD, "KEYREEL_OFF_PEAK": window_in(5)}
    server = start(**mode)
    task_id = server.submit(MODEL, {**BODY, "off_peak": True})
    assert keyreel(server, "ledger", "verify")["open_holds"] == 1
    assert keyreel(server, "clock", "advance", "2d")["ahead_seconds"] == 2 * 86400
    began = time.monotonic()
    wait_until(lambda: state(server, task_id) == "FAILED", 5)
    assert time.monotonic() - began < 5
    assert "48 hours" in server.poll(task_id)["task"]["reason"]
    found = keyreel(server, "ledger", "verify")
    assert (found["ok"], found["open_holds"], found["problems"]) == (True, 0, [])
    (usage,) = keyreel(server, "usage")["tasks"]
    assert (usage["status"], usage["charges"], usage["credits"]) == ("cancelled", 0, 0)
    assert server.stop() == 0
    server = start(**mode)
    assert keyreel(server, "clock", "now")["ahead_seconds"] == 2 * 86400


def test_links_videos_and_inputs_run_out(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_DEV="1", KEYREEL_ENGINES=CARD, KEYREEL_KEEP_VIDEOS="3d", KEYREEL_KEEP_INPUTS="3d")
    task_id = server.submit(MODEL, BODY)
    link = server.finished(task_id)["videos"][0]["video_url"]
    assert httpx.head(link, trust_env=False).status_code == 200
    keyreel(server, "clock", "advance", "25h")
    assert httpx.head(link, trust_env=False).status_code == 410
    fresh = server.poll(task_id)["videos"][0]["video_url"]
    assert httpx.head(fresh, trust_env=False).status_code == 200
    keyreel(server, "clock", "advance", "48h")
    wait_until(lambda: not server.poll(task_id)["videos"], 10)
    assert state(server, task_id) == "SUCCEED"
    wait_until(lambda: not [each for each in (server.data / "files").rglob("*") if each.is_file()], 10)
    assert server.call("GET", f"/v1/videos/{task_id}/content").status_code == 410


def test_a_running_render_stops_within_a_second_of_its_cancelling(start: Callable[..., Server]) -> None:
    server = start()
    task_id = server.submit(MODEL, {**BODY, "duration": 8, "resolution": "1080p"})
    wait_until(lambda: server.poll(task_id)["task"]["progress_percent"] > 0)
    busy = server.renderers()
    assert busy
    assert server.call("POST", f"/ent/v2/tasks/{task_id}/cancel", json={"id": task_id}).status_code == 200
    began = time.monotonic()
    wait_until(lambda: not any(each.is_running() and each.status() != "zombie" for each in busy), 5)
    assert time.monotonic() - began < 2
    found = keyreel(server, "usage")["tasks"]
    assert [(each["status"], each["charges"]) for each in found] == [("cancelled", 0)]
    assert keyreel(server, "ledger", "verify")["ok"]


def test_markers_make_renders_fail_and_last(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_DEV="1", KEYREEL_ENGINES=CARD)
    failing = server.submit(MODEL, {**BODY, "prompt": "[keyreel:fail=RenderFailed]"})
    result = server.finished(failing)
    assert (state(server, failing), "marker" in result["task"]["reason"]) == ("FAILED", True)
    slow = server.submit(MODEL, {**BODY, "prompt": "[keyreel:slow=600]"})
    wait_until(lambda: state(server, slow) == "PROCESSING")
    server.call("POST", f"/ent/v2/tasks/{slow}/cancel", json={"id": slow})
    assert server.finished(server.submit(MODEL, BODY))["videos"]
    stuck = server.call("POST", "/v3/async/" + MODEL, json={**BODY, "prompt": "[keyreel:dance]"})
    assert stuck.status_code == 400


def test_the_clock_cannot_be_moved_in_service(start: Callable[..., Server]) -> None:
    server = start(KEYREEL_ENGINES=CARD, KEYREEL_WORKER="0")
    keyreel(server, "clock", "advance", "48h", code=1)
    assert keyreel(server, "clock", "now")["ahead_seconds"] == 0
    quote = keyreel(server, "quote", MODEL, "--duration", "4", "--off-peak", "--api-key", KEY)
    assert (quote["seconds"], quote["off_peak"], quote["tasks_ahead"]) == (4, True, 0)
