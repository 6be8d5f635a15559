"""The matting network runs once for each image."""

from __future__ import annotations

from time import thread_time

import numpy as np

from keyreel.engines.motion.networks.matting import compute_saliency
from keyreel.engines.motion.networks.models import Networks
from support.images import character, landscape

MAX_REPEAT_SHARE = 0.2
"""Of the CPU time of the network's run, what an image that was seen lately may take again."""


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
