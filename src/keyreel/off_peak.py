"""When off-peak videos are made: daily windows that an operator sets. It knows no task."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_OFF_PEAK_WAIT: Final = timedelta(hours=48)
"""An off-peak task that has not begun so long after its submit is cancelled."""

_WINDOW_PATTERN: Final = re.compile(
    r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})(?:\s+(\S+))?", re.ASCII
)
_DAY: Final = timedelta(days=1)
_END_OF_DAY_HOUR: Final = 24
_HORIZON_DAYS: Final = 60
"""How far ahead the end of work is computed; longer work is said to end there."""


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """A part of every day in one time zone; if it closes before it opens, it goes over midnight."""

    opens: time
    closes: time
    zone: ZoneInfo

    def get_interval(self, day: date) -> tuple[datetime, datetime]:
        """Return when it opens on this day, and when it closes after that, in UTC."""
        opens = datetime.combine(day, self.opens, self.zone)
        next_day = self.closes <= self.opens
        closes = datetime.combine(day + _DAY if next_day else day, self.closes, self.zone)
        return opens.astimezone(UTC), closes.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class OffPeakWindows:
    """The windows; without any, off-peak videos are made whenever no other task is queued."""

    windows: tuple[DailyWindow, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read "22:00-08:00 Asia/Shanghai, 12:00-13:00 UTC"; a window without a zone is in UTC.

        Raises:
            ValueError: naming the part that is no window.
        """
        return cls(tuple(_parse_window(part.strip()) for part in text.split(",") if part.strip()))

    def is_open(self, now: datetime) -> bool:
        """Say whether off-peak videos may be made now."""
        return not self.windows or any(
            opens <= now < closes for opens, closes in self._list_intervals(now, 1)
        )

    def compute_end(self, now: datetime, seconds: float) -> datetime:
        """Return when so many seconds within windows will have passed; with 0, when work may begin."""
        left = timedelta(seconds=seconds)
        if not self.windows:
            return now + left
        reached = now
        for opens, closes in self._list_intervals(now, _HORIZON_DAYS):
            begins = max(opens, reached)
            if closes <= begins:
                continue
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
            reached = closes
        return reached

    def _list_intervals(self, now: datetime, days: int) -> list[tuple[datetime, datetime]]:
        """List the open intervals from a day before `now` until `days` after, in order of opening."""
        found = [
            each.get_interval(now.astimezone(each.zone).date() + timedelta(days=day))
            for each in self.windows
            for day in range(-1, days + 1)
        ]
        return sorted(found)


def _parse_window(text: str) -> DailyWindow:
    found = _WINDOW_PATTERN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:64]!r} is not a window such as '22:00-08:00 Asia/Shanghai'")
    name = found[5] or "UTC"
    try:
        zone = ZoneInfo(name)
        opens, closes = (_parse_time(int(found[at]), int(found[at + 1])) for at in (1, 3))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{text[:64]!r}: {str(error).strip(chr(39))}") from None
    return DailyWindow(opens, closes, zone)


def _parse_time(hour: int, minute: int) -> time:
    return time(0) if (hour, minute) == (_END_OF_DAY_HOUR, 0) else time(hour, minute)
