from __future__ import annotations

from typing import Any

import pytest

from keyreel.order import Size
from keyreel.wire.dialects.openai.nearest import FitTarget, find_nearest_fit
from keyreel.wire.endpoints.catalogue import get_endpoint
from support.wire import url

WORDS: dict[str, Any] = {"prompt": "x"}
IMAGE: dict[str, Any] = {"prompt": "x", "images": [url(0)]}


def fitted(name: str, fields: dict[str, Any], target: FitTarget) -> tuple[dict[str, Any], tuple[str, ...]]:
    fit = find_nearest_fit([get_endpoint(name)], fields, target)
    return fit.values, fit.changed


@pytest.mark.parametrize(
    ("name", "seconds", "able"),
    [
        ("q2-text2video", 7, 7),
        ("q2-text2video", 30, 10),
        ("q1-text2video", 1, 5),
        ("q3-pro-text2video", 30, 16),
    ],
)
def test_seconds_become_the_nearest_of_a_span(name: str, seconds: int, able: int) -> None:
    changed = () if seconds == able else ("seconds",)
    assert fitted(name, WORDS, FitTarget(seconds=seconds)) == ({"duration": able}, changed)


@pytest.mark.parametrize(("seconds", "able"), [(1, 4), (4, 4), (5, 4), (7, 8), (60, 8)])
def test_seconds_become_the_nearest_of_a_choice(seconds: int, able: int) -> None:
    values, _ = fitted("2.0-img2video", IMAGE, FitTarget(seconds=seconds))
    assert values == {"duration": able}


@pytest.mark.parametrize(
    ("size", "resolution", "ratio", "exact"),
    [
        (Size(1280, 720), "720p", "16:9", True),
        (Size(1080, 1920), "1080p", "9:16", True),
        (Size(960, 960), "720p", "1:1", True),
        (Size(1104, 816), "720p", "4:3", True),
        (Size(854, 480), "540p", "16:9", False),
        (Size(3840, 2160), "1080p", "16:9", False),
        (Size(1000, 700), "720p", "10:7", False),
        (Size(5000, 100), "540p", "4:1", False),
        (Size(100, 5000), "540p", "1:4", False),
    ],
)  # fmt: skip
def test_a_size_becomes_a_size_class_and_a_ratio(
    size: Size, resolution: str, ratio: str, *, exact: bool
) -> None:
    values, changed = fitted("q2-text2video", WORDS, FitTarget(size=size))
    assert values == {"resolution": resolution, "aspect_ratio": ratio}
    assert changed == (() if exact else ("size",))


def test_a_model_of_few_ratios_takes_the_nearest() -> None:
    values, changed = fitted("q1-text2video", WORDS, FitTarget(size=Size(1000, 900)))
    assert values == {"resolution": "1080p", "aspect_ratio": "1:1"}
    assert changed == ("size",)


def test_what_was_given_precisely_is_left_alone() -> None:
    fields = WORDS | {"duration": 3, "resolution": "540p", "aspect_ratio": "3:4"}
    assert fitted("q2-text2video", fields, FitTarget(seconds=9, size=Size(1280, 720)))[0] == {}


def test_values_that_exclude_each_other_give_way_to_the_nearest_pair() -> None:
    values, _ = fitted("2.0-img2video", IMAGE, FitTarget(8, Size(1920, 1080)))
    assert values == {"duration": 8, "resolution": "720p"}
    values, _ = fitted("2.0-img2video", IMAGE, FitTarget(4, Size(1920, 1080)))
    assert values == {"duration": 4, "resolution": "1080p"}


def test_of_several_models_the_nearest_is_taken_and_the_first_of_equals() -> None:
    kinds = [get_endpoint(name) for name in ("q2-text2video", "q1-text2video", "q3-pro-text2video")]
    assert find_nearest_fit(kinds, WORDS, FitTarget()).endpoint_class is kinds[0]
    assert find_nearest_fit(kinds, WORDS, FitTarget(seconds=15)).endpoint_class is kinds[2]


def test_a_request_that_fits_nowhere_keeps_its_first_model() -> None:
    kinds = [get_endpoint(name) for name in ("q2-text2video", "q1-text2video")]
    fit = find_nearest_fit(kinds, {"prompt": "x" * 6000}, FitTarget(seconds=5))
    assert (fit.endpoint_class, fit.values) == (kinds[0], {"duration": 5})


def test_a_model_that_takes_long_words_is_preferred_to_one_that_does_not() -> None:
    kinds = [get_endpoint(name) for name in ("q1-text2video", "q2-text2video")]
    assert find_nearest_fit(kinds, {"prompt": "x" * 3000}, FitTarget(seconds=5)).endpoint_class is kinds[1]
