from __future__ import annotations

from time import thread_time
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.networks.matting import warm_up_matting
from keyreel.engines.motion.subjects import cutouts

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engines.motion.networks.models import Networks

MAX_GLANCE_SHARE = 0.5
"""Of the CPU time of a whole look, what a glance at a place may take: 0.2 was measured."""


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


def test_only_a_glance_is_spent_on_an_expected_place(landscape: Path, nets: Networks) -> None:
    image = load_image(landscape)
    warm_up_matting(nets)
    seconds: list[float] = []
    for is_place_expected in (True, False):
        nets.saliency_by_image.clear()
        began = thread_time()
        assert cutouts.extract_cutout(image, nets, is_place_expected=is_place_expected) is None
        seconds.append(thread_time() - began)
    assert seconds[0] < MAX_GLANCE_SHARE * seconds[1]


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
