"""`keyreel verify`, as a user types it, beside a running server and far from any."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.certificates import make, root
from support.commands import CARDS, keyreel
from support.images import landscape
from support.servers import Server
from support.videos import encode_again, labelled_scene

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path


def verify(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return keyreel("verify", *arguments, **environment)


def video_of(server: Server, folder: Path) -> tuple[str, Path]:
    """Have the motion engine make a second of video; return its task and its file."""
    import base64
    import io

    from PIL import Image

    source_image = io.BytesIO()
    Image.fromarray(landscape()).save(source_image, "PNG")
    image = f"data:image/png;base64,{base64.b64encode(source_image.getvalue()).decode()}"
    body = {"images": [image], "prompt": "pan left", "duration": 1, "resolution": "540p", "watermark": True}
    task_id = server.submit("vidu-q2-pro-img2video", body)
    done = server.finished(task_id)
    assert done["task"]["status"] == "TASK_STATUS_SUCCEED", done
    return task_id, server.download(done["videos"][0]["video_url"], folder / "video.mp4")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("keyreel"), KEYREEL_PRODUCER="studio-1")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def made(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    return video_of(server, tmp_path_factory.mktemp("made"))


def test_a_downloaded_video_is_untouched(server: Server, made: tuple[str, Path]) -> None:
    task_id, video = made
    done = verify(video, "--data", server.data)
    assert done.returncode == 0, done.stderr
    assert f"{task_id} (the same file)" in done.stdout
    assert "made by    Keyreel 0.1.0, signed by Keyreel, trusted" in done.stdout
    assert "source     compositeWithTrainedAlgorithmicMedia" in done.stdout
    assert f"label      AIGC: generated, by studio-1 as {task_id}" in done.stdout


def test_a_changed_video_is_altered_and_still_ours(
    server: Server, made: tuple[str, Path], tmp_path: Path
) -> None:
    task_id, video = made
    data = bytearray(video.read_bytes())
    # Near the end, where few images lean on it.
    data[-1500] ^= 1
    (tmp_path / "changed.mp4").write_bytes(data)
    again = encode_again(video, tmp_path / "again.mkv", scale=0.5, crf=30)
    for file, state in ((tmp_path / "changed.mp4", "invalid"), (again, "none")):
        done = verify(file, "--data", server.data, "--json")
        assert done.returncode == 1
        told = json.loads(done.stdout)
        assert (told["verdict"], told["credentials"]["state"]) == ("altered", state)
        assert told["tasks"][0]["task_id"] == task_id
        assert not told["tasks"][0]["same_file"]


def test_anybody_checks_a_video_with_the_published_root(
    server: Server, made: tuple[str, Path], tmp_path: Path
) -> None:
    published = tmp_path / "root.pem"
    published.write_bytes(server.call("GET", "/.well-known/keyreel-c2pa.pem", headers={}).content)
    elsewhere = tmp_path / "nothing here"
    assert verify(made[1], "--data", elsewhere).returncode == 1
    assert verify(made[1], "--data", elsewhere, "--root", published).returncode == 0
    assert not elsewhere.exists()


def test_a_server_elsewhere_is_asked_for_its_root_and_its_tasks(
    server: Server, made: tuple[str, Path], tmp_path: Path
) -> None:
    task_id, video = made
    token = (server.data / "admin.token").read_text().strip()
    elsewhere = {"KEYREEL_DATA": str(tmp_path / "nothing here"), "KEYREEL_BASE_URL": server.url}
    done = verify(video, **elsewhere, KEYREEL_ADMIN_TOKEN=token)
    assert done.returncode == 0, done.stderr
    assert f"{task_id} (the same file)" in done.stdout
    without = verify(video, **elsewhere)
    assert without.returncode == 0, without.stderr
    assert f"{task_id} (according to its signature)" in without.stdout
    assert "the tasks of the server are not searched" in without.stderr


def test_a_strangers_video_is_unknown(tmp_path: Path) -> None:
    done = verify(labelled_scene(tmp_path / "plain.mp4", seed=4), "--data", tmp_path / "data")
    assert done.returncode == 1
    assert done.stdout.startswith("unknown ")


@pytest.mark.parametrize("content", [b"hello", b"", None], ids=["text", "empty", "missing"])
def test_what_is_no_video_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    failed = verify(tmp_path / "file", "--data", tmp_path / "data")
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1
    assert failed.stdout == ""


def test_a_server_signs_with_its_operators_certificate(tmp_path: Path) -> None:
    (tmp_path / "pem").mkdir()
    cert, key = make(root()).write(tmp_path / "pem")
    settings = {"KEYREEL_C2PA_CERT": str(cert), "KEYREEL_C2PA_KEY": str(key), "KEYREEL_WATERMARK_TEXT": "zh"}
    server = Server.start(tmp_path / "data", **CARDS, **settings)
    _, video = video_of(server, tmp_path)
    assert server.stop() == 0
    done = verify(video, "--data", tmp_path / "data", **settings)
    assert done.returncode == 0, done.stdout
    assert "signed by Acme, trusted" in done.stdout


def test_half_an_operators_certificate_stops_the_start(tmp_path: Path) -> None:
    failed = keyreel("up", "--port", 0, "--data", tmp_path, KEYREEL_C2PA_CERT=str(tmp_path / "chain.pem"))
    assert failed.returncode == 2
    assert "KEYREEL_C2PA_CERT and KEYREEL_C2PA_KEY: set both" in failed.stderr
    assert len(failed.stderr.splitlines()) <= 3
