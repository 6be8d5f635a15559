"""The gallery has every video that its page shows, small enough for a page, and a picture that moves."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from keyreel.media.probe import probe_video

GALLERY = Path(__file__).parents[2] / "docs" / "gallery"
PAGE = (GALLERY / "index.md").read_text()
SHOWN = re.findall(r'<video .*poster="(.+\.jpg)" src="(.+\.mp4)"></video>', PAGE)
MAX_MEGABYTES = 12


def test_every_video_of_the_page_plays_and_has_its_poster() -> None:
    assert len(SHOWN) == PAGE.count("<video")
    for poster, video in SHOWN:
        found = probe_video(GALLERY / video)
        with Image.open(GALLERY / poster) as image:
            assert image.size == (found.width, found.height)
        assert (found.codec, max(image.size), found.has_audio) == ("h264", 640, False)


def test_the_gallery_holds_nothing_else_and_is_small() -> None:
    files = {file.name: file.stat().st_size for file in GALLERY.iterdir()}
    assert files.keys() == {"index.md", "demo.webp", *(name for pair in SHOWN for name in pair)}
    assert sum(files.values()) < MAX_MEGABYTES * 1_000_000


def test_the_moving_picture_loops_for_some_seconds_in_a_megabyte_and_a_half() -> None:
    assert (GALLERY / "demo.webp").stat().st_size <= 1_500_000
    with Image.open(GALLERY / "demo.webp") as picture:
        assert (picture.width, picture.info["loop"]) == (480, 0)
        assert picture.n_frames > 100
