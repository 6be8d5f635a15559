"""Watermarks are judged on the pixels that a viewer gets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from keyreel.finishing.watermark import make_overlay
from keyreel.media.video_reader import read_frame
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Corner, ImageRef, Size, Watermark, WatermarkLanguage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Clip
    from keyreel.finishing.finished_video import FinishedVideo

SIZES = [Size(1280, 720), Size(352, 640), Size(1674, 1238)]


def shown(folder: Path, mark: Watermark | None, size: Size, light: int) -> NDArray[np.int64]:
    """Return what a viewer sees of the mark over an even grey."""
    with open_video_writer(folder / "video.mp4", size, make_overlay(mark, size)) as writer:
        for _ in range(2):
            writer.write(np.full((size.height, size.width, 3), light, np.uint8))
    return read_frame(folder / "video.mp4", 1).astype(np.int64)


def box_of(changed: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of what changed, right and bottom exclusive."""
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def image(folder: Path, size: tuple[int, int] = (300, 300)) -> ImageRef:
    """Save a mark whose left half is opaque red and whose right half is half-transparent blue."""
    mark = Image.new("RGBA", size, (20, 40, 220, 128))
    mark.paste((220, 30, 30, 255), (0, 0, size[0] // 2, size[1]))
    mark.save(folder / "mark.png")
    return ImageRef(str(folder / "mark.png"))


@pytest.mark.parametrize("own", [False, True], ids=["default text", "own image"])
@pytest.mark.parametrize("corner", Corner)
def test_only_the_ordered_corner_changes(tmp_path: Path, corner: Corner, own: bool) -> None:  # noqa: FBT001 - a case
    size = SIZES[0]
    mark = Watermark(corner, image(tmp_path) if own else None)
    left, top, right, bottom = box_of(np.abs(shown(tmp_path, mark, size, 200) - 200).max(axis=2) > 25)
    margin = round(0.03 * 720)
    near_left, near_top = left, top
    near_right, near_bottom = size.width - right, size.height - bottom
    across = near_left if corner in {Corner.TOP_LEFT, Corner.BOTTOM_LEFT} else near_right
    down = near_top if corner in {Corner.TOP_LEFT, Corner.TOP_RIGHT} else near_bottom
    assert (across, down) == (pytest.approx(margin, abs=4), pytest.approx(margin, abs=4))
    assert right - left < size.width / 3
    assert bottom - top < size.height / 6


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("light", [0, 128, 255], ids=["dark", "grey", "bright"])
def test_the_default_text_is_legible_on_every_ground(tmp_path: Path, size: Size, light: int) -> None:
    seen = shown(tmp_path, Watermark(Corner.TOP_LEFT), size, light).mean(axis=2)
    short = min(size.width, size.height)
    margin = round(0.03 * short)
    corner = seen[margin : margin + round(0.08 * short), margin : margin + round(0.4 * short)]
    # Letters nearly white, their background at most mid grey: a contrast of 3:1 and more.
    assert corner.max() > 215
    assert corner.min() < 150


@pytest.mark.parametrize("text", WatermarkLanguage)
@pytest.mark.parametrize("size", [*SIZES, Size(640, 352), Size(1920, 1080)], ids=str)
def test_the_texts_characters_are_a_twentieth_of_the_short_side(
    tmp_path: Path, size: Size, text: WatermarkLanguage
) -> None:
    ink = shown(tmp_path, Watermark(Corner.TOP_LEFT, text=text), size, 0).mean(axis=2) > 128
    left, top, right, bottom = box_of(ink)
    short = min(size.width, size.height)
    assert 0.05 * short <= bottom - top < 0.057 * short
    assert right - left < 0.4 * short


@pytest.mark.parametrize(
    ("sides", "fits"), [((300, 300), (101, 101)), ((900, 90), (230, 23)), ((20, 400), (5, 101))]
)
def test_an_own_image_fits_18_by_14_percent_and_keeps_its_shape(
    tmp_path: Path, sides: tuple[int, int], fits: tuple[int, int]
) -> None:
    mark = Watermark(Corner.TOP_RIGHT, image(tmp_path, sides))
    left, top, right, bottom = box_of(np.abs(shown(tmp_path, mark, SIZES[0], 250) - 250).max(axis=2) > 20)
    assert (right - left, bottom - top) == (pytest.approx(fits[0], abs=3), pytest.approx(fits[1], abs=3))


def test_an_own_images_transparency_is_kept(tmp_path: Path) -> None:
    seen = shown(tmp_path, Watermark(Corner.TOP_LEFT, image(tmp_path)), SIZES[0], 100)
    margin = 22
    assert np.abs(seen[margin + 50, margin + 25] - (220, 30, 30)).max() < 8
    assert np.abs(seen[margin + 50, margin + 75] - (60, 70, 160)).max() < 8


def test_full_transparency_changes_nothing(tmp_path: Path) -> None:
    Image.new("RGBA", (80, 80), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    mark = Watermark(Corner.TOP_LEFT, ImageRef(str(tmp_path / "clear.png")))
    assert (shown(tmp_path, mark, SIZES[0], 90) == shown(tmp_path, None, SIZES[0], 90)).all()


def test_the_two_texts_differ(tmp_path: Path) -> None:
    english, chinese = (
        shown(tmp_path, Watermark(Corner.TOP_LEFT, text=text), SIZES[0], 0) > 128
        for text in WatermarkLanguage
    )
    assert box_of(english.any(axis=2))[2] > 1.5 * box_of(chinese.any(axis=2))[2]


def test_a_clip_without_the_ordered_watermark_gets_it(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    clip = make_clip()
    marked = read_frame(finish_clip(clip, watermark=Watermark(Corner.BOTTOM_RIGHT)).video, 12)
    change = np.abs(marked.astype(int) - read_frame(clip.path, 12)).max(axis=2)
    assert change[-60:, -160:].max() > 60
    assert change[:-70, :-180].max() < 12


def test_a_clip_that_has_its_watermark_is_not_encoded_again(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    clip = replace(make_clip(), completed_steps=frozenset({"watermark"}))
    done = finish_clip(clip, watermark=Watermark(Corner.BOTTOM_RIGHT))
    assert (read_frame(done.video, 5) == read_frame(clip.path, 5)).all()
