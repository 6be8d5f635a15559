"""Clips with flaws over HTTP: rendered once more, then delivered with a note, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.media.probe import probe_video
from keyreel.wire.dialects.notes_header import parse_notes_header
from support.flawed_engine import ENGINE, PYTHONPATH, SEED, picture
from support.images import as_data_uri
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.timeout(240)


def environment(folder: Path) -> dict[str, str]:
    files = {"RENDERS": str(folder / "renders"), "GATE": str(folder / "gate")}
    return {"KEYREEL_ENGINES": ENGINE, "PYTHONPATH": PYTHONPATH, **files}


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("flawed")
    server = Server.start(folder / "data", **environment(folder))
    yield server
    assert server.stop() == 0


def submit(server: Server, prompt: str) -> str:
    body: dict[str, Any] = {"images": [as_data_uri(picture())], "prompt": prompt, "seed": SEED}
    return server.submit("vidu-q2-pro-img2video", {**body, "duration": 3, "resolution": "540p"})


def finish(server: Server, task_id: str) -> tuple[str, tuple[str, ...]]:
    """Return a task's final status, and its notes, or the reason of its failure."""
    result = server.finished(task_id)
    answer = server.call("GET", f"/v3/async/task-result?task_id={task_id}")
    notes = parse_notes_header(answer.headers.get("X-Task-Notes", ""))
    return result["task"]["status"], tuple(filter(None, (*notes, result["task"].get("reason"))))


def get_seeds(server: Server) -> list[int]:
    return [int(line) for line in (server.data.parent / "renders").read_text().split()]


@pytest.mark.parametrize(
    ("flaw", "found"),
    [
        ("void", "it is black from 1.0 s to 2.0 s"),
        ("halt", "nothing moves from 0.5 s to 3.0 s"),
        ("jump", "it jumps to another image at 1.5 s"),
        ("elsewhere", "its first frame is not the requested image"),
    ],
)
def test_a_flaw_is_named_after_one_more_render(flawed: Server, flaw: str, found: str) -> None:
    before = len(get_seeds(flawed)) if (flawed.data.parent / "renders").exists() else 0
    status, notes = finish(flawed, submit(flawed, flaw))
    assert get_seeds(flawed)[before:] == [SEED, SEED + 1]
    assert status == "TASK_STATUS_SUCCEED"
    (note,) = notes
    told = "".join(each for each in note if not each.isdigit())
    expected = f"This video has a flaw: {found}. A second render was no better."
    # Where a flaw begins and ends is seen six times a second.
    assert told == "".join(each for each in expected if not each.isdigit())


def test_a_good_second_render_is_delivered_with_its_seed(flawed: Server) -> None:
    status, (note,) = finish(flawed, submit(flawed, "elsewhere once"))
    assert status == "TASK_STATUS_SUCCEED"
    assert note == (
        f"This is a second render, with seed {SEED + 1}: the first had a flaw (its first frame is not "
        "the requested image)."
    )


def test_a_clip_of_another_length_is_made_again(flawed: Server, tmp_path: Path) -> None:
    task = submit(flawed, "short once")
    status, (note,) = finish(flawed, task)
    assert status == "TASK_STATUS_SUCCEED"
    assert "its frame count is 36, not 72" in note
    url = flawed.poll(task)["videos"][0]["video_url"]
    assert probe_video(flawed.download(url, tmp_path / "video.mp4")).frames == 72


def test_a_clip_of_another_length_is_never_delivered(flawed: Server) -> None:
    status, (reason,) = finish(flawed, submit(flawed, "short"))
    assert status == "TASK_STATUS_FAILED"
    assert "its frame count is 36, not 72" in reason


def test_a_good_clip_is_rendered_once_and_has_no_note(flawed: Server) -> None:
    before = len(get_seeds(flawed)) if (flawed.data.parent / "renders").exists() else 0
    assert finish(flawed, submit(flawed, "well")) == ("TASK_STATUS_SUCCEED", ())
    assert get_seeds(flawed)[before:] == [SEED]


def test_a_power_cut_in_the_second_render_repeats_that_alone(tmp_path: Path) -> None:
    settings = environment(tmp_path) | {"KEYREEL_BELOW_BAR": "fail"}
    server = Server.start(tmp_path / "data", **settings)
    task = submit(server, "void gated")
    renders = tmp_path / "renders"
    wait_until(lambda: renders.exists() and get_seeds(server) == [SEED, SEED + 1])
    server.kill()
    (tmp_path / "gate").touch()
    server = Server.start(tmp_path / "data", **settings)
    try:
        # The operator has said that such a video is to fail.
        status, (reason,) = finish(server, task)
    finally:
        server.stop()
    assert status == "TASK_STATUS_FAILED"
    assert reason.startswith("The video has a flaw: it is black from")
    assert get_seeds(server) == [SEED, SEED + 1, SEED + 1]
