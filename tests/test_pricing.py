from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import InvalidSetting
from keyreel.order import Operation, Resolution
from keyreel.pricing import Purchase, read_price_table, to_usd
from keyreel.wire.endpoints.catalogue import ENDPOINTS

if TYPE_CHECKING:
    from pathlib import Path

START = Operation.START_END2VIDEO
ALL = '[[price]]\nmodels = ["*"]\noperations = ["*"]\n540p = { first = 1, each = 1 }\n'
HEAD = 'off_peak = "0.5"\nrecommended_prompt = 10\n'


def price(name: str, size: str, seconds: int, *, off_peak: bool = False, recommended: bool = False) -> int:
    model, _, operation = name.partition(" ")
    bought = Purchase(model, Operation(operation), Resolution(size), seconds, off_peak, recommended)
    return read_price_table().compute_price(bought)


@pytest.mark.parametrize(
    ("name", "size", "by_seconds"),
    [
        ("q2-turbo img2video", "540p", {1: 6, 2: 8, 6: 16}),
        ("q2-turbo start_end2video", "720p", {1: 8, 2: 10, 5: 40}),
        ("q2-turbo img2video", "1080p", {1: 35, 5: 75}),
        ("q2-pro img2video", "540p", {1: 8, 2: 10, 5: 25}),
        ("q2-pro img2video", "720p", {1: 15, 5: 55}),
        ("q2-pro start_end2video", "1080p", {1: 55, 8: 160}),
        ("q2-pro-fast img2video", "720p", {1: 8, 5: 16}),
        ("q2-pro-fast reference2video", "1080p", {1: 16, 10: 52}),
        ("q2-pro multiframe", "720p", {4: 60, 63: 650}),
        ("q2-turbo multiframe", "540p", {4: 16}),
        ("q2 text2video", "720p", {1: 15, 5: 35}),
        ("q2 reference2video", "720p", {5: 55}),
        ("q1 reference2video", "1080p", {5: 80}),
        ("2.0 img2video", "360p", {4: 20}),
        ("2.0 img2video", "720p", {4: 40, 8: 100}),
        ("2.0 start_end2video", "1080p", {4: 100}),
        ("2.0 reference2video", "360p", {4: 80}),
        ("q3-pro text2video", "540p", {5: 70}),
        ("q3-pro text2video", "1080p", {16: 512}),
    ],
)
def test_the_shipped_prices(name: str, size: str, by_seconds: dict[int, int]) -> None:
    assert {seconds: price(name, size, seconds) for seconds in by_seconds} == by_seconds


def test_off_peak_costs_half_rounded_up_and_a_recommended_prompt_ten_more() -> None:
    assert price("q2-pro img2video", "540p", 5, off_peak=True) == 13
    assert price("q2-pro img2video", "540p", 5, recommended=True) == 35
    assert price("q2-pro img2video", "540p", 5, off_peak=True, recommended=True) == 18


def test_every_endpoint_has_a_price_in_every_size() -> None:
    prices = read_price_table()
    for kind in ENDPOINTS:
        for size in Resolution:
            assert prices.compute_price(Purchase(kind.family, kind.operation, size, 5)) > 0


def test_a_credit_is_half_a_cent_exactly() -> None:
    assert to_usd(65) == Decimal("0.325")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("off_peak = 0.5\n" + ALL, "'recommended_prompt' is missing"),
        (HEAD, "'price' is missing"),
        (HEAD + ALL.replace('models = ["*"]', 'models = ["q1"]'), "the last entry"),
        (HEAD + ALL.replace("each = 1", "each = 1.5"), "price 1, 540p, each: '1.5' is not a whole number"),
        (HEAD + ALL.replace("each = 1", "each = -1"), "price 1, 540p, each: '-1' is not a whole number"),
        (HEAD + ALL.replace("each = 1", "each = nan"), "price 1, 540p, each: 'nan' is not a whole number"),
        (
            HEAD + ALL.replace("each = 1", "each = 10000000000"),
            "price 1, 540p, each: .* from 0 to",
        ),
        (HEAD + ALL.replace("540p", "4K"), "price 1: there is no '4K'"),
        (HEAD + ALL.replace('models = ["*"]', 'models = "q1"'), "price 1, models must be a list of names"),
        (HEAD + ALL.replace("each = 1", "each = 1, exact = { five = 1 }"), "540p, exact must be a table"),
        (HEAD + "off_peek = 0.5\n" + ALL, "there is no 'off_peek'; did you mean off_peak?"),
        (HEAD.replace("0.5", "-1") + ALL, "off_peak: got '-1'; must be a number from 0 to 1"),
        (HEAD.replace("0.5", "nan") + ALL, "off_peak: got 'nan'; must be a number from 0 to 1"),
        (HEAD.replace("0.5", "inf") + ALL, "off_peak: got 'inf'; must be a number from 0 to 1"),
        (HEAD + "price = 5", "price must be a table"),
        (HEAD + ALL.replace("each", "every"), "there is no 'every'"),
        (HEAD + ALL.replace('operations = ["*"]', 'operations = ["dream"]'), "no operation 'dream'"),
        ("off_peak = ", "not valid TOML: Invalid value .at"),
        ("a = " + 5000 * "[", "nested too deeply"),
    ],
)
def test_a_table_with_a_mistake_is_refused_by_its_place(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(InvalidSetting, match=told):
        read_price_table(file)


def test_an_operators_table_replaces_the_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(HEAD + ALL)
    bought = Purchase("q2-pro", START, Resolution.P1080, 7)
    assert read_price_table(file).compute_price(bought) == 7
