"""What a running server tells those who operate it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field


class LogLevel(StrEnum):
    """The least important lines that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


LogLevelSetting = Annotated[
    LogLevel,
    Field(
        description="The least important lines of the log: `debug`, with a line for every poll and health "
        "check too, `info`, `warning` or `error`."
    ),
]
