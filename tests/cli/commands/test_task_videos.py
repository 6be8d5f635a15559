"""A video from the command line in steps: submitted, waited for, saved, each for people and for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.commands import CARDS, keyreel
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

LAKE = ("generate", "vidu-q2-text2video", "--prompt", "a lake", "--duration", 1, "--ratio", "9:16")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("videos"), **CARDS)
    yield running
    assert running.stop() == 0


def run(server: Server, *words: Any) -> CompletedProcess[str]:
    return keyreel(*words, "--base-url", server.url, "--api-key", KEY)


def test_stdout_is_the_path_and_all_else_is_on_stderr(server: Server, tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    done = run(server, *LAKE, "-o", out)
    assert (done.returncode, done.stdout) == (0, f"{out}\n")
    assert done.stderr.startswith("Task ")
    again = run(server, *LAKE, "-o", out)
    assert again.stderr == f"keyreel: --output: {out} already exists; use --force to overwrite it.\n"
    told = json.loads(run(server, *LAKE, "-o", out, "--force", "--json", "--seed", 7).stdout)
    assert (told["path"], told["seed"], told["state"]) == (str(out), 7, "succeeded")


def test_an_id_goes_from_command_to_command(server: Server, tmp_path: Path) -> None:
    task_id = run(server, *LAKE, "--no-wait").stdout.strip()
    waited = run(server, "tasks", "wait", task_id)
    assert waited.returncode == 0, waited.stderr
    assert waited.stdout.startswith(f"{server.url}/files/videos/{task_id}/")
    out = tmp_path / "b.mp4"
    saved = run(server, "tasks", "download", task_id, "-o", out)
    assert (saved.returncode, saved.stdout) == (0, f"{out}\n")
    assert out.read_bytes()[4:8] == b"ftyp"
    assert "--force" in run(server, "tasks", "download", task_id, "-o", out).stderr
    kept = run(server, "tasks", "wait", task_id, "-o", out, "--force", "--json")
    assert json.loads(kept.stdout)["path"] == str(out)
    late = run(server, "tasks", "cancel", task_id)
    assert late.returncode == 1
    assert len(late.stderr.splitlines()) == 1


def test_an_id_that_is_none_is_told_at_once(server: Server) -> None:
    for words in (("wait", "1"), ("download", "1"), ("show", "../x")):
        done = run(server, "tasks", *words)
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1


def test_options_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    done = keyreel(*LAKE, "--draft", "--no-wait", "-o", tmp_path / "a.mp4")
    assert done.stderr == (
        "keyreel: --no-wait: cannot be combined with --draft, which waits for the draft.\n"
    )


def test_models_and_engines_of_a_server_elsewhere(server: Server, tmp_path: Path) -> None:
    models = json.loads(run(server, "models", "q2-pro", "--json").stdout)
    names = {each["model"] for each in models}
    assert "vidu-q2-pro-multiframe" in names
    assert all("q2-pro" in name for name in names)
    assert run(server, "models", "q99").stderr.count("\n") == 1
    token = (server.data / "admin.token").read_text().strip()
    elsewhere = ("--base-url", server.url, "--admin-token", token, "--data", tmp_path / "none")
    engines = json.loads(keyreel("engines", "--json", *elsewhere).stdout)
    assert [each["name"] for each in engines] == [CARDS["KEYREEL_ENGINES"]]
    beside = keyreel("engines", "list", "--data", server.data, **CARDS)
    assert beside.returncode == 0, beside.stderr


def test_doctor_asks_the_running_server_for_its_engines(server: Server) -> None:
    # This shell has no KEYREEL_ENGINES, and the server has.
    done = keyreel("doctor", "--data", server.data, "--json")
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert checks["engines"]["ok"], checks["engines"]
    assert checks["engines"]["detail"].startswith(CARDS["KEYREEL_ENGINES"])
    assert "it renders" in checks["server"]["detail"]


def test_a_second_server_is_told_of_the_first_one(server: Server) -> None:
    for command in ("up", "serve"):
        done = keyreel(command, "--data", server.data)
        assert done.returncode == 1
        begin = f"keyreel: Keyreel is already running with the data folder {server.data}, at {server.url}."
        assert done.stderr.startswith(begin)
