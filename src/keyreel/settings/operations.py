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
        description="Log level: `debug`, which includes every poll and health check, `info`, `warning`, or "
        "`error`."
    ),
]
MetricsPort = Annotated[
    int,
    Field(
        ge=0,
        le=65535,
        description="Port that serves /metrics without a token, in addition to KEYREEL_PORT, where it "
        "needs the admin token. 0: none.",
    ),
]
MetricsHost = Annotated[
    str,
    Field(
        pattern=HOST_PATTERN,
        max_length=253,
        description="Address for KEYREEL_METRICS_PORT: the loopback, or an address of a private network.",
    ),
]
PublicUrl = Annotated[
    str,
    Field(
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Public base URL of the server, for links. Empty: the address of each request.",
    ),
]
DocsUrl = Annotated[
    str,
    Field(
        pattern=r"^(https?://[^\s?#]+)?$",
        description="URL where this documentation is published, as built by `make docs`. The reference at "
        "`/docs` links to its guides. Empty: the reference names the guides without links.",
    ),
]
