from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.subjects import cutouts

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engines.motion.networks.models import Networks


def test_cuts_a_whole_subject_out_of_its_image(ball: Path, nets: Networks) -> None:
    cutout = cutouts.extract_cutout(load_image(ball), nets)
    assert cutout
    height, width = cutout.shape
    assert height == pytest.approx(220, abs=24)
    assert width == pytest.approx(220, abs=24)
    assert not (cutout.cut_left)
    assert not (cutout.cut_right)
    assert not (cutout.cut_below)
    assert not (cutout.cut_above)


def test_knows_which_edges_the_image_cut_off(ball: Path, nets: Networks) -> None:
    cutout = cutouts.extract_cutout(np.ascontiguousarray(load_image(ball)[:240, 120:]), nets)
    assert cutout
    assert (cutout.cut_left, cutout.cut_below) == (True, True)
    assert (cutout.cut_right, cutout.cut_above) == (False, False)
    turned = cutouts.mirror_cutout(cutout)
    assert (turned.cut_left, turned.cut_right) == (False, True)


def test_finds_no_subject_where_nothing_stands_out(nets: Networks) -> None:
    assert cutouts.extract_cutout(np.full((120, 160, 3), 128, np.uint8), nets) is None


@pytest.mark.parametrize("light", [(10, 20, 160), (250, 140, 40), (5, 5, 5), (250, 250, 250)])
def test_harmonising_shifts_colour_by_at_most_ten(
    light: tuple[int, int, int], ball: Path, nets: Networks
) -> None:
    cutout = cutouts.extract_cutout(load_image(ball), nets)
    assert cutout
    fitted = cutouts.harmonise_cutout(cutout, np.full((40, 40, 3), light, np.uint8))
    inside = cutout.alpha > 0.9
    before, after = (
        cv2.cvtColor(each.image, cv2.COLOR_RGB2LAB)[inside].astype(float).mean(axis=0)
        for each in (cutout, fitted)
    )
    assert np.hypot(*(after - before)[1:]) <= 10
    assert not np.array_equal(cutout.image, fitted.image)
