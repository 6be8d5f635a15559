"""Samples of metrics, written as Prometheus reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from keyreel.server.monitoring.metric_names import MetricKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prometheus_client.metrics_core import Metric as Family

    from keyreel.server.monitoring.distributions import Distribution
    from keyreel.server.monitoring.metric_names import Metric

LabelValues: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MetricSamples:
    """A metric's values by those of its labels; a histogram has distributions instead."""

    metric: Metric
    values: Mapping[LabelValues, float]
    distributions: Mapping[LabelValues, Distribution] = field(default_factory=dict)


def build_family(samples: MetricSamples, node: str) -> Family:
    """Return the samples as prometheus-client writes them; those of a process have the label `node` too."""
    metric = samples.metric
    ending = (node,) if metric.of_process else ()
    labels = (*metric.labels, "node") if metric.of_process else metric.labels
    match metric.kind:
        case MetricKind.COUNTER:
            return _fill(CounterMetricFamily(metric.name, metric.help, labels=labels), samples, ending)
        case MetricKind.GAUGE:
            return _fill(GaugeMetricFamily(metric.name, metric.help, labels=labels), samples, ending)
        case MetricKind.HISTOGRAM:
            histogram = HistogramMetricFamily(metric.name, metric.help, labels=labels)
            for values, found in samples.distributions.items():
                histogram.add_metric((*values, *ending), found.list_buckets(), found.sum)
            return histogram


def _fill(
    family: CounterMetricFamily | GaugeMetricFamily, samples: MetricSamples, ending: LabelValues
) -> Family:
    for values, value in samples.values.items():
        family.add_metric((*values, *ending), value)
    return family


@dataclass(frozen=True, slots=True)
class Families:
    """Families that `prometheus_client.generate_latest` can write: a collector that has collected."""

    families: Iterable[Family]

    def collect(self) -> Iterable[Family]:
        """Return them."""
        return self.families
