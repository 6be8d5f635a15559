"""Parses the Retry-After header of a response (RFC 9110, 10.2.3)."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def parse_retry_after(header: str, now: datetime, *, max_seconds: float) -> float:
    """Return the seconds in a Retry-After, number or date, at most `max_seconds`; 0.0 if it is neither."""
    header = header.strip()
    if header.isascii() and header.isdecimal():
        return min(float(header[:12]), max_seconds)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), max_seconds)
