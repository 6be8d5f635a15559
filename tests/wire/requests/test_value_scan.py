"""How much a body holds is told before it is read, and again of what was made of it."""

from __future__ import annotations

import json

import pytest

from keyreel.wire.requests.value_scan import count_values, has_too_many_values


@pytest.mark.parametrize(
    ("parsed", "most", "counted"),
    [({}, 9, 1), ({"a": [1, {"b": "text"}, []]}, 9, 6), ([[0] * 500] * 500, 9, 9), ("text", 9, 1)],
)
def test_counts_the_values_of_a_parsed_text_up_to_a_bound(parsed: object, most: int, counted: int) -> None:
    assert count_values(parsed, most) == counted


def test_a_body_with_a_small_image_has_few_values_before_and_after_it_is_parsed() -> None:
    body = {"images": ["data:image/png;base64," + "A" * 40_000], "prompt": "on", "seed": 7}
    assert not has_too_many_values(json.dumps(body).encode(), 10)
    assert count_values(body, 10) == 5
