from __future__ import annotations

from datetime import timedelta

import pytest

from keyreel.durations import parse_period, parse_seconds
from keyreel.errors import InvalidRequest
from keyreel.settings import read_settings


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("48h", 172_800), ("30d", 2_592_000), ("1d12h", 129_600)]
)
def test_reads_what_people_write(text: str, seconds: int) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "90", "h", "-5s", "1.5h", "1d 12h", "12345678s", "1w", "٣s"])
def test_refuses_everything_else(text: str) -> None:
    with pytest.raises(InvalidRequest, match="such as 90s, 10m, 48h or 1d12h"):
        parse_seconds(text)


def test_settings_read_durations_alike() -> None:
    periods = read_settings(keep_inputs="12h", keep_videos="45d", keep_records="forever").retention_periods
    assert periods.inputs is not None
    assert periods.videos is not None
    assert (periods.inputs.total_seconds(), periods.videos.days, periods.records) == (43_200, 45, None)


def test_a_period_may_have_no_end() -> None:
    assert (parse_period("7d"), parse_period("forever")) == (timedelta(days=7), None)
