"""What becomes of a video that is below the bar after a second render."""

from __future__ import annotations

from enum import StrEnum


class BelowBar(StrEnum):
    """Deliver it with a note, or fail its task, which is refunded."""

    DELIVER = "deliver"
    FAIL = "fail"
