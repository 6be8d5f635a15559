"""Durations as people write them: 90s, 10m, 48h, 30d, or several such as 1d12h."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from keyreel.errors import InvalidRequest

_UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"(?:[0-9]{1,7}[smhd])+", re.ASCII)
_MAX_ECHO_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True)
class RetentionPeriods:
    """How long things are kept; None for good."""

    inputs: timedelta | None = None
    videos: timedelta | None = None
    records: timedelta | None = None


def parse_seconds(duration: str) -> int:
    """Return the seconds that a duration such as "48h" or "1d12h" lasts.

    Raises:
        InvalidRequest: the text is no duration.
    """
    if not _DURATION.fullmatch(duration):
        given = duration[:_MAX_ECHO_CHARACTERS]
        raise InvalidRequest(f"{given!r} is not a period such as 90s, 10m, 48h or 1d12h.")
    parts = re.findall(r"[0-9]+[smhd]", duration)
    return sum(int(part[:-1]) * _UNIT_SECONDS[part[-1]] for part in parts)


def parse_period(text: str) -> timedelta | None:
    """Return how long a period such as 7d is; None for `forever`."""
    return None if text == "forever" else timedelta(seconds=parse_seconds(text))
