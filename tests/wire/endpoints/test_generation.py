from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.errors import InvalidRequest
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import ENDPOINTS, get_endpoint
from keyreel.wire.requests.parsing import validate_fields
from support.wire import FULL, request

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint


def read(name: str, **change: Any) -> Any:
    return validate_fields(ParsedSubmit(get_endpoint(name), FULL[name] | change))


@pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
def test_corners_are_sent_as_the_page_spells_them(kind: type[Endpoint]) -> None:
    sent = request(kind).to_documented_fields()
    numbered = not kind.name().endswith(("multiframe", "extend"))
    assert sent["wm_position"] == (2 if numbered else "top_right")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("q2-pro-img2video", "high"),
        ("q2-reference2video", "high"),
        ("q1-reference2video", "large"),
        ("q2-pro-start-end2video", "large"),
    ],
)
def test_the_largest_movement_is_spelled_as_the_page_spells_it(name: str, word: str) -> None:
    for given in ("high", "large"):
        assert read(name, movement_amplitude=given).to_documented_fields()["movement_amplitude"] == word


def test_nulls_within_objects_count_as_absent() -> None:
    extra = {"webhook": {"url": None, "test_mode": None}, "enterprise_plan": None}
    assert read("q2-pro-img2video", extra=extra) == read("q2-pro-img2video", extra={"webhook": {}})
    settings = [{"key_image": "https://a.b/c", "prompt": None, "duration": None}] * 2
    made = read("q2-pro-multiframe", image_settings=settings)
    assert [setting.duration for setting in made.image_settings] == [5, 5]


def test_a_webhooks_address_is_checked() -> None:
    with pytest.raises(InvalidRequest) as caught:
        read("q2-pro-img2video", extra={"webhook": {"url": "ftp://example.com"}})
    assert caught.value.field == "extra.webhook.url"


def test_a_request_never_changes() -> None:
    made = read("q2-pro-img2video")
    with pytest.raises(ValueError, match="frozen"):
        made.seed = 5
    assert made.with_image_sources({"images[0]": "https://a.b/c"}) is not made
    assert made == read("q2-pro-img2video")


def test_unknown_fields_are_left_aside() -> None:
    assert read("q2-pro-img2video", colour=1, model_config=2, order=3) == read("q2-pro-img2video")
