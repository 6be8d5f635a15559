"""Retry-After is understood in both of its forms, and never believed beyond a bound."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from keyreel.intake.retry_after import parse_retry_after

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("9" * 400, 60),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("Thu, 01 Jan 2099 12:00:30 GMT", 60),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("1.5", 0),
        ("\u0665", 0),
        ("Thu, 99999999999999999999 Jan 2026 12:00:30 GMT", 0),
        ("Thu, 01 Jan 2026 12:00:30 +99999999999999999999", 0),
        ("Mon, 01 Jan 0001 00:00:00 +9999", 0),
    ],
)
def test_reads_seconds_and_dates(header: str, seconds: float) -> None:
    assert parse_retry_after(header, NOW, max_seconds=60) == seconds
