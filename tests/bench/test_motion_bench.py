from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.bench.motion import measure_flight_quality
from keyreel.bench.orders import EXAMPLE_FOLDER, ExampleImages
from keyreel.bench.quality import compare_midframes, compute_ssim, measure_keyframe_error, measure_seam_speed
from keyreel.errors import InvalidSetting
from keyreel.media.video_writer import open_video_writer
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size
from support.images import landscape

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame

SIZE = Size(320, 180)
ORDER = Order(
    Operation.MULTIFRAME,
    "bench",
    tuple(Shot("", 1, ImageRef("a"), ImageRef("b")) for _ in range(2)),
    Resolution.P360,
    1,
    size=SIZE,
)


def travelling(speeds: list[float]) -> list[Frame]:
    """Draw frames that move on by so many pixels each."""
    places = np.cumsum([0.0, *speeds])
    return [landscape(SIZE.width, SIZE.height, shift=float(place)) for place in places]


def make_video(path: Path, images: list[Frame]) -> Path:
    with open_video_writer(path, SIZE) as opened:
        for image in images:
            opened.write(image)
    return path


def test_a_stop_at_the_seam_is_found(tmp_path: Path) -> None:
    even = [4.0] * 47
    stopping = [4.0] * 21 + [3.0, 2.0, 1.0, 1.0, 2.0, 3.0] + [4.0] * 20
    assert measure_seam_speed(make_video(tmp_path / "even.mp4", travelling(even)), ORDER) > 0.8
    assert measure_seam_speed(make_video(tmp_path / "stop.mp4", travelling(stopping)), ORDER) < 0.6


def test_a_keyframe_that_is_missed_is_found(tmp_path: Path) -> None:
    images = travelling([4.0] * 47)
    clip = make_video(tmp_path / "clip.mp4", images)
    assert measure_keyframe_error(clip, ORDER, [images[0], images[24], images[47]]) < 0.02
    assert measure_keyframe_error(clip, ORDER, [images[0], images[30], images[47]]) > 0.02


def test_the_truth_is_most_like_itself() -> None:
    first, truth, last = travelling([6.0, 6.0])
    found = compare_midframes([first, truth], first, last, truth)
    assert found.ours == pytest.approx(1.0)
    assert found.dissolve < found.flow < 1.0
    assert compute_ssim(first, last) < 0.95


def test_images_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="examples/pictures"):
        ExampleImages(tmp_path, tmp_path)


@pytest.mark.slow
def test_the_camera_flight_is_in_betweened_well() -> None:
    found = asyncio.run(measure_flight_quality(Resolution.P360, EXAMPLE_FOLDER))
    assert found.pinned_error < 0.02
    assert found.likeness.ours > found.likeness.dissolve + 0.1
    assert found.likeness.ours > found.likeness.flow
    assert found.seam_speed > 0.6


ALL = ("image-to-video", "reference", "start-end", "multiframe", "text-to-video")


@pytest.mark.slow
@pytest.mark.parametrize(
    "cases",
    [("image-to-video",), pytest.param((), marks=pytest.mark.nightly)],
    ids=["one", "all"],
)
def test_the_command_prints_a_table_and_writes_json(tmp_path: Path, cases: tuple[str, ...]) -> None:
    done = bench(tmp_path / "bench.json", *(word for case in cases for word in ("--case", case)))
    assert "image-to-video" in done.stdout
    found = json.loads((tmp_path / "bench.json").read_text())
    assert [row["operation"] for row in found["speed"]] == [*(cases or ALL)]
    assert all(row["ratio"] > 1 and row["peak_bytes"] < 1.5e9 for row in found["speed"])
    assert found["quality"]["seam_speed"] > 0.6


def test_an_unknown_case_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    done = bench(tmp_path / "bench.json", "--case", "waterfall", "--case", "image-to-video")
    assert done.returncode == 2
    assert f"case: got 'waterfall'; must be one of {', '.join(ALL)}." in done.stdout + done.stderr


def bench(output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "keyreel", "bench", "motion", "--resolution", "360p", "-o", str(output)]
    environment = os.environ | {"COLUMNS": "200"}
    return subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=250, check=False, env=environment
    )
