"""Orders that are held with their draft: approved, cancelled, left to expire, and killed meanwhile."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.client import AsyncClient, Client
from keyreel.errors import NotHeld
from keyreel.media.probe import probe_video
from support import commands
from support.commands import CARDS
from support.requests import data_uri
from support.servers import KEY, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.servers import Server

pytestmark = pytest.mark.slow
PICTURE = data_uri()
BODY = {"images": [PICTURE], "prompt": "a card", "duration": 1, "resolution": "720p"}
MODEL = "vidu-q2-pro-img2video"


def order(server: Server, **changes: Any) -> str:
    """Submit an order with a draft."""
    return server.submit(MODEL, {**BODY, "extra": {"draft": True}, **changes})


def look(server: Server, task_id: str) -> dict[str, Any]:
    response = server.call("GET", f"/v1/tasks/{task_id}")
    assert response.status_code == 200, response.text
    return dict(response.json())


def with_draft(server: Server, task_id: str) -> dict[str, Any]:
    """Wait for the draft's end; return the order."""

    def ended() -> dict[str, Any] | None:
        seen = look(server, task_id)
        return seen if seen["draft"]["state"] not in {"queued", "running"} else None

    return wait_until(ended)


def balance(server: Server) -> tuple[int, int]:
    """Return what the tenant has spent and what is held."""
    found = server.call("GET", "/v1/user/balance").json()
    return -found["credits"] - found["held"], found["held"]


def operate(server: Server, method: str, path: str, **options: Any) -> dict[str, Any]:
    """Send a request as the operator, and return its answer."""
    token = (server.data / "admin.token").read_text().strip()
    response = server.call(method, path, headers={"Authorization": f"Bearer {token}"}, **options)
    assert response.status_code == 200, response.text
    return dict(response.json())


def advance(server: Server, seconds: int) -> None:
    operate(server, "POST", "/v1/admin/clock/advance", json={"seconds": seconds})


def verify_ledger(server: Server) -> int:
    """Return how many holds are open, in a ledger that is right."""
    found = operate(server, "GET", "/v1/admin/ledger/verify")
    assert found["ok"], found
    return int(found["open_holds"])


def test_a_draft_is_made_at_once_and_the_video_when_it_is_approved(cards: Server, tmp_path: Path) -> None:
    task_id = order(cards)
    price = look(cards, task_id)["credits"]
    before, held = balance(cards)
    seen = with_draft(cards, task_id)
    assert (seen["state"], seen["draft"]["state"], seen["video_url"]) == ("held", "succeeded", None)
    draft = probe_video(cards.download(seen["draft"]["video_url"], tmp_path / "draft.mp4"))
    assert (draft.width * draft.height) == pytest.approx(960 * 528, rel=0.05)
    assert balance(cards) == (before, held)

    approved = cards.call("POST", f"/v1/tasks/{task_id}/approve")
    assert (approved.status_code, approved.json()["draft"]["id"]) == (200, seen["draft"]["id"])
    assert cards.finished(task_id)["videos"]
    assert balance(cards) == (before + price, held - price)
    assert cards.call("POST", f"/v1/tasks/{task_id}/approve").json()["state"] == "succeeded"
    assert balance(cards) == (before + price, held - price)


def test_polls_show_a_held_order_as_queued_with_its_drafts_address(cards: Server) -> None:
    task_id = order(cards)
    seen = with_draft(cards, task_id)
    polled = cards.call("GET", f"/v3/async/task-result?task_id={task_id}")
    assert polled.json()["task"]["status"] == "TASK_STATUS_QUEUED"
    notes = polled.headers["x-task-notes"]
    assert f"/files/videos/{seen['draft']['id']}/" in notes
    assert f"POST /v1/tasks/{task_id}/approve" in notes
    listed = cards.call("GET", "/ent/v2/tasks?states=queueing").json()["tasks"]
    assert [each["id"] for each in listed] == [task_id]
    assert cards.call("POST", f"/v1/tasks/{task_id}/cancel").json()["state"] == "cancelled"
    refused = cards.call("POST", f"/v1/tasks/{task_id}/approve")
    assert (refused.status_code, refused.json()["reason"]) == (409, "TASK_NOT_HELD")
    assert "can no longer be approved: The task was cancelled." in refused.json()["message"]


