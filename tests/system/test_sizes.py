"""Sizes as operators write them."""

from __future__ import annotations

import pytest

from keyreel.system.sizes import MAX_SIZE, format_size, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("1024", 1024),
        ("7B", 7),
        ("500MB", 500_000_000),
        ("20 GiB", 20 << 30),
        ("1048576TiB", MAX_SIZE),
    ],
)
def test_reads_a_size(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "-1", "1.5GiB", "20 gigs", "1iB", "1048577TiB", "9" * 20, "٣MB"])
def test_refuses_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="must be a size such as 20GiB"):
        parse_size(text)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1 KiB"),
        (1500, "1.5 KiB (1500 bytes)"),
        (20 << 30, "20 GiB"),
        (5 << 50, "5120 TiB"),
    ],
)
def test_sizes_are_told_as_people_read_them(size: int, words: str) -> None:
    assert format_size(size) == words
