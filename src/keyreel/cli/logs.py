"""The server's log: Keyreel's own lines and those of its libraries, in one format, throttled, on stderr."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

from keyreel.settings.operations import LogLevel
from keyreel.system.log_throttle import LogThrottle

if TYPE_CHECKING:
    from structlog.typing import Processor


def configure_logs(level: LogLevel = LogLevel.INFO) -> None:
    """Write logs to stderr: for people at a terminal, as JSON anywhere else.

    Lines of libraries are warnings at least: httpx tells every URL with its query in lesser ones.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    throttle = LogThrottle()
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
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
        processors=[throttle.process, *first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(least),
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
