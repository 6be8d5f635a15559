"""Fifty power cuts at random moments: nothing acknowledged is lost, and the books are right after all."""

from __future__ import annotations

import hashlib
import json
from random import SystemRandom
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from keyreel.media.probe import probe_video
from support.commands import keyreel
from support.requests import data_uri
from support.servers import KEY, Server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
ROUNDS = 50
LONGEST_LIFE_SECONDS = 1.2
MOST_SUBMITS = 3
CARDS = {"KEYREEL_ENGINES": "keyreel.testing:CardEngine", "KEYREEL_RPM": "0"}
BODY: dict[str, Any] = {"images": [data_uri()], "prompt": "on", "duration": 1, "resolution": "540p"}


@pytest.mark.timeout(900)
def test_fifty_kills_lose_nothing_and_charge_nothing_twice(tmp_path: Path) -> None:
    random, data = SystemRandom(), tmp_path / "data"
    acknowledged: dict[str, set[str]] = {}
    for number in range(ROUNDS):
        server = Server.start(data, **CARDS)
        try:
            _use(server, number, random.uniform(0, LONGEST_LIFE_SECONDS), acknowledged)
        finally:
            server.kill()
    assert len(acknowledged) > ROUNDS / 2
    assert all(len(ids) == 1 for ids in acknowledged.values()), "one key made several tasks"

    server = Server.start(data, **CARDS)
    try:
        wait_until(lambda: server.call("GET", "/health/ready").json()["queued"] == 0, seconds=600)
        results = {key: server.finished(ids.pop()) for key, ids in acknowledged.items()}
        for result in results.values():
            _check_files(server, result, tmp_path / "video.mp4")
        while_it_runs = _verified(data)
    finally:
        assert server.stop() == 0
    assert _verified(data) == while_it_runs
    assert while_it_runs["open_holds"] == 0
    _check_books(data)


def _use(server: Server, number: int, seconds: float, acknowledged: dict[str, set[str]]) -> None:
    """Submit and cancel until the time is up, each submit twice under one key."""
    end, count = monotonic() + seconds, 0
    while monotonic() < end and count < MOST_SUBMITS:
        key = f"{number}-{count}"
        headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": key}
        body = BODY | {"seed": number * 100 + count + 1, "off_peak": count == 2}
        for _ in range(2):
            answer = server.call("POST", "/v3/async/vidu-q2-pro-img2video", json=body, headers=headers)
            assert answer.status_code == 200, answer.text
            acknowledged.setdefault(key, set()).add(answer.json()["task_id"])
        if count == 1 and number % 3 == 0:
            (task_id,) = acknowledged[key]
            server.call("POST", f"/ent/v2/tasks/{task_id}/cancel")
        count += 1


def _check_files(server: Server, result: dict[str, Any], path: Path) -> None:
    if result["task"]["status"] == "TASK_STATUS_FAILED":
        assert "cancelled" in result["task"]["reason"]
        return
    video = server.download(result["videos"][0]["video_url"], path)
    assert probe_video(video).frames == 24
    verified = server.call("POST", "/v1/verify", content=video.read_bytes())
    assert verified.status_code == httpx.codes.OK, verified.text
    assert hashlib.sha256(video.read_bytes()).hexdigest() in json.dumps(verified.json()) or (
        result["task"]["task_id"] in json.dumps(verified.json())
    )


def _verified(data: Path) -> dict[str, Any]:
    done = keyreel("ledger", "verify", "--json", "--data", data)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert (found["ok"], found["problems"]) == (True, [])
    return found


def _check_books(data: Path) -> None:
    done = keyreel("usage", "--json", "--data", data)
    tasks = json.loads(done.stdout)["tasks"]
    for task in tasks:
        charged = task["status"] == "succeeded"
        assert (task["charges"], task["credits"] > 0) == (int(charged), charged)
    exported = keyreel("ledger", "export", "--json", "--data", data).stdout.splitlines()
    sums: dict[str, int] = {}
    for line in exported:
        posting = json.loads(line)
        sums[posting["txn"]] = sums.get(posting["txn"], 0) + posting["amount"]
    assert set(sums.values()) == {0}
