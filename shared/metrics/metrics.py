"""Counting by the list, and telling it to Prometheus. A label value that is not in its set is a mistake of ours: it raises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from shared.metrics.catalogue import LONGEST_BUCKETS, METRICS, Metric
from shared.metrics.labels import BY_SERVICE, Label
from shared.telemetry import trace_id

TOLD_AS = CONTENT_TYPE_LATEST
# When a series began: twice as many series, and nobody asks for it.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


class UnknownValue(ValueError):
    """A label with a value that is not in its set: the value is not repeated."""


@dataclass(frozen=True)
class Shows:
    """What a gauge shows now."""

    of: Metric
    value: float
    labels: dict[str, str] = field(default_factory=dict)


class Metrics:
    """What one process counts of its service. `instance` tells it from its replicas."""

    def __init__(self, service: str, instance: str) -> None:
        self.service = service
        self._instance = instance
        self._own: dict[Label, frozenset[str]] = {}
        self._registry = CollectorRegistry(auto_describe=False)
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        for one in METRICS:
            if one.of and service not in one.of:
                continue
            names = [BY_SERVICE.name, *(label.name for label in one.labels)]
            if one.kind == "counter":
                self._counters[one.name] = Counter(one.name, one.says, names, registry=self._registry)
                self._begin_at_nothing(one)
            elif one.kind == "histogram":
                self._histograms[one.name] = Histogram(
                    one.name, one.says, names, registry=self._registry, buckets=LONGEST_BUCKETS
                )

    def _begin_at_nothing(self, metric: Metric) -> None:
        """A counter of few values shows each from the start: Prometheus sees no increase in a series that begins at 1, so that
        the first report that the door failed to take in would alert nobody."""
        if len(metric.labels) == 1 and metric.labels[0].values is not None:
            for value in sorted(metric.labels[0].values):
                self._counters[metric.name].labels(self.service, value)

    def know(self, label: Label, values: Collection[str]) -> None:
        """The values of a label that is the service's own, before anything is counted with it."""
        self._own[label] = frozenset(values)

    def add(self, metric: Metric, amount: float = 1, /, **labels: str) -> None:
        """Count `amount` more. Raises UnknownValue, and KeyError for a metric that this service does not have."""
        self._counters[metric.name].labels(*self._checked(metric, labels)).inc(amount)

    def observe(self, metric: Metric, seconds: float, /, **labels: str) -> None:
        """One more of so many seconds, with the present trace as exemplar. Raises as `add`."""
        trace = trace_id()
        exemplar = {"trace_id": trace} if trace else None
        self._histograms[metric.name].labels(*self._checked(metric, labels)).observe(seconds, exemplar)

    def _checked(self, metric: Metric, labels: dict[str, str]) -> list[str]:
        """The values in the order of the list, all of them known."""
        if labels.keys() != {one.name for one in metric.labels}:
            raise UnknownValue(f"{metric.name} has other labels")
        for one in metric.labels:
            values = self._own.get(one, frozenset()) if one.values is None else one.values
            if labels[one.name] not in values:
                raise UnknownValue(f"{metric.name} has no such {one.name}")
        return [self.service, *(labels[one.name] for one in metric.labels)]

    def told(self, readings: Iterable[Shows]) -> bytes:
        """Everything as OpenMetrics: what was counted, and `readings` of this moment. Raises UnknownValue."""
        families = [*self._registry.collect(), *self._gauges(readings), self._who()]
        return bytes(generate_latest(_Scrape(families)))  # type: ignore[no-untyped-call]

    def _gauges(self, readings: Iterable[Shows]) -> Iterator[Family]:
        families: dict[str, GaugeMetricFamily] = {}
        for one in readings:
            names = [BY_SERVICE.name, *(label.name for label in one.of.labels)]
            family = families.setdefault(one.of.name, GaugeMetricFamily(one.of.name, one.of.says, labels=names))
            family.add_metric(self._checked(one.of, one.labels), one.value)
        yield from families.values()

    def _who(self) -> Family:
        # As OpenTelemetry has it: which process this is stands once, and not at every series.
        who = {"service_name": self.service, "service_instance_id": self._instance}
        return InfoMetricFamily("target", "which process this is", value=who)


@dataclass(frozen=True)
class _Scrape:
    families: list[Family]

    def collect(self) -> list[Family]:
        return self.families
