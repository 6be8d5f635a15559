"""The server's log: Keyreel's own lines and those of its libraries, in one format, throttled, on stderr."""

from __future__ import annotations

import logging
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.server.monitoring.log_counts import LogCounts
from keyreel.settings.operations import LogLevel
from keyreel.system.log_throttle import LogThrottle

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

_LEVELS: Final = {**logging.getLevelNamesMapping(), "EXCEPTION": logging.ERROR}


def configure_logs(level: LogLevel = LogLevel.INFO, node: str = "") -> LogCounts:
    """Write logs to stderr: for people at a terminal, as JSON anywhere else; with the node's name.

    Lines of libraries are warnings at least: httpx tells every URL with its query in lesser ones.

    Returns:
        How often Keyreel's own events were logged, those below the level too.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    throttle, counts = LogThrottle(), LogCounts()

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
        processors=[counts.process, partial(_drop_below, least), throttle.process, *first, *last],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    libraries = logging.StreamHandler(sys.stderr)
    libraries.addFilter(throttle.filter)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*first, structlog.stdlib.ExtraAdder({"more", "suppressed"})],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[libraries], level=max(least, logging.WARNING), force=True)
    return counts


def _drop_below(least: int, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Drop a line below the level: a processor of structlog."""
    del logger
    if _LEVELS[method.upper()] < least:
        raise structlog.DropEvent
    return event
