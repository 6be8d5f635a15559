"""The page that Prometheus reads: all metrics of this process, and those of the database behind it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from prometheus_client import ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

import keyreel
from keyreel.server.monitoring import metric_names as names
from keyreel.server.monitoring.families import Families, MetricSamples, build_family
from keyreel.server.monitoring.log_counts import LogCounts
from keyreel.server.monitoring.request_counts import RequestCounts
from keyreel.server.monitoring.task_metrics import TaskMetrics

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.engines.router import EngineRouter
    from keyreel.server.health.engine_problems import EngineProblems
    from keyreel.server.monitoring.distributions import Distribution
    from keyreel.server.monitoring.families import LabelValues
    from keyreel.tasks.store import TaskStore

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


class MetricSources(Protocol):
    """What the metrics of a process are read from: a server's services, or a worker's own parts."""

    @property
    def store(self) -> TaskStore:
        """The tasks of the installation."""
        ...

    @property
    def engines(self) -> EngineRouter:
        """The engines that this process knows."""
        ...

    @property
    def engine_health(self) -> EngineProblems:
        """What is wrong with them."""
        ...

    @property
    def request_counts(self) -> RequestCounts:
        """The requests that this process answered."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerMetricSources:
    """What the metrics of a process that serves nobody are read from: as `MetricSources` has it."""

    store: TaskStore
    engines: EngineRouter
    engine_health: EngineProblems
    request_counts: RequestCounts = field(default_factory=RequestCounts)


class MetricsPage:
    """Answers with the metrics in Prometheus's text format."""

    def __init__(self, sources: MetricSources, log_counts: LogCounts | None = None, node: str = "") -> None:
        """Take what the log of this process counts, and its name among the nodes of an installation."""
        self._sources = sources
        self._log_counts = log_counts or LogCounts()
        self._node = node
        self._tasks = TaskMetrics(sources.store.database, sources.store.clock)
        self._process = ProcessCollector(registry=None)

    async def show(self, request: Request) -> Response:
        """Answer with all metrics."""
        del request
        found = [
            *await asyncio.to_thread(self._tasks.read),
            *await self._describe_engines(),
            *self._describe_process(),
        ]
        families = [build_family(samples, self._node) for samples in found]
        text = await asyncio.to_thread(generate_latest, Families((*families, *self._process.collect())))
        return Response(text, media_type=MEDIA_TYPE)

    async def _describe_engines(self) -> tuple[MetricSamples, ...]:
        problems, engines = await self._sources.engine_health.run(), self._sources.engines.engines
        return (
            MetricSamples(
                names.ENGINE_UP, {(each.name,): float(not problems.get(each.name)) for each in engines}
            ),
            MetricSamples(names.ENGINE_SLOTS, {(each.name,): each.slots for each in engines}),
        )

    def _describe_process(self) -> tuple[MetricSamples, ...]:
        requests: dict[LabelValues, Distribution] = {
            (method, route, str(status)): found
            for (method, route, status), found in self._sources.request_counts
        }
        lines = self._log_counts
        return (
            MetricSamples(names.BUILD, {(keyreel.__version__,): 1.0}),
            MetricSamples(names.REQUESTS, {}, requests),
            *(
                MetricSamples(metric, _begin_at_zero(metric) | dict(lines.iterate_events(event)))
                for metric, event in names.COUNTED_EVENTS.items()
            ),
            MetricSamples(names.LOG_LINES, dict(lines.iterate_lines())),
        )


def _begin_at_zero(metric: names.Metric) -> dict[LabelValues, float]:
    """Return a first value where no label waits for one: a counter that only appears has no rate."""
    return {} if metric.labels else {(): 0.0}
