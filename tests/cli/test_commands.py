"""The command line, as a user types it: real processes, their output and their exit codes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from support.commands import CARDS, keyreel
from support.images import landscape
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("keyreel"), **CARDS)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from PIL import Image

    path = tmp_path_factory.mktemp("images") / "hills.png"
    Image.fromarray(landscape()).save(path)
    return path


def test_up_prints_lines_for_each_format_and_no_key_into_a_log(server: Server) -> None:
    printed = (server.data / "up.log").read_text()
    assert KEY not in printed
    assert "set by KEYREEL_API_KEY" in printed
    assert '-H "Authorization: Bearer $KEYREEL_API_KEY"' in printed
    for line in (f"{server.url}/v3/async/", f"{server.url}/model/v1/generation", "keyreel generate"):
        assert line in printed


def test_small_answers_are_sent_at_once_on_a_kept_connection(server: Server) -> None:
    seconds = []
    with httpx.Client(trust_env=False) as client:
        for _ in range(21):
            begun = time.perf_counter()
            client.get(server.url + "/health/live")
            seconds.append(time.perf_counter() - begun)
    # A socket that waits for more to send holds every answer up by 40 ms.
    assert statistics.median(seconds) < 0.03


def test_a_key_can_be_made_listed_and_revoked_beside_a_running_server(server: Server) -> None:
    created = json.loads(
        keyreel("keys", "create", "--tenant", "acme", "--new-tenant", "--data", server.data, "--json").stdout
    )
    mine = {"Authorization": f"Bearer {created['key']}"}
    assert server.call("GET", "/v3/async/task-result?task_id=1", headers=mine).status_code == 404
    assert created["id"] in keyreel("keys", "list", "--data", server.data).stdout
    assert keyreel("keys", "revoke", created["id"], "--data", server.data).returncode == 0
    assert server.call("GET", "/v3/async/task-result?task_id=1", headers=mine).status_code == 403


def test_a_key_made_before_the_first_start_is_valid_then(tmp_path: Path) -> None:
    created = json.loads(
        keyreel("keys", "create", "--tenant", "acme", "--new-tenant", "--data", tmp_path, "--json").stdout
    )
    server = Server.start(tmp_path, **CARDS)
    mine = {"Authorization": f"Token {created['key']}"}
    assert server.call("GET", "/v3/async/task-result?task_id=1", headers=mine).status_code == 404
    assert server.stop() == 0


def test_generate_writes_the_video(server: Server, image: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    for dialect in ("async_v3", "vtrix"):
        done = keyreel(
            *("generate", "vidu-q2-pro-start-end2video", "--image", image, "--image", image),
            *("--prompt", "night falls", "--duration", 1, "--resolution", "540p", "--seed", 5, "-o", out),
            *("--base-url", server.url, "--api-key", KEY, "--dialect", dialect),
        )
        assert done.returncode == 0, done.stderr
        assert "seed 5" in done.stderr
        assert out.read_bytes()[4:8] == b"ftyp"
        out.unlink()


def test_generate_finds_the_server_and_its_key_in_the_data_folder(tmp_path: Path, image: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out.mp4"
    server = Server.start(data, KEYREEL_API_KEY="", **CARDS)
    done = keyreel(
        *("generate", "vidu-q2-pro-img2video", "--image", image, "--prompt", "static"),
        *("--duration", 1, "--resolution", "540p", "-o", out, "--data", data),
    )
    assert done.returncode == 0, done.stderr
    assert out.exists()
    assert server.stop() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("generate", "vidu-q9", "--image", "a.png"), "vidu-q9"),
        (("generate", "vidu-q2-pro-img2video", "--image", "missing.png", "--prompt", "x"), "missing.png"),
        (("generate", "vidu-q2-pro-img2video", "--field", "nonsense"), "name=value"),
        (("generate", "vidu-q2-pro-img2video", "--field", "speed=3"), "speed"),
        (("keys", "create", "--tenant", "two words"), "tenant"),
        (("keys", "create", "--tenant", "unknown"), "unknown"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_1(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    failed = keyreel(*arguments, "--data", tmp_path / "data")
    assert failed.returncode == 1
    assert words in failed.stderr
    assert "Traceback" not in failed.stderr
    assert len(failed.stderr.splitlines()) <= 3


def test_tasks_lists_what_was_asked_for(server: Server, image: Path, tmp_path: Path) -> None:
    keyreel(
        *("generate", "q2-pro-img2video", "--image", image, "--prompt", "x", "--duration", 1),
        *("-o", tmp_path / "o.mp4", "--base-url", server.url, "--api-key", KEY),
    )
    listed = json.loads(keyreel("tasks", "--data", server.data, "--json").stdout)
    assert listed[0]["endpoint"] == "q2-pro-img2video"
    assert listed[0]["state"] == "succeeded"


def test_doctor_finds_this_machine_well(server: Server) -> None:
    checks = {
        check["name"]: check
        for check in json.loads(keyreel("doctor", "--data", server.data, "--json").stdout)
    }
    assert checks["motion networks"]["ok"]
    assert checks["video encoder"]["ok"]
    assert server.url in checks["server"]["detail"]


def test_doctor_and_engines_check_ask_a_server_elsewhere(server: Server, tmp_path: Path) -> None:
    token = (server.data / "admin.token").read_text().strip()
    asked = ("--base-url", server.url, "--data", tmp_path / "none")
    checks = json.loads(keyreel("doctor", *asked, "--admin-token", token, "--json").stdout)
    names = ["server", "engines", "workers", "audit log", "ledger"]
    assert [(each["name"], each["ok"]) for each in checks] == [(name, True) for name in names]
    assert checks[0]["detail"].startswith(f"running at {server.url}, version 0.1.0")
    engine = CARDS["KEYREEL_ENGINES"]
    assert checks[1]["detail"].startswith(f"{engine}: ")
    check = keyreel("engines", "check", *asked, "--admin-token", token)
    assert (check.returncode, check.stdout) == (0, f"{engine}: works\n")
    refused = keyreel("doctor", *asked, "--admin-token", "wrong")
    assert refused.returncode == 1
    assert "✗  ledger" in refused.stdout


def test_the_images_health_check_tells_a_ready_server_from_none(server: Server) -> None:
    dockerfile = (Path(__file__).parents[2] / "deploy" / "image" / "Dockerfile").read_text()
    command = json.loads(dockerfile.partition("HEALTHCHECK ")[2].partition("CMD ")[2].splitlines()[0])
    port = server.url.rpartition(":")[2]
    for asked, status in ((port, 0), ("9", 1)):
        words = [sys.executable, *(word.replace(":8787", f":{asked}") for word in command[1:])]
        assert subprocess.run(words, capture_output=True, timeout=30, check=False).returncode == status


def test_doctor_says_which_engine_does_not_exist(tmp_path: Path) -> None:
    done = keyreel("doctor", "--data", tmp_path, KEYREEL_ENGINES="nothing")
    assert done.returncode == 2
    assert "engines: 'nothing' is not an engine" in done.stderr


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "keyreel.toml").write_text("prot = 1\n")
    failed = keyreel("up", "--data", tmp_path)
    assert failed.returncode == 2
    assert "prot" in failed.stderr
    assert keyreel("up", "--port", "99999", "--data", tmp_path / "other").returncode == 2


def test_flags_go_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "keyreel.toml").write_text('producer = "file"\nlink_seconds = 60\n')
    from keyreel.settings import read_settings

    assert read_settings(data=tmp_path).link_seconds == 60
    assert read_settings(data=tmp_path, link_seconds=30).link_seconds == 30
