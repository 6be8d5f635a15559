"""Transforms are as long as makes them fast."""

from __future__ import annotations

from keyreel.sound.fft_length import find_fft_length, list_smooth_numbers


def test_a_transform_is_a_little_longer_than_asked_but_fast() -> None:
    assert [find_fft_length(count) for count in (1, 7, 11, 240_000)] == [1, 8, 12, 240_000]


def test_smooth_numbers_have_small_factors_alone() -> None:
    assert list_smooth_numbers(20, (2, 3)).tolist() == [1, 2, 3, 4, 6, 8, 9, 12, 16, 18]