def test_held_orders_survive_a_power_cut_a_failed_draft_and_expire_after_a_day(
    start: Callable[..., Server],
) -> None:
    mode = {"KEYREEL_DEV": "1", **CARDS}
    server = start(**mode)
    kept, left = order(server), order(server, off_peak=True, prompt="[keyreel:fail=RenderFailed]")
    server.kill()
    server = start(**mode)
    assert with_draft(server, kept)["draft"]["state"] == "succeeded"
    failed = with_draft(server, left)
    assert (failed["state"], failed["draft"]["state"]) == ("held", "failed")
    assert "marker" in failed["draft"]["reason"]
    polled = server.call("GET", f"/v3/async/task-result?task_id={left}")
    assert "There is no draft: " in polled.headers["x-task-notes"]
    assert verify_ledger(server) == 2

    advance(server, 23 * 3600)
    assert server.call("POST", f"/v1/tasks/{kept}/approve").status_code == 200
    assert server.finished(kept)["videos"]
    assert look(server, left)["state"] == "held"
    advance(server, 3660)
    wait_until(lambda: look(server, left)["state"] == "cancelled", 10)
    assert "not approved within 24 hours" in server.poll(left)["task"]["reason"]
    assert verify_ledger(server) == 0
    assert server.call("POST", f"/v1/tasks/{left}/approve").status_code == 409


def test_a_program_sees_the_draft_and_approves_it(cards: Server, tmp_path: Path) -> None:
    with Client(cards.url, KEY, "vtrix") as client:
        draft = client.draft(MODEL, image=PICTURE, prompt="a card", duration=1, resolution="720p")
        small = probe_video(draft.save(tmp_path / "draft.mp4"))
        video = draft.approve()
        assert (video.report.id, video.seed) == (draft.order_id, draft.seed)
        large = probe_video(video.save(tmp_path / "video.mp4"))
    assert (small.width, small.height) < (large.width, large.height)
    assert small.frames == large.frames


def test_a_program_that_awaits_gives_an_order_up(cards: Server) -> None:
    async def decline() -> str:
        async with AsyncClient(cards.url, KEY, "openai_videos") as client:
            draft = await client.draft(MODEL, image=PICTURE, prompt="a card", duration=1)
            await draft.cancel()
            with pytest.raises(NotHeld, match="can no longer be approved"):
                await draft.approve()
            return draft.order_id

    assert look(cards, asyncio.run(decline()))["state"] == "cancelled"


def generate(server: Server, output: Path, *words: str) -> tuple[str, ...]:
    picture = server.data / "card.png"
    picture.write_bytes(b64decode(PICTURE.partition(",")[2]))
    return (
        *("generate", MODEL, "--image", str(picture), "--prompt", "a card", "--duration", "1"),
        *("--resolution", "540p", "--base-url", server.url, "--api-key", KEY),
        *("-o", str(output), "--draft", *words),
    )


def test_the_command_makes_the_video_after_the_draft_where_it_is_told_to(
    cards: Server, tmp_path: Path
) -> None:
    done = commands.keyreel(*generate(cards, tmp_path / "film.mp4", "--approve"))
    assert done.returncode == 0, done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["film.draft.mp4", "film.mp4"]


def test_the_command_asks_at_a_terminal_and_cancels_on_no(cards: Server, tmp_path: Path) -> None:
    spent = balance(cards)
    master, terminal = os.openpty()
    os.write(master, b"n\n")
    done = subprocess.run(
        [sys.executable, "-m", "keyreel", *generate(cards, tmp_path / "film.mp4")],
        stdin=terminal,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=commands.inherit_environment(),
    )
    os.close(terminal)
    os.close(master)
    assert done.returncode == 0, done.stderr
    assert "Make the video?" in done.stderr
    assert "The order was cancelled. It costs nothing." in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["film.draft.mp4"]
    assert balance(cards) == spent
