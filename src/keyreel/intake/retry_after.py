"""How long a server asks others to wait, read from its answer's Retry-After (RFC 9110, 10.2.3)."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def parse_retry_after(header: str, now: datetime, *, max_seconds: float) -> float:
    """Return the seconds in a Retry-After, a number or a date, at most `most`; 0.0 where it says nothing."""
    header = header.strip()
    if header.isascii() and header.isdecimal():
        return min(float(header[:12]), max_seconds)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), max_seconds)
