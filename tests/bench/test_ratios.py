from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from keyreel.bench.orders import EXAMPLE_FOLDER
from keyreel.bench.ratios import RatioCheck, RatioMeasurement, check_ratios, list_measurements, read_ratios
from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from pathlib import Path

COMMITTED = EXAMPLE_FOLDER.parents[1] / "benchmarks" / "ratios.json"


def make_measurement(*results: float, is_rate: bool) -> RatioMeasurement:
    """Return a measurement that gives these results, one after the other."""
    left = iter(results)

    async def measure() -> float:
        return next(left)

    return RatioMeasurement("thing / floor", measure, is_rate=is_rate)


def check(measurement: RatioMeasurement, committed: float) -> RatioCheck:
    async def collect() -> list[RatioCheck]:
        return [each async for each in check_ratios([measurement], {"thing / floor": committed})]

    (found,) = asyncio.run(collect())
    return found


@pytest.mark.parametrize(
    ("results", "is_rate", "is_regression"),
    [
        ([0.76], True, False),
        ([0.74, 0.74], True, True),
        ([2.0], True, False),
        ([1.24], False, False),
        ([1.26, 1.26], False, True),
        ([0.2], False, False),
    ],
)
def test_a_ratio_may_be_a_quarter_worse(results: list[float], *, is_rate: bool, is_regression: bool) -> None:
    found = check(make_measurement(*results, is_rate=is_rate), 1.0)
    assert found.is_regression is is_regression
    assert found.ratio == results[-1]


@pytest.mark.parametrize(("is_rate", "bad", "good"), [(True, 0.1, 0.9), (False, 9.0, 1.1)])
def test_what_seems_worse_is_measured_once_more(*, is_rate: bool, bad: float, good: float) -> None:
    found = check(make_measurement(bad, good, is_rate=is_rate), 1.0)
    assert (found.ratio, found.is_regression) == (good, False)


def test_a_ratio_that_was_not_committed_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="'thing / floor'"):
        asyncio.run(anext(check_ratios([make_measurement(1.0, is_rate=True)], {})))
    (tmp_path / "ratios.json").write_text("[1]")
    for name in ("ratios.json", "none.json"):
        with pytest.raises(InvalidSetting, match=name):
            read_ratios(tmp_path / name)


def test_every_measured_ratio_is_committed() -> None:
    committed = read_ratios(COMMITTED)
    assert {each.name for each in list_measurements(EXAMPLE_FOLDER)} == set(committed)
    assert all(ratio > 0 for ratio in committed.values())
    assert json.loads(COMMITTED.read_text()) == committed
