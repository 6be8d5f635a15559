"""Every metric there is: its name, what it tells, and its labels, whose values are bounded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class MetricKind(StrEnum):
    """What a metric is to Prometheus."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric; one of a single process has the label `node` beside its own."""

    name: str
    kind: MetricKind
    help: str
    labels: tuple[str, ...] = ()
    of_process: bool = True
    bounds: tuple[float, ...] = ()
    """Upper bounds of a histogram's classes."""

    @property
    def sample_names(self) -> tuple[str, ...]:
        """The names of its samples, as queries use them."""
        if self.kind is MetricKind.HISTOGRAM:
            return tuple(f"{self.name}_{ending}" for ending in ("bucket", "sum", "count"))
        return (f"{self.name}_total",) if self.kind is MetricKind.COUNTER else (self.name,)


def _shared(
    name: str, kind: MetricKind, help_: str, labels: tuple[str, ...] = (), *, bounds: tuple[float, ...] = ()
) -> Metric:
    """Describe a metric that is read from the database: every node of an installation tells the same."""
    return Metric(name, kind, help_, labels, of_process=False, bounds=bounds)


_COUNTER, _GAUGE, _HISTOGRAM = MetricKind.COUNTER, MetricKind.GAUGE, MetricKind.HISTOGRAM
_WAITS: Final = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)
_RENDERS: Final = (1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 600.0, 1800.0)
_FACTORS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
REQUEST_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

TASKS: Final = _shared(
    "keyreel_tasks",
    _GAUGE,
    "Tasks that have not ended.",
    ("state", "queue", "engine", "model"),
)
OLDEST: Final = _shared(
    "keyreel_queue_oldest_seconds", _GAUGE, "How long ago the oldest waiting task was submitted.", ("queue",)
)
TASKS_ENDED: Final = _shared(
    "keyreel_tasks_ended", _COUNTER, "Tasks that have ended.", ("state", "engine", "model")
)
WAITS: Final = _shared(
    "keyreel_task_wait_seconds",
    _HISTOGRAM,
    "From the submit of a task to the start of its last attempt.",
    ("engine",),
    bounds=_WAITS,
)
RENDERS: Final = _shared(
    "keyreel_task_render_seconds",
    _HISTOGRAM,
    "From the start of the last attempt to success, including finishing.",
    ("engine",),
    bounds=_RENDERS,
)
REALTIME: Final = _shared(
    "keyreel_render_realtime_factor",
    _HISTOGRAM,
    "Seconds of rendering for one second of video.",
    ("engine",),
    bounds=_FACTORS,
)
DELIVERIES_WAITING: Final = _shared(
    "keyreel_webhook_deliveries_waiting", _GAUGE, "Pending webhook deliveries."
)
LEDGER_DRIFT: Final = _shared(
    "keyreel_ledger_drift_credits", _GAUGE, "Sum of all balances, which is 0 in a correct ledger."
)
TENANTS: Final = _shared("keyreel_tenants", _GAUGE, "Tenants that are not disabled.")
BUILD: Final = Metric("keyreel_build_info", _GAUGE, "Always 1. The labels show the version.", ("version",))
UP: Final = Metric("keyreel_database_up", _GAUGE, "1 if the database could be read.")
ENGINE_UP: Final = Metric(
    "keyreel_engine_up", _GAUGE, "1 if an engine reports that it works, or has no health check.", ("engine",)
)
ENGINE_SLOTS: Final = Metric(
    "keyreel_engine_slots", _GAUGE, "Number of tasks that an engine makes at a time.", ("engine",)
)
REQUESTS: Final = Metric(
    "keyreel_http_request_seconds",
    _HISTOGRAM,
    "HTTP requests, from the first byte of the request to the last of the response.",
    ("method", "route", "status"),
    bounds=REQUEST_BOUNDS,
)
EGRESS_FAILURES: Final = Metric(
    "keyreel_egress_failures", _COUNTER, "Requests to clients' URLs that failed or were refused.", ("error",)
)
DECODING_REFUSALS: Final = Metric(
    "keyreel_decoding_refusals", _COUNTER, "Inputs that could not be decoded.", ("noun", "fault")
)
WEBHOOK_ATTEMPTS: Final = Metric(
    "keyreel_webhook_attempts",
    _COUNTER,
    "Attempts to deliver webhooks, by the resulting state of the delivery.",
    ("status",),
)
CRASHES: Final = Metric(
    "keyreel_child_crashes", _COUNTER, "Child processes that crashed or hung while rendering or finishing."
)
ENGINE_REFUSALS: Final = Metric(
    "keyreel_engine_refusals", _COUNTER, "Tasks that an engine could not start.", ("engine",)
)
FLAWED_CLIPS: Final = Metric("keyreel_flawed_clips", _COUNTER, "Clips with a flaw that were rendered again.")
LOG_LINES: Final = Metric(
    "keyreel_log_lines",
    _COUNTER,
    "Warnings and errors in the log, including throttled ones.",
    ("level", "event"),
)

COUNTED_EVENTS: Final = {
    EGRESS_FAILURES: "egress failed",
    DECODING_REFUSALS: "input not decoded",
    WEBHOOK_ATTEMPTS: "webhook attempted",
    CRASHES: "child crashed",
    ENGINE_REFUSALS: "engine unavailable",
    FLAWED_CLIPS: "clip below the bar",
}
"""The metrics that count events of the log, and the event of each; their labels are its fields."""
METRICS: Final = (
    *(TASKS, OLDEST, TASKS_ENDED, WAITS, RENDERS, REALTIME, DELIVERIES_WAITING, LEDGER_DRIFT, TENANTS),
    *(BUILD, UP, ENGINE_UP, ENGINE_SLOTS, REQUESTS, *COUNTED_EVENTS, LOG_LINES),
)
"""All of them, beside the usual `process_…` of the process itself."""
