"""The identifier is read back from the finished video as any reader finds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import RenderFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Clip
    from keyreel.finishing.pipeline import Finished


def test_our_own_label_names_the_task_and_the_producer(
    film_clip: Callable[..., Clip], finish_clip: Callable[..., Finished]
) -> None:
    done = finish_clip(film_clip(), producer="studio-1")
    assert json.loads(done.probe.tags["AIGC"]) == {
        "Label": "1",
        "ContentProducer": "studio-1",
        "ProduceID": "7301444403220774912",
        "ReservedCode1": "",
        "ContentPropagator": "studio-1",
        "PropagateID": "7301444403220774912",
        "ReservedCode2": "",
    }


@pytest.mark.parametrize(
    "label",
    ['{"Label":"2"}', '{"name": "画面 \\"x\\" \\\\"} \n', "free text", json.dumps({"note": "x" * 100_000})],
    ids=["json", "unicode", "text", "100 kB"],
)
def test_a_given_label_is_embedded_verbatim(
    film_clip: Callable[..., Clip], finish_clip: Callable[..., Finished], label: str
) -> None:
    assert finish_clip(film_clip(), label=label).probe.tags["AIGC"] == label


def test_a_label_that_an_mp4_cannot_store_is_refused(
    film_clip: Callable[..., Clip], finish_clip: Callable[..., Finished]
) -> None:
    with pytest.raises(RenderFailed, match=r"U\+0000"):
        finish_clip(film_clip(), label='"a\0b"')
