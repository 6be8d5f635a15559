from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from keyreel.order import Corner
from keyreel.wire.endpoints.fields import (
    BoundedList,
    BoundedText,
    CornerName,
    IntegerRange,
    OneOf,
    RatioText,
    Seed,
    parse_aspect_ratio,
)

KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "whole": (Annotated[int, IntegerRange(1, 8)], {"type": "integer", "minimum": 1, "maximum": 8}),
    "text": (Annotated[str, BoundedText(9)], {"type": "string", "maxLength": 9}),
    "needed text": (
        Annotated[str, BoundedText(9, needed=True)],
        {"type": "string", "maxLength": 9, "minLength": 1},
    ),
    "one of": (
        Annotated[str, OneOf(("a", "b"), also=(("c", "b"),))],
        {"type": "string", "enum": ["a", "b", "c"]},
    ),
    "many": (
        Annotated[tuple[Annotated[int, IntegerRange(0, 1)], ...], BoundedList(1, 2)],
        {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 1},
            "minItems": 1,
            "maxItems": 2,
        },
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_describes_itself(name: str) -> None:
    kind, schema = KINDS[name]
    assert TypeAdapter(kind).json_schema() == schema


@pytest.mark.parametrize("kind", [Seed, CornerName, RatioText], ids=["seed", "corner", "ratio"])
def test_what_is_read_reads_back_the_same(kind: Any) -> None:
    adapter = TypeAdapter[Any](kind)
    for value in ("1", 3, "3", "top-left", "16:9", 2**40 + 5, -7):
        try:
            read = adapter.validate_python(value)
        except ValidationError:
            continue
        assert adapter.validate_json(adapter.dump_json(read)) == read


@pytest.mark.parametrize(
    ("spelling", "corner"),
    [
        (1, Corner.TOP_LEFT),
        ("2", Corner.TOP_RIGHT),
        ("Bottom-Right", Corner.BOTTOM_RIGHT),
        (3.0, Corner.BOTTOM_RIGHT),
        ("bottom_left", Corner.BOTTOM_LEFT),
    ],
)
def test_a_corner_is_a_number_or_a_word(spelling: Any, corner: Corner) -> None:
    assert TypeAdapter(CornerName).validate_python(spelling) is corner


def test_a_ratio_has_a_shape() -> None:
    assert parse_aspect_ratio("16:9") == Fraction(16, 9)
    assert parse_aspect_ratio("2.39:1") == Fraction(239, 100)
