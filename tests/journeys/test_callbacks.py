"""Callbacks of a real server: every format's events, outages of either side, slow receivers, test mode."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from keyreel.wire.dialects.webhooks import has_native_signature
from support import commands
from support.plant import image
from support.receivers import Receiver, Reply, receiving
from support.servers import KEY, Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ENVIRONMENT = {
    "KEYREEL_ENGINES": "keyreel.testing:CardEngine",
    "KEYREEL_EGRESS_ALLOW": "127.0.0.0/8",
    "KEYREEL_CALLBACK_SCHEDULE": "0,0.2,0.2",
    "KEYREEL_CALLBACK_TIMEOUT": "1",
    "KEYREEL_WEBHOOK_SECRET": SECRET,
}
FIELDS: dict[str, Any] = {
    "images": [image("#208040")],
    "prompt": "x",
    "duration": 1,
    "resolution": "540p",
    "payload": "mine",
}
MODEL = "vidu-q2-pro-img2video"
NATIVE = {**FIELDS, "model": "viduq2-pro"}
VTRIX = {"model": "viduq2_pro_img2video", "input": [{"params": FIELDS}]}
VIDEOS = {
    "model": "q2-pro",
    "prompt": "x",
    "seconds": "1",
    "input_reference": {"image_url": image("#204080")},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("callbacks"), **ENVIRONMENT)
    yield running
    assert running.stop() == 0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


def submit(server: Server, path: str, body: dict[str, Any], key: str = KEY) -> str:
    answer = server.call("POST", path, json=body, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    assert "X-Ignored-Fields" not in answer.headers
    told = answer.json()
    return str(told.get("task_id") or told["id"])


def webhook(url: str, **test_mode: Any) -> dict[str, Any]:
    return {**FIELDS, "extra": {"webhook": {"url": url, **({"test_mode": test_mode} if test_mode else {})}}}


def keyreel(server: Server, *words: str) -> str:
    done = commands.keyreel(*words, "--data", server.data)
    assert done.returncode == 0, done.stderr
    return done.stdout


def deliveries(server: Server, task: str) -> list[dict[str, Any]]:
    token = (server.data / "admin.token").read_text().strip()
    answer = server.call(
        "GET", f"/v1/admin/callbacks?task={task}", headers={"Authorization": f"Bearer {token}"}
    )
    found: list[dict[str, Any]] = answer.json()["callbacks"]
    return found


def settled(server: Server, task: str) -> dict[str, Any]:
    def done() -> dict[str, Any] | None:
        found = deliveries(server, task)
        return found[0] if found and found[0]["status"] != "pending" else None

    return wait_until(done)


def check_plays(url: str) -> None:
    assert httpx.get(url, trust_env=False).content[4:8] == b"ftyp"


def test_the_async_format_tells_the_end_once(server: Server, receiver: Receiver) -> None:
    task = submit(server, f"/v3/async/{MODEL}", webhook(f"{receiver.url}/end"))
    (got,) = wait_until(lambda: receiver.got)
    got.verify(SECRET)
    event, polled = got.json, server.poll(task)
    assert event["event_type"] == "ASYNC_TASK_RESULT"
    assert event["payload"]["extra"].pop("webhook") == {"url": f"{receiver.url}/end"}
    assert event["payload"]["task"] == polled["task"]
    assert event["payload"]["extra"] == polled["extra"]
    check_plays(event["payload"]["videos"][0]["video_url"])
    kept = settled(server, task)
    assert (kept["id"], kept["status"]) == (got.id, "delivered")
    assert json.loads(keyreel(server, "callbacks", "list", "--task", task, "--json")) == [kept]
    assert got.id in keyreel(server, "callbacks", "list")
    assert len(receiver.got) == 1


@pytest.mark.parametrize("prefix", ["/ent/v2", "/proxy/vidu"])
def test_the_native_format_tells_each_state_signed_with_the_key(
    server: Server, receiver: Receiver, prefix: str
) -> None:
    task = submit(server, f"{prefix}/img2video", {**NATIVE, "callback_url": f"{receiver.url}/a?b=c"})
    wait_until(lambda: len(receiver.got) == 2)
    assert [got.json["state"] for got in receiver.got] == ["processing", "success"]
    for got in receiver.got:
        got.verify(SECRET)
        assert has_native_signature(KEY, receiver.url + got.path, got.headers)
        assert (got.json["id"], got.json["payload"]) == (task, "mine")
    (made,) = receiver.got[1].json["creations"]
    check_plays(made["url"])


def test_vtrix_is_sent_what_a_poll_shows(server: Server, receiver: Receiver) -> None:
    body = {**VTRIX, "input": [{"params": {**FIELDS, "callback_url": receiver.url}}]}
    task = submit(server, "/model/v1/generation", body)
    (got,) = wait_until(lambda: receiver.got)
    got.verify(SECRET)
    assert has_native_signature(KEY, receiver.url, got.headers)
    polled = server.call("GET", f"/model/v1/generation/task/{task}").json()
    assert {name: got.json[name] for name in ("id", "status", "usage", "metadata", "model")} == {
        name: polled[name] for name in ("id", "status", "usage", "metadata", "model")
    }
    check_plays(got.json["output"][0]["content"][0]["url"])


def test_the_videos_format_is_sent_an_event(server: Server, receiver: Receiver) -> None:
    task = submit(server, "/v1/videos", {**VIDEOS, "callback_url": receiver.url})
    (got,) = wait_until(lambda: receiver.got)
    got.verify(SECRET)
    assert (got.json["type"], got.json["data"]["id"]) == ("video.completed", task)
    assert not has_native_signature(KEY, receiver.url, got.headers)


def test_a_cancelled_task_is_told(server: Server, receiver: Receiver) -> None:
    with receiving(lambda _: Reply(hang=True)) as images:
        # An image that never comes keeps the task from ending by itself.
        body = {**NATIVE, "images": [f"{images.url}/a.png"], "callback_url": receiver.url}
        task = submit(server, "/ent/v2/img2video", body)
        assert server.call("POST", f"/ent/v2/tasks/{task}/cancel").status_code == 200
        wait_until(lambda: receiver.got and receiver.got[-1].json["state"] == "failed")
    assert receiver.got[-1].json["err_code"] == "UserCancelled"


def test_another_tenants_events_have_another_secret(server: Server, receiver: Receiver) -> None:
    made = json.loads(keyreel(server, "keys", "create", "--tenant", "bob", "--new-tenant", "--json"))
    submit(server, "/ent/v2/img2video", {**NATIVE, "callback_url": receiver.url}, made["key"])
    wait_until(lambda: len(receiver.got) == 2)
    secret = keyreel(server, "callbacks", "secret", "--tenant", "bob").strip()
    assert keyreel(server, "callbacks", "secret").strip() == SECRET != secret
    for got in receiver.got:
        got.verify(secret)
        assert has_native_signature(made["key"], receiver.url, got.headers)


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        ({"enabled": True}, "TASK_STATUS_SUCCEED"),
        ({"enabled": True, "return_task_status": "TASK_STATUS_FAILED"}, "TASK_STATUS_FAILED"),
    ],
)
def test_test_mode_tells_the_end_that_was_asked_for(
    server: Server, receiver: Receiver, mode: dict[str, Any], status: str
) -> None:
    task = submit(server, f"/v3/async/{MODEL}", webhook(receiver.url, **mode))
    (got,) = wait_until(lambda: receiver.got)
    got.verify(SECRET)
    payload = got.json["payload"]
    assert (payload["task"]["task_id"], payload["task"]["status"]) == (task, status)
    assert server.poll(task)["task"] == payload["task"]
    for video in payload["videos"]:
        check_plays(video["video_url"])
    assert len(payload["videos"]) == (status == "TASK_STATUS_SUCCEED")


def test_a_receiver_that_was_down_is_reached_once_it_is_up(server: Server) -> None:
    with receiving() as taken:
        port = taken.server_port
    task = submit(server, f"/v3/async/{MODEL}", webhook(f"http://127.0.0.1:{port}/"))
    given_up = settled(server, task)
    assert (given_up["status"], len(given_up["attempts"])) == ("failed", 3)
    with receiving(port=port) as receiver:
        assert (
            json.loads(keyreel(server, "callbacks", "replay", given_up["id"], "--json"))["status"]
            == "pending"
        )
        (got,) = wait_until(lambda: receiver.got)
        got.verify(SECRET)
        assert got.id == given_up["id"]
    assert len(settled(server, task)["attempts"]) == 4


def test_a_redirect_is_a_failure_and_is_not_followed(server: Server, receiver: Receiver) -> None:
    with receiving(lambda _: Reply(307, {"Location": receiver.url})) as redirecting:
        task = submit(server, f"/v3/async/{MODEL}", webhook(redirecting.url))
        kept = settled(server, task)
    assert [attempt["status"] for attempt in kept["attempts"]] == [307] * 3
    assert receiver.got == []


def test_gone_ends_deliveries_to_that_address(server: Server) -> None:
    with receiving(lambda _: Reply(410)) as receiver:
        task = submit(server, "/ent/v2/img2video", {**NATIVE, "callback_url": receiver.url})
        assert settled(server, task)["status"] == "disabled"
        server.finished(task)
        assert len(receiver.got) == 1


def test_a_dripping_receiver_is_bounded(server: Server) -> None:
    with receiving(lambda _: Reply(drip=True)) as receiver:
        task = submit(server, f"/v3/async/{MODEL}", webhook(receiver.url, enabled=True))
        kept = settled(server, task)
    assert all(900 < attempt["milliseconds"] < 2500 for attempt in kept["attempts"])


def test_a_killed_server_delivers_once_it_is_back(start: Callable[..., Server]) -> None:
    with receiving(lambda number: Reply(hang=number == 0)) as receiver:
        server = start(**ENVIRONMENT | {"KEYREEL_CALLBACK_TIMEOUT": "30"})
        task = submit(server, "/v3/async/" + MODEL, webhook(receiver.url))
        wait_until(lambda: receiver.got)
        server.kill()
        server = start(**ENVIRONMENT)
        wait_until(lambda: len(receiver.got) == 2)
        first, second = receiver.got
        assert first.id == second.id
        second.verify(SECRET)
        assert second.json["payload"]["task"]["task_id"] == task


def test_twenty_tasks_of_a_hanging_receiver_delay_nobody_else(start: Callable[..., Server]) -> None:
    with receiving(lambda _: Reply(hang=True)) as slow, receiving() as fine:
        server = start(**ENVIRONMENT | {"KEYREEL_CALLBACK_TIMEOUT": "60"})
        other = json.loads(keyreel(server, "keys", "create", "--tenant", "bob", "--new-tenant", "--json"))[
            "key"
        ]
        for _ in range(20):
            submit(server, f"/v3/async/{MODEL}", webhook(slow.url, enabled=True))
        wait_until(lambda: slow.got)
        submit(server, f"/v3/async/{MODEL}", webhook(fine.url, enabled=True), other)
        wait_until(lambda: fine.got, seconds=5)
        assert len(slow.got) <= 8


def test_the_examples_receiver_takes_what_is_genuine_alone(server: Server) -> None:
    example = Path(__file__).parents[2] / "examples" / "callback_receiver.py"
    running = subprocess.Popen(
        [sys.executable, "-u", str(example), "0"],
        env=os.environ | {"KEYREEL_WEBHOOK_SECRET": SECRET},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout
    with running.stdout:
        try:
            url = running.stdout.readline().split()[-1]
            assert httpx.post(url, content=b"{}", trust_env=False).status_code == 401
            task = submit(server, f"/v3/async/{MODEL}", webhook(url, enabled=True))
            kept = settled(server, task)
            assert [attempt["status"] for attempt in kept["attempts"]] == [204]
            assert running.stdout.readline().startswith(kept["id"])
        finally:
            running.terminate()
            running.wait(10)


def test_listen_checks_shows_and_passes_on(
    start: Callable[..., Server], receiver: Receiver, tmp_path: Path
) -> None:
    server = start(**ENVIRONMENT)
    out = tmp_path / "listen.log"
    command = [sys.executable, "-u", "-m", "keyreel", "listen", "--port", "0", "--forward-to", receiver.url]
    with out.open("w") as log:
        listening = subprocess.Popen(
            [*command, "--api-key", KEY, "--data", str(server.data)], stdout=log, stderr=log
        )
    try:
        found = wait_until(lambda: re.search(r"Listening at (\S+)", out.read_text()))
        test = {"enabled": True}
        body = {**NATIVE, "extra": {"webhook": {"url": f"{found[1]}/x", "test_mode": test}}}
        submit(server, "/ent/v2/img2video", body)
        wait_until(lambda: len(receiver.got) == 2)
        wait_until(lambda: out.read_text().count("Standard Webhooks good, native good  answered 200") == 2)
    finally:
        listening.terminate()
        listening.wait(10)
    assert [got.path for got in receiver.got] == ["/x", "/x"]
    receiver.got[0].verify(SECRET)
