"""Boxes are walked as the standard lays them out, and no file leads the walk astray."""

from __future__ import annotations

from io import BytesIO

import pytest

from keyreel.media.mp4_boxes import Mp4Box, iterate_boxes


def walked(data: bytes) -> list[Mp4Box]:
    return list(iterate_boxes(BytesIO(data)))


def test_every_form_of_a_boxs_size_is_understood() -> None:
    short = b"\0\0\0\x0cfree" + bytes(4)
    long = b"\0\0\0\x01mdat" + (20).to_bytes(8, "big") + bytes(4)
    extended = b"\0\0\0\x1auuid" + b"an extended type" + bytes(2)
    to_the_end = b"\0\0\0\0skip" + bytes(7)
    assert walked(short + long + extended + to_the_end) == [
        Mp4Box(b"free", 8, 4),
        Mp4Box(b"mdat", 28, 4),
        Mp4Box(b"an extended type", 56, 2),
        Mp4Box(b"skip", 66, 7),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0",
        b"\0\0\0\x07free",
        b"\0\0\0\x01mdat" + bytes(8),
        b"\0\0\0\x01mdat" + b"\xff" * 8,
        b"text" * 9,
    ],
    ids=["empty", "cut off", "too small", "long and empty", "longer than any file", "text"],
)
def test_a_walk_through_nonsense_ends(data: bytes) -> None:
    assert len(walked(data)) <= 1


def test_a_million_empty_boxes_are_not_all_walked() -> None:
    assert len(walked(b"\0\0\0\x08free" * 1_000_000)) == 1000
