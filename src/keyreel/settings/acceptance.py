"""What becomes of a video that is below the bar after a second render."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field


class BelowBar(StrEnum):
    """Deliver it with a note, or fail its task, which is refunded."""

    DELIVER = "deliver"
    FAIL = "fail"


BelowBarSetting = Annotated[
    BelowBar,
    Field(
        description="What to do if a video still has a flaw after a second render: `deliver` it with a "
        "note, or `fail` the task, which is refunded."
    ),
]
