"""The server's log: Keyreel's own lines and those of its libraries, in one format, throttled, on stderr."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

from keyreel.system.log_throttle import LogThrottle

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor


def configure_logs(node: str = "") -> None:
    """Write logs to stderr: for people at a terminal, as JSON anywhere else; with the node's name."""
    throttle = LogThrottle()

    def name_node(_: object, __: str, event: EventDict) -> EventDict:
        return {**event, "node": node} if node else event

    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        name_node,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    last: list[Processor] = [
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=True)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=[throttle.process, *first, *last], logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    libraries = logging.StreamHandler(sys.stderr)
    libraries.addFilter(throttle.filter)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*first, structlog.stdlib.ExtraAdder({"more", "suppressed"})],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[libraries], level=logging.WARNING, force=True)
