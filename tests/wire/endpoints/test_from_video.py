"""What goes on from a video: which fields it takes, and what of them reaches whom."""

from __future__ import annotations

from typing import Any

import pytest

from keyreel.errors import InvalidRequest, ItemCountOutOfRange, MissingField
from keyreel.order import Corner, ImageRef, Operation
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints import catalogue
from keyreel.wire.endpoints.catalogue import find_endpoint
from keyreel.wire.endpoints.from_video import Extend
from keyreel.wire.requests.parsing import validate_fields

URL = "https://example.com/v.mp4"


def read(**fields: Any) -> Extend:
    made = validate_fields(ParsedSubmit(catalogue.get_endpoint("q2-pro-extend"), fields))
    assert isinstance(made, Extend)
    return made


def test_a_video_and_nothing_else_is_enough() -> None:
    made = read(video_url=URL)
    assert (made.seconds, made.resolution, made.wm_position) == (5, "720p", Corner.BOTTOM_LEFT)
    assert (made.extend_source, made.extend_source_task_id) == (URL, "")
    order = made.to_order(7)
    assert order.operation is Operation.EXTEND
    assert (order.shots[0].first, order.shots[0].lead, order.shots[0].last) == (None, None, None)


def test_an_end_frame_ends_the_shot() -> None:
    made = read(video_url=URL, images=["https://example.com/e.png"])
    assert made.to_order(7).shots[0].last == ImageRef("https://example.com/e.png")
    assert made.get_image_sources() == {"images[0]": "https://example.com/e.png"}


@pytest.mark.parametrize("given", ["7000000000000000001", 7000000000000000001])
def test_a_task_is_named_as_text_or_as_a_number(given: Any) -> None:
    assert read(video_creation_id=given).extend_source_task_id == "7000000000000000001"


def test_a_tasks_id_counts_before_an_address() -> None:
    assert read(video_url=URL, video_creation_id="7").list_ignored_fields() == ("video_url",)


@pytest.mark.parametrize("fields", [{}, {"video_url": ""}, {"video_url": None, "video_creation_id": ""}])
def test_one_of_both_is_required(fields: dict[str, Any]) -> None:
    said = r"^video_url: (got ''; )?must be the URL of a video of 4 to 60 s"
    with pytest.raises(MissingField, match=said) as refused:
        read(**fields)
    assert refused.value.field == "video_url"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"video_url": "file:videos/1/1.mp4"}, r"^video_url: .*http or https"),
        ({"video_url": "data:video/mp4;base64,AAAA"}, r"^video_url: "),
        ({"video_creation_id": "../1"}, r"^video_creation_id: .*decimal number"),
        ({"video_creation_id": True}, r"^video_creation_id: "),
        ({"video_url": URL, "duration": 8}, r"^duration: .*1 to 7"),
        ({"video_url": URL, "duration": 0}, r"^duration: "),
    ],
)
def test_refuses_with_the_field_and_the_rule(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        read(**fields)


def test_there_is_one_end_frame_at_most() -> None:
    with pytest.raises(ItemCountOutOfRange):
        read(video_url=URL, images=["https://example.com/1.png"] * 2)


def test_a_stored_file_is_read_again_from_our_own_rows_alone() -> None:
    stored = read(video_creation_id="7").with_extend_source("file:videos/7/1.mp4")
    kind = type(stored)
    text = stored.model_dump_json(exclude_none=True)
    assert (
        kind.model_validate_json(text, context=catalogue.TRUSTED_CONTEXT).extend_source
        == "file:videos/7/1.mp4"
    )
    with pytest.raises(ValueError, match="video_url"):
        kind.model_validate_json(text)


@pytest.mark.parametrize(
    "spelling", ["vidu-q2-pro-extend", "viduq2_pro_extend", "viduq2-pro-extend", "q2-pro-extend"]
)
def test_every_spelling_in_use_leads_here(spelling: str) -> None:
    assert find_endpoint(spelling).name() == "q2-pro-extend"
    assert find_endpoint(spelling.replace("pro", "turbo")).name() == "q2-turbo-extend"
