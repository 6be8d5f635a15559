from __future__ import annotations

from datetime import UTC, datetime

import pytest

from keyreel.errors import InvalidSetting
from keyreel.off_peak import OffPeakWindows
from keyreel.settings import read_settings

NIGHT = OffPeakWindows.from_text("22:00-08:00 Asia/Shanghai")  # 14:00 to 24:00 in UTC


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [(at(1, 13, 59), False), (at(1, 14), True), (at(1, 23, 59), True), (at(2, 0), False)],
)
def test_a_window_over_midnight_is_open_until_the_morning(moment: datetime, *, is_open: bool) -> None:
    assert NIGHT.is_open(moment) is is_open


def test_any_time_is_good_without_windows() -> None:
    assert OffPeakWindows.from_text(" ").is_open(at(1, 3))
    assert OffPeakWindows().compute_end(at(1, 3), 60) == at(1, 3, 1)


def test_windows_in_several_places_add_up() -> None:
    both = OffPeakWindows.from_text("22:00-08:00 Asia/Shanghai, 12:00-13:00")
    assert both.is_open(at(1, 12, 30))
    assert both.compute_end(at(1, 1), 0) == at(1, 12)
    assert both.compute_end(at(1, 1), 2 * 3600) == at(1, 15)
    assert both.compute_end(at(1, 1), 12 * 3600) == at(2, 13)


def test_work_begins_at_once_where_a_window_is_open() -> None:
    assert NIGHT.compute_end(at(1, 15), 0) == at(1, 15)


def test_windows_that_overlap_count_once() -> None:
    both = OffPeakWindows.from_text("10:00-12:00, 11:00-13:00")
    assert both.compute_end(at(1, 9), 3 * 3600) == at(1, 13)


def test_a_window_keeps_the_local_time_when_clocks_change() -> None:
    berlin = OffPeakWindows.from_text("06:00-07:00 Europe/Berlin")
    assert berlin.is_open(datetime(2026, 3, 28, 5, 30, tzinfo=UTC))
    assert not berlin.is_open(datetime(2026, 3, 29, 5, 30, tzinfo=UTC))
    assert berlin.is_open(datetime(2026, 3, 29, 4, 30, tzinfo=UTC))


def test_a_window_of_equal_times_is_always_open() -> None:
    assert OffPeakWindows.from_text("00:00-24:00").is_open(at(1, 0))
    assert OffPeakWindows.from_text("09:00-09:00").is_open(at(1, 8, 59))


@pytest.mark.parametrize(
    "wrong", ["22-08", "22:00-08:00 Nowhere/City", "25:00-08:00", "at night", "22:61-08:00"]
)
def test_names_what_is_no_window(wrong: str) -> None:
    with pytest.raises(InvalidSetting, match="KEYREEL_OFF_PEAK"):
        read_settings(off_peak=wrong)


def test_periods_are_numbers_with_a_unit() -> None:
    keep = read_settings(keep_inputs="12h", keep_videos="30d", keep_records="forever").retention_periods
    assert (str(keep.inputs), str(keep.videos), keep.records) == ("12:00:00", "30 days, 0:00:00", None)
    with pytest.raises(InvalidSetting, match="KEYREEL_KEEP_VIDEOS"):
        read_settings(keep_videos="a month")
