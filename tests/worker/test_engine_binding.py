"""Engines as tables of a server's settings: which of them makes a task, also where one cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.provenance.examine import read_evidence
from support.commands import keyreel
from support.engine_types import PYTHONPATH, TYPE
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """
engines = ["good"]

[engine.good]
type = "{type}"
slots = 2
source = "algorithmicMedia"

[engine.other]
type = "{type}"

[engine.full]
type = "{type}"
mode = "unavailable"
base_url = "http://10.0.0.7/secret-path"
api_key = "env:PROBE_KEY"

[engine.unloadable]
type = "{type}"
mode = "unloadable"

[engine.begun]
type = "{type}"
mode = "begun"

[engine.gated]
type = "{type}"
mode = "gated"
gate = "{gate}"

[[route]]
match = {{ model = "vidu-q2-text2video" }}
engines = ["unloadable", "full", "good"]

[[route]]
match = {{ model = "viduq3-pro" }}
engines = ["begun", "good"]

[[route]]
match = {{ model = "vidu-q3-turbo-*", operation = "text2video" }}
engines = ["gated"]

[[route]]
match = {{ operation = "img2video" }}
engines = ["other"]
share = 0
"""
NEXT_SETTINGS = """
engines = ["next", "good"]
[engine.next]
type = "{type}"
[engine.good]
type = "{type}"
"""
BODY = {"prompt": "a card", "duration": 1, "resolution": "540p"}
ENVIRONMENT = {"PYTHONPATH": PYTHONPATH, "PROBE_KEY": "sk-much-secret"}


def write_settings(data: Path, text: str = SETTINGS) -> None:
    data.mkdir(exist_ok=True)
    (data / "keyreel.toml").write_text(text.format(type=TYPE, gate=data / "gate"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("engines")
    write_settings(data)
    running = Server.start(data, **ENVIRONMENT)
    yield running
    assert running.stop() == 0


def ask_operator(server: Server, path: str) -> Any:
    """Return what a route answers to the operator."""
    token = (server.data / "admin.token").read_text().strip()
    answer = server.call("GET", path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return answer.json()


def find_engine(server: Server, task_id: str) -> str:
    """Return which engine makes a task, or made it."""
    tasks = ask_operator(server, "/v1/admin/tasks")["tasks"]
    return next(task["engine"] for task in tasks if task["id"] == task_id)


def test_a_task_goes_to_the_next_engine_where_one_cannot_begin(server: Server) -> None:
    task_id = server.submit("vidu-q2-text2video", BODY)
    done = server.finished(task_id)
    assert done["task"]["status"] == "TASK_STATUS_SUCCEED"
    assert find_engine(server, task_id) == "good"
    video = server.download(done["videos"][0]["video_url"], server.data / "good.mp4")
    source = read_evidence(video, b"").marks.source
    assert source is not None
    assert source.endswith("/algorithmicMedia")


def test_no_other_engine_takes_over_what_one_has_begun(server: Server) -> None:
    task_id = server.submit("vidu-q3-pro-t2v", BODY)
    done = server.finished(task_id)
    assert done["task"]["status"] == "TASK_STATUS_FAILED"
    assert done["task"]["reason"] == "The upstream's answer was lost."
    assert find_engine(server, task_id) == "begun"


def test_a_full_engine_holds_up_no_task_of_another(server: Server) -> None:
    gated = [server.submit("vidu-q3-turbo-t2v", BODY) for _ in range(6)]
    other = server.submit("vidu-q2-text2video", BODY)
    assert server.finished(other)["task"]["status"] == "TASK_STATUS_SUCCEED"
    states = [server.poll(task_id)["task"]["status"] for task_id in gated]
    assert states == ["TASK_STATUS_PROCESSING", *["TASK_STATUS_QUEUED"] * 5]
    (server.data / "gate").touch()
    assert {server.finished(task_id)["task"]["status"] for task_id in gated} == {"TASK_STATUS_SUCCEED"}


def test_models_tell_which_engines_make_them_and_no_more(server: Server) -> None:
    answer = server.call("GET", "/v1/models/viduq2", headers={})
    (operation,) = (each for each in answer.json()["operations"] if each["endpoint"] == "q2-text2video")
    assert operation["healthy"]
    assert set(operation["engines"]) == {"good", "other", "full", "unloadable", "begun", "gated"}
    assert "secret" not in answer.text
    assert "10.0.0.7" not in answer.text


def test_operators_see_how_each_engine_is(server: Server) -> None:
    assert server.call("GET", "/v1/admin/engines").status_code == 403
    answer = ask_operator(server, "/v1/admin/engines")
    engines = {each["name"]: each for each in answer["engines"]}
    (worker,) = engines["full"].pop("workers")
    assert worker | {"node": ""} == {"node": "", "slots": 1, "healthy": True, "detail": ""}
    assert engines["full"] | {"operations": {}} == {
        "name": "full",
        "type": TYPE,
        "slots": 1,
        "operations": {},
        "healthy": False,
        "detail": engines["full"]["detail"],
    }
    # The worker was refused, or has had no task for it yet.
    assert engines["full"]["detail"].startswith(
        ("The upstream is full. (Reported", "http://10.0.0.7/secret-path refuses")
    )
    assert engines["good"]["healthy"]
    assert engines["good"]["slots"] == 2
    assert "viduq2-pro" in engines["good"]["operations"]["img2video"]
    assert "sk-much-secret" not in json.dumps(answer)


def test_tasks_of_an_engine_that_is_gone_are_routed_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_settings(data)
    first = Server.start(data, KEYREEL_WORKER="0", **ENVIRONMENT)
    lost, kept = first.submit("vidu-q3-turbo-t2v", BODY), first.submit("vidu-q2-text2video", BODY)
    assert find_engine(first, lost) == "gated"
    first.stop()
    write_settings(data, NEXT_SETTINGS)
    second = Server.start(data, **ENVIRONMENT)
    try:
        for task_id in (lost, kept):
            assert second.finished(task_id)["task"]["status"] == "TASK_STATUS_SUCCEED"
            assert find_engine(second, task_id) == "next"
    finally:
        second.stop()


REFUSED = """
engines = ["a", "b"]
[engine.a]
type = "{type}"
mode = "refused"
[engine.b]
type = "{type}"
mode = "refused"
"""
REFUSAL = "The upstream's credits are used up. (Reported by the worker since "


def test_a_task_waits_while_all_its_engines_are_unavailable_and_then_fails(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_settings(data, REFUSED)
    server = Server.start(data, KEYREEL_DEV="1", **ENVIRONMENT)
    try:
        task_id = server.submit("vidu-q2-text2video", BODY)
        log = data / "up.log"
        wait_until(lambda: "task waits" in log.read_text())
        assert log.read_text().count("engine unavailable") == 2
        assert find_engine(server, task_id) == "a"
        waiting = server.call("GET", f"/v1/tasks/{task_id}").json()
        assert waiting["state"] == "queued"
        (note,) = waiting["notes"]
        assert note.startswith(
            "No engine can make this video right now. Keyreel will try again. If no engine can by 20"
        )
        advance = keyreel("clock", "advance", "6h", "--data", data)
        assert advance.returncode == 0, advance.stderr
        failed = server.finished(task_id)["task"]
        assert failed["status"] == "TASK_STATUS_FAILED"
        assert failed["reason"] == "No engine could make this video within the maximum waiting time."
        ended = server.call("GET", f"/v1/tasks/{task_id}").json()
        assert (ended["credits"], ended["notes"]) == (0, [])
    finally:
        server.stop()


def test_operators_see_what_only_the_worker_has_met(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_settings(data, REFUSED)
    server = Server.start(data, **ENVIRONMENT)
    try:
        assert all(each["healthy"] for each in ask_operator(server, "/v1/admin/engines")["engines"])
        server.submit("vidu-q2-text2video", BODY)
        wait_until(lambda: "task waits" in (data / "up.log").read_text())
        for engine in ask_operator(server, "/v1/admin/engines")["engines"]:
            assert not engine["healthy"]
            assert engine["detail"].startswith(REFUSAL)
        for path, found in (("/v1/engines", "engines"), ("/v1/models/viduq2", "operations")):
            answer = server.call("GET", path)
            assert not any(each["healthy"] for each in answer.json()[found])
            assert "credits are used up" not in answer.text
        listed = keyreel("engines", "list", "--data", data, "--json", **ENVIRONMENT)
        assert {each["detail"].startswith(REFUSAL) for each in json.loads(listed.stdout)} == {True}
        found = json.loads(keyreel("doctor", "--data", data, "--json", **ENVIRONMENT).stdout)
        (engines,) = (each for each in found if each["name"] == "engines")
        assert not engines["ok"]
        assert f"a: {REFUSAL}" in engines["detail"]
    finally:
        server.stop()
