"""Videos are written, then read back as anybody would: probed and decoded."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.errors import RenderFailed
from keyreel.media.probe import BT709_LIMITED, probe_video
from keyreel.media.video_reader import read_frames
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

SMALL = Size(320, 176)


def drifting(size: Size, count: int) -> Iterator[NDArray[np.uint8]]:
    """Yield soft colour waves that drift, as smooth as a photograph and no two frames alike."""
    down, across = np.mgrid[0 : size.height, 0 : size.width]
    for index in range(count):
        waves = [
            np.sin((across * a + down * b) / 40 + index / 6) for a, b in ((1, 0.4), (0.3, 1), (0.7, -0.8))
        ]
        yield (127.5 + 120 * np.stack(waves, axis=-1)).astype(np.uint8)


def write(path: Path, images: list[NDArray[np.uint8]]) -> Path:
    height, width = images[0].shape[:2]
    with open_video_writer(path, Size(width, height)) as writer:
        for image in images:
            writer.write(image)
    return path


@pytest.mark.parametrize("size", [Size(320, 176), Size(1674, 1238), Size(352, 640)], ids=str)
def test_a_video_is_h264_high_bt709_at_24_fps_with_every_frame(tmp_path: Path, size: Size) -> None:
    info = probe_video(write(tmp_path / "video.mp4", list(drifting(size, 13))))
    assert (info.width, info.height, info.frames) == (size.width, size.height, 13)
    assert (info.fps, info.seconds, info.has_constant_frame_rate) == (
        Fraction(24),
        pytest.approx(13 / 24),
        True,
    )
    assert (info.codec, info.profile, info.pix_fmt) == ("h264", "High", "yuv420p")
    assert info.color == BT709_LIMITED
    assert not info.has_audio


def test_a_video_of_one_frame_lasts_one_frame(tmp_path: Path) -> None:
    info = probe_video(write(tmp_path / "video.mp4", list(drifting(SMALL, 1))))
    assert (info.frames, info.seconds) == (1, pytest.approx(1 / 24))


def test_every_frame_survives_closely(tmp_path: Path) -> None:
    images = list(drifting(SMALL, 60))
    read = list(read_frames(write(tmp_path / "video.mp4", images)))
    errors = [np.abs(a.astype(int) - b).mean() / 255 for a, b in zip(read, images, strict=True)]
    assert max(errors) < 0.02


@pytest.mark.parametrize("size", [Size(320, 176), Size(544, 400)], ids=str)
def test_the_same_frames_give_the_same_bytes(tmp_path: Path, size: Size) -> None:
    images = list(drifting(size, 20))
    digests: set[str] = set()
    for attempt in range(8):
        # The encoder's memory is littered differently each time: it must not read what it did not set.
        noise = np.random.default_rng(attempt)
        litter = [noise.integers(0, 256, 1 << power, dtype=np.uint8) for power in (12, 14, 16, 18, 20, 22)]
        del litter
        digests.add(hashlib.sha256(write(tmp_path / "video.mp4", images).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_frame_may_be_reused_once_it_was_written(tmp_path: Path) -> None:
    images = list(drifting(SMALL, 12))
    reused = np.empty_like(images[0])
    with open_video_writer(tmp_path / "reused.mp4", SMALL) as writer:
        for image in images:
            reused[:] = image
            writer.write(reused)
            reused[:] = 0
    assert (tmp_path / "reused.mp4").read_bytes() == write(tmp_path / "fresh.mp4", images).read_bytes()


def test_a_view_that_is_not_contiguous_is_written_as_it_looks(tmp_path: Path) -> None:
    images = list(drifting(SMALL, 4))
    mirrored = write(tmp_path / "a.mp4", [image[:, ::-1] for image in images])
    copied = write(tmp_path / "b.mp4", [np.ascontiguousarray(image[:, ::-1]) for image in images])
    assert mirrored.read_bytes() == copied.read_bytes()


def test_an_error_inside_the_block_leaves_nothing(tmp_path: Path) -> None:
    def break_off() -> None:
        with open_video_writer(tmp_path / "video.mp4", SMALL) as writer:
            for image in drifting(SMALL, 9):
                writer.write(image)
            raise KeyError("an engine's own error")

    with pytest.raises(KeyError):
        break_off()
    assert not list(tmp_path.iterdir())


def test_an_error_leaves_the_older_video_in_place(tmp_path: Path) -> None:
    older = write(tmp_path / "video.mp4", list(drifting(SMALL, 3))).read_bytes()
    with pytest.raises(RenderFailed, match="no frames"), open_video_writer(tmp_path / "video.mp4", SMALL):
        pass
    assert (tmp_path / "video.mp4").read_bytes() == older


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size
with open_video_writer(Path(sys.argv[1]), Size(320, 176)) as writer:
    for index in range(100):
        writer.write(np.full((176, 320, 3), index, np.uint8))
    os.kill(os.getpid(), signal.SIGKILL)
"""

FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from keyreel.errors import RenderFailed
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
noise = np.random.default_rng(1)
try:
    with open_video_writer(Path(sys.argv[1]), Size(320, 176)) as writer:
        for index in range(int(sys.argv[2])):
            writer.write(noise.integers(0, 256, (176, 320, 3), dtype=np.uint8))
except RenderFailed as error:
    sys.exit(7 if "File too large" in error.message else 8)
"""


def test_a_killed_process_leaves_nothing_under_the_final_name(tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(video)], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert not video.exists()
    # A retry in the same folder is not disturbed by what the dead one left.
    assert probe_video(write(video, list(drifting(SMALL, 5)))).frames == 5
    assert [path.name for path in tmp_path.iterdir()] == ["video.mp4"]


@pytest.mark.parametrize("count", [60, 3], ids=["while writing", "at the end"])
def test_a_full_disk_is_a_failed_render_and_leaves_nothing(tmp_path: Path, count: int) -> None:
    arguments = [sys.executable, "-c", FULL_DISK, str(tmp_path / "video.mp4"), str(count)]
    assert subprocess.run(arguments, check=False, timeout=60).returncode == 7
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_a_failed_render(tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match="No such file"):
        write(tmp_path / "nowhere" / "video.mp4", list(drifting(SMALL, 2)))


@pytest.mark.parametrize("shape", [(176, 320), (176, 322, 3), (176, 320, 4)], ids=str)
def test_refuses_a_frame_of_another_shape(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with (
        pytest.raises(ValueError, match="a frame of"),
        open_video_writer(tmp_path / "video.mp4", SMALL) as writer,
    ):
        writer.write(np.zeros(shape, np.uint8))


def test_refuses_odd_sides(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="even"), open_video_writer(tmp_path / "video.mp4", Size(321, 176)):
        pass
