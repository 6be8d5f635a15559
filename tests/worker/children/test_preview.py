from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from keyreel.worker.children.preview import MAX_BYTES, MAX_SIDE, PreviewingWriter, encode_preview

if TYPE_CHECKING:
    from keyreel.engine import Frame


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1920, 1080), (480, 270)), ((1280, 720), (427, 240)), ((720, 1280), (240, 427)), ((64, 48), (64, 48))],
)
def test_a_preview_is_small_and_has_the_frame_s_shape(size: tuple[int, int], shown: tuple[int, int]) -> None:
    ramp = np.linspace(0, 255, size[0], dtype=np.uint8)
    frame = np.broadcast_to(ramp[None, :, None], (size[1], size[0], 3)).copy()
    with Image.open(BytesIO(encode_preview(frame))) as image:
        assert (image.format, image.size) == ("JPEG", shown)
        left, right = image.convert("L").getpixel((2, 5)), image.convert("L").getpixel((shown[0] - 3, 5))
    assert isinstance(left, int)
    assert isinstance(right, int)
    assert left < 20
    assert right > 235


def test_even_noise_keeps_to_the_bound() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (MAX_SIDE, MAX_SIDE, 3), dtype=np.uint8)
    assert len(encode_preview(noise)) <= MAX_BYTES


def test_a_video_s_first_frame_is_shown_and_not_each_that_follows() -> None:
    written: list[Frame] = []
    shown: list[bytes] = []

    class Writer:
        def write(self, frame: Frame) -> None:
            written.append(frame)

    writer = PreviewingWriter(Writer(), shown.append)
    frame = np.zeros((48, 64, 3), np.uint8)
    for _ in range(10):
        writer.write(frame)
    assert len(written) == 10
    assert 1 <= len(shown) < 10
