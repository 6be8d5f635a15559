from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.effects.wind import Wind, detect_foliage
from keyreel.engines.motion.modes import image_to_video
from keyreel.order import Amplitude, ImageRef, Operation, Order, Resolution, Shot, Size

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

SIZE = Size(320, 176)


def hedge() -> Frame:
    """Return a green hedge in the lower half, a grey wall above it."""
    grain = np.random.default_rng(3).random((88, 160), dtype=np.float32)
    rough = cv2.resize(grain, (SIZE.width, SIZE.height), interpolation=cv2.INTER_CUBIC).clip(0, 1)[..., None]
    image = np.array((128.0, 128.0, 130.0)) * (0.6 + 0.5 * rough)
    image[88:] = (np.array((70.0, 130.0, 40.0)) * (0.5 + 0.9 * rough))[88:]
    return np.asarray(image.clip(0, 255), np.uint8)


def unrest(prompt: str, folder: Path, nets: Networks) -> tuple[NDArray[np.float64], list[Frame]]:
    """Return how much each row's pixels change from frame to frame."""
    path = folder / "hedge.png"
    cv2.imwrite(str(path), hedge()[..., ::-1])
    shot = Shot(prompt, 2, ImageRef(str(path)))
    order = Order(Operation.IMG2VIDEO, "m", (shot,), Resolution.P360, 1, size=SIZE, amplitude=Amplitude.SMALL)
    frames = [frame.copy() for frame in image_to_video.render_image_to_video(order, nets)]
    moved = np.abs(frames[40].astype(int) - frames[34].astype(int)).mean(axis=(1, 2))
    return moved, frames


def test_green_and_rough_is_foliage() -> None:
    found = detect_foliage(hedge())
    assert found[int(len(found) * 0.6) :].mean() > 0.5
    assert found[: int(len(found) * 0.4)].max() < 0.1


@pytest.mark.parametrize("words", ["static shot, strong wind", "固定镜头, 大风"])
def test_foliage_sways_in_the_wind_and_walls_do_not(words: str, tmp_path: Path, nets: Networks) -> None:
    still, _ = unrest("static shot", tmp_path, nets)
    windy, frames = unrest(words, tmp_path, nets)
    assert windy[100:170].mean() > 1.2 * still[100:170].mean()
    assert windy[100:170].mean() - still[100:170].mean() > 2 * abs(windy[10:70].mean() - still[10:70].mean())
    assert np.abs(frames[0].astype(int) - hedge()).mean() < 0.5


def test_leaves_stir_without_a_word_and_stand_still_where_there_is_no_wind(
    tmp_path: Path, nets: Networks
) -> None:
    (stirred, frames), (still, _) = (
        unrest(words, tmp_path, nets) for words in ("static shot", "static shot, no wind")
    )
    assert stirred[100:170].mean() > 1.15 * still[100:170].mean()
    assert stirred[10:70].mean() < 1.05 * still[10:70].mean()
    assert np.abs(frames[0].astype(int) - hedge()).mean() < 0.5


def test_wind_rises_from_stillness() -> None:
    wind = Wind(1.0, np.ones((4, 4), np.float32))
    place = np.zeros((3, 5, 2), np.float32)
    soft = np.ones((3, 5), np.float32)
    assert np.array_equal(wind.displace_points(place, 0.0, soft), place)
    assert 0 < np.abs(wind.displace_points(place, 1.5, soft)).max() < 0.02
