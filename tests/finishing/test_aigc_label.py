"""The identifier is read back from the finished video as any reader finds it."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from keyreel.errors import RenderFailed
from keyreel.media.probe import probe_video
from keyreel.provenance.xmp import build_box, read_properties

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Clip
    from keyreel.finishing.finished_video import FinishedVideo


def test_our_own_label_names_the_task_and_the_producer(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    done = finish_clip(make_clip(), producer="studio-1")
    assert json.loads(probe_video(done.video).tags["AIGC"]) == {
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
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], label: str
) -> None:
    assert probe_video(finish_clip(make_clip(), label=label).video).tags["AIGC"] == label


@pytest.mark.parametrize(
    "label", ["", '{"name": "画面 <x> & \\r\\n"} \r\n', json.dumps({"note": "x" * 100_000})]
)
def test_xmp_repeats_the_label_and_says_how_the_video_was_made(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], label: str
) -> None:
    done = finish_clip(make_clip(), label=label)
    with done.video.open("rb") as file:
        marks = read_properties(file)
    assert marks.identifier == probe_video(done.video).tags["AIGC"]
    assert marks.source.endswith("/trainedAlgorithmicMedia")


def test_the_cover_bears_the_label_too(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    done = finish_clip(make_clip(), producer="studio-1")
    with Image.open(done.cover) as cover:
        packet = cover.info["xmp"]
    marks = read_properties(BytesIO(build_box(packet)))
    assert json.loads(marks.identifier)["ContentProducer"] == "studio-1"
    assert marks.source.endswith("/trainedAlgorithmicMedia")


def test_a_label_too_long_for_a_jpeg_is_left_out_of_the_cover_alone(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    done = finish_clip(make_clip(), label="x" * 70_000)
    with Image.open(done.cover) as cover:
        assert b"trainedAlgorithmicMedia" in cover.info["xmp"]
        assert b"xxx" not in cover.info["xmp"]
    assert probe_video(done.video).tags["AIGC"] == "x" * 70_000


def test_a_label_that_an_mp4_cannot_store_is_refused(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    with pytest.raises(RenderFailed, match=r"U\+0000"):
        finish_clip(make_clip(), label='"a\0b"')
