"""The matting network runs once for each image, and no further than the mattes need."""

from __future__ import annotations

from time import thread_time

import cv2
import numpy as np

from keyreel.engines.motion.networks.matting import compute_alpha_matte, compute_saliency
from keyreel.engines.motion.networks.models import Networks, load_network
from support.images import character, landscape

MAX_REPEAT_SHARE = 0.2
"""Of the CPU time of the network's run, what an image that was seen lately may take again."""

MAX_SHARE_OF_WHOLE_NETWORK = 0.7
"""Of the CPU time of all its decoders, what those take whose saliency is used; it is 0.45."""
MIN_OVERLAP = 0.98
"""Of a matte with the drawn shape, intersection over union."""


def test_a_matte_has_the_shape_of_what_was_drawn() -> None:
    image = np.ascontiguousarray(character()[..., :3])
    drawn = np.zeros(image.shape[:2], np.uint8)
    side = len(drawn)
    middle, radii = (side * 0.5, side * 0.525), (side * 0.25, side * 0.325)
    cv2.ellipse(drawn, (middle, (2 * radii[0], 2 * radii[1]), 0), 1, cv2.FILLED)
    matte = compute_alpha_matte(image, Networks()) > 0.5
    overlap = float((matte & (drawn > 0)).sum() / (matte | (drawn > 0)).sum())
    assert overlap > MIN_OVERLAP, overlap


def test_a_matte_takes_about_half_of_the_whole_network() -> None:
    networks = {"whole": load_network("u2netp"), "used": Networks().u2netp}
    image = np.ascontiguousarray(character().transpose(2, 0, 1)[None], np.float32) / 255
    seconds: dict[str, float] = {}
    for name, network in networks.items():
        network.prepare(image.shape)
        each = []
        for _ in range(3):
            began = thread_time()
            network(image)
            each.append(thread_time() - began)
        seconds[name] = min(each)
    assert seconds["used"] < MAX_SHARE_OF_WHOLE_NETWORK * seconds["whole"], seconds


def test_an_image_that_was_seen_lately_is_not_looked_at_again() -> None:
    networks = Networks()
    images = [np.ascontiguousarray(each[..., :3]) for each in (landscape(), character())]
    warm_up = np.zeros((8, 8, 3), np.uint8)
    compute_saliency(warm_up, networks)
    found, seconds = [], []
    for image in (*images, *images):
        began = thread_time()
        found.append(compute_saliency(image, networks))
        seconds.append(thread_time() - began)
    assert max(seconds[2:]) < MAX_REPEAT_SHARE * min(seconds[:2])
    np.testing.assert_array_equal(found[:2], found[2:])
    # Nothing that is made of a kept map can change it.
    assert not any(each.flags.writeable for each in found)
