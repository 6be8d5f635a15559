from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.effects.water_and_clouds import detect_ambient_flow

if TYPE_CHECKING:
    from keyreel.engine import Frame

WIDE, HIGH = 320, 180


def noise(cells: tuple[int, int], seed: int, size: tuple[int, int]) -> Frame:
    grain = np.random.default_rng(seed).random((cells[1], cells[0]), dtype=np.float32)
    return np.asarray(cv2.resize(grain, size, interpolation=cv2.INTER_CUBIC).clip(0, 1) * 255, np.uint8)


def lake(*, clouds: bool = True) -> Frame:
    """Return a sky over a rough grey ridge over water with level waves."""
    image = np.zeros((HIGH, WIDE, 3), np.uint8)
    white = noise((14, 9), 1, (WIDE, 60))[..., None] / 255 if clouds else np.zeros((60, WIDE, 1))
    image[:60] = np.array((90, 130, 210)) * (1 - 0.4 * white) + np.array((230, 230, 235)) * 0.4 * white
    image[60:90] = noise((160, 15), 2, (WIDE, 30))[..., None]
    waves = noise((10, 60), 3, (WIDE, 90))[..., None] / 255
    image[90:] = np.array((40, 80, 130)) * (0.6 + 0.8 * waves)
    return image


def test_water_below_runs_and_clouds_above_drift_but_the_land_stands() -> None:
    found = detect_ambient_flow(lake(), None)
    assert found is not None
    speed = np.linalg.norm(found.velocity, axis=-1)
    rows = speed.mean(axis=1)
    high = len(rows)
    assert rows[int(high * 0.75) :].mean() > 0.003
    assert rows[: int(high * 0.2)].mean() > 0.002
    assert rows[int(high * 0.36) : int(high * 0.46)].max() < 0.0005


@pytest.mark.parametrize("colour", [(200, 120, 60), (128, 128, 128), (90, 160, 70)])
def test_what_is_no_water_stands_still(colour: tuple[int, int, int]) -> None:
    rough = noise((80, 45), 4, (WIDE, HIGH))[..., None] / 255
    image = np.asarray(np.array(colour) * (0.5 + 0.5 * rough), np.uint8)
    assert detect_ambient_flow(image, None) is None


def test_warm_level_lines_are_wood_and_no_water() -> None:
    grain = noise((6, 90), 5, (WIDE, HIGH))[..., None] / 255
    assert (
        detect_ambient_flow(np.asarray(np.array((190, 110, 50)) * (0.5 + 0.5 * grain), np.uint8), None)
        is None
    )


def test_a_shot_begins_with_nothing_carried() -> None:
    found = detect_ambient_flow(lake(), None)
    assert found is not None
    assert found.compute_phases(0.0) == ((0.0, 1.0), (pytest.approx(-1.8), 0.0))


def test_the_waves_take_turns_without_a_jump() -> None:
    found = detect_ambient_flow(lake(), None)
    assert found is not None
    for at in np.arange(0, 8, 1 / 24):
        before, after = found.compute_phases(float(at)), found.compute_phases(float(at) + 1 / 24)
        for (place, weight), (next_place, next_weight) in zip(before, after, strict=True):
            assert weight + next_weight < 0.1 or abs(next_place - place) == pytest.approx(1 / 24)
        assert sum(weight for _, weight in before) == pytest.approx(1)
