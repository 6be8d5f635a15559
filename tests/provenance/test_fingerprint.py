"""A video is recognised after another encoding, and told from all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from keyreel.media.sampled_frames import open_untrusted
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size
from keyreel.provenance.fingerprint import compute_dense_fingerprint, compute_fingerprint
from keyreel.provenance.fingerprint_match import MATCH_THRESHOLD, compare_fingerprints, parse_fingerprint
from support.videos import encode_again, scene

if TYPE_CHECKING:
    from pathlib import Path


def closely(path: Path) -> str:
    with open_untrusted(path) as container:
        return compute_dense_fingerprint(container)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene(tmp_path_factory.mktemp("videos") / "original.mp4", seed=1, seconds=3)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("worse.mp4", {"crf": 35}),
        ("half.mp4", {"scale": 0.5, "crf": 28}),
        ("slower.mp4", {"fps": 12}),
        ("faster.mp4", {"fps": 30}),
        ("cropped.mp4", {"crop": 0.02}),
        ("other.mkv", {"codec": "mpeg4"}),
        ("all.mov", {"scale": 0.5, "crf": 33, "fps": 15, "crop": 0.02}),
    ],
)
def test_a_video_is_alike_after_another_encoding(
    tmp_path: Path, original: Path, name: str, how: dict[str, Any]
) -> None:
    again = encode_again(original, tmp_path / name, **how)
    assert compare_fingerprints(compute_fingerprint(original), closely(again)) > 0.75


@pytest.mark.parametrize("seed", range(2, 8))
def test_another_image_is_not_alike(tmp_path: Path, original: Path, seed: int) -> None:
    other = scene(tmp_path / "other.mp4", seed=seed, seconds=3)
    assert compare_fingerprints(compute_fingerprint(original), closely(other)) < MATCH_THRESHOLD - 0.3


@pytest.mark.parametrize("move", [-3.0, -1.0], ids=["the other way", "slowly the other way"])
def test_the_same_image_moved_otherwise_is_not_alike(tmp_path: Path, original: Path, move: float) -> None:
    other = scene(tmp_path / "other.mp4", seed=1, move=move, seconds=3)
    assert compare_fingerprints(compute_fingerprint(original), closely(other)) < MATCH_THRESHOLD


def test_a_part_of_a_video_is_less_alike_than_the_whole(tmp_path: Path, original: Path) -> None:
    part = encode_again(original, tmp_path / "part.mp4", crf=23)
    whole = parse_fingerprint(compute_fingerprint(original))
    assert whole is not None
    cut = compute_fingerprint(original).replace("/3000/", "/6000/", 1)
    assert compare_fingerprints(cut, closely(part)) == 0.0


def test_a_fingerprint_is_the_same_each_time_and_short(original: Path) -> None:
    taken = compute_fingerprint(original)
    assert taken == compute_fingerprint(original)
    assert compare_fingerprints(taken, taken) == 1.0
    assert len(taken) < 600


def test_one_shade_has_no_fingerprint(tmp_path: Path) -> None:
    with open_video_writer(tmp_path / "video.mp4", Size(64, 64)) as writer:
        for number in range(24):
            writer.write(np.full((64, 64, 3), 10 * number, np.uint8))
    assert compute_fingerprint(tmp_path / "video.mp4") == ""
    assert compare_fingerprints("", "") == 0.0


@pytest.mark.parametrize(
    "text", ["2/whatever", "1", "1/", "1/3000/", "1/3000/0:ff:0", "1/x/0:1:1", "1/9/0:1", "text"]
)
def test_what_is_no_fingerprint_is_like_nothing(original: Path, text: str) -> None:
    assert compare_fingerprints(text, compute_fingerprint(original)) == 0.0
