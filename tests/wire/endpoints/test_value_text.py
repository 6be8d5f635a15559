"""Values in messages are short and printable, and no image ever stands in one."""

from __future__ import annotations

import pytest

from keyreel.wire.endpoints.value_text import describe_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (11, "11"),
        ("five", "'five'"),
        (True, "true"),
        (None, "null"),
        ({"a": 1}, "an object"),
        ([1] * 10_000, "a list of 10000"),
        ("data:image/png;base64,AAAA", "a string of 26 characters"),
        ("A" * 65, "a string of 65 characters"),
        (10**4000, "a very long number"),
        ("a\x00b", r"'a\x00b'"),
    ],
)
def test_what_was_got_is_told_in_few_characters(value: object, text: str) -> None:
    assert describe_value(value) == text
