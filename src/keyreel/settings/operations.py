"""What a running server tells those who operate it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from keyreel.settings.rules import HOST_PATTERN


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
MetricsPort = Annotated[
    int,
    Field(
        ge=0,
        le=65535,
        description="Port on which /metrics is answered without a token, beside KEYREEL_PORT where it needs "
        "the admin token; 0: on none.",
    ),
]
MetricsHost = Annotated[
    str,
    Field(
        pattern=HOST_PATTERN,
        max_length=253,
        description="Address to answer /metrics on, on that port: the loopback, or one of a private network.",
    ),
]
DocsUrl = Annotated[
    str,
    Field(
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Where this documentation is published, as `make docs` builds it: the API reference at "
        "`/docs` links to the guides there. Empty: it names them alone.",
    ),
]
