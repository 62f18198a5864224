"""Dashboards for Grafana, made with its own builders: whether the house works, how the work gets on, what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, GridPos

from shared.metrics.catalogue import (
    ACT_AGE,
    ACT_FAILING,
    BACKUP_AGE,
    CERTIFICATE_LEFT,
    CHAIN_BROKEN,
    COMPACTION_AGE,
    CONNECTIONS,
    DECISIONS_COUNTED,
    DESTRUCTIONS_WAITING,
    DOOR,
    HOPS,
    IS_READY,
    KEYS_HANDLED,
    LACKS,
    LEASE_AGE,
    LETTERBOX_AGE,
    LOGGED_IN,
    MESSAGES_CARRIED,
    OLDEST_ROW,
    OVERDUE_TERMS,
    REQUESTS_TIMED,
    ROWS_DOUBTED,
    ROWS_PARKED,
    ROWS_STUCK,
    ROWS_WAITING,
    SECRET_AGE,
)

SOURCE = DataSourceRef(type_val="prometheus", uid="prometheus")
"""Where Grafana finds them: a data source with this uid."""


@dataclass(frozen=True)
class Graph:
    """One panel. `legend`: labels that tell its lines apart. `exemplars`: whether its points lead to traces."""

    title: str
    expression: str
    legend: str
    unit: str = "short"
    exemplars: bool = False


def _quantile(part: str) -> str:
    return f"histogram_quantile({part}, sum by (service, le) (rate({REQUESTS_TIMED.name}_bucket[5m])))"


BOARDS: dict[str, tuple[str, tuple[Graph, ...]]] = {
    "services": (
        "Meldpunt: services",
        (
            Graph("Ready, processes", f"sum by (service) ({IS_READY.name})", "service"),
            Graph("What is lacking", f"max by (service, part) ({LACKS.name}) == 1", "service part"),
            Graph(
                "Requests a second",
                f"sum by (service, status) (rate({REQUESTS_TIMED.name}_count[5m]))",
                "service status",
                "reqps",
            ),
            Graph("Nineteen in twenty requests within", _quantile("0.95"), "service", "s", exemplars=True),
            Graph("Half of the requests within", _quantile("0.5"), "service", "s"),
            Graph("Reports at the door an hour", f"sum by (status) (increase({DOOR.name}[1h]))", "status"),
            Graph("Logged in", f"max by (service) ({LOGGED_IN.name})", "service"),
            Graph("Connections in use", f'max by (service) ({CONNECTIONS.name}{{use="in-use"}})', "service"),
            Graph("Since access said who is designated", f"max by (service) ({LEASE_AGE.name})", "service", "s"),
            Graph(
                "Certificate holds for",
                f"min by (service, certificate) ({CERTIFICATE_LEFT.name})",
                "service certificate",
                "s",
            ),
            Graph("Age of secrets", f"max by (service, secret) ({SECRET_AGE.name})", "service secret", "s"),
            Graph("Age of letterbox keys", f"max by (service, to) ({LETTERBOX_AGE.name})", "service to", "s"),
        ),
    ),
    "work": (
        "Meldpunt: work",
        (
            Graph("Rows that wait", f"max by (service, queue) ({ROWS_WAITING.name}) > 0", "service queue"),
            Graph("The oldest of them", f"max by (service, queue) ({OLDEST_ROW.name}) > 0", "service queue", "s"),
            Graph("Stuck", f"max by (service, queue) ({ROWS_STUCK.name}) > 0", "service queue"),
            Graph("Parked", f"max by (service, queue) ({ROWS_PARKED.name}) > 0", "service queue"),
            Graph(
                "Messages a second",
                f"sum by (service, carried) (rate({MESSAGES_CARRIED.name}[5m]))",
                "service carried",
                "ops",
            ),
            Graph("Steps of signals a day", f"sum by (hop) (increase({HOPS.name}[1d]))", "hop"),
            Graph(
                "Decisions a day",
                f"sum by (decision, result) (increase({DECISIONS_COUNTED.name}[1d])) > 0",
                "decision result",
            ),
            Graph("Approved, and not begun to go", f"max by (service) ({DESTRUCTIONS_WAITING.name})", "service"),
            Graph("Past its day", f"max by (service, term) ({OVERDUE_TERMS.name}) > 0", "service term"),
            Graph("Failing for", f"max by (service, act) ({ACT_FAILING.name}) > 0", "service act", "s"),
            Graph("Since the last success", f"min by (service, act) ({ACT_AGE.name})", "service act", "s"),
        ),
    ),
    "keeping": (
        "Meldpunt: keys, trail, what is believed",
        (
            Graph("Keys a day", f"sum by (keys, stage) (increase({KEYS_HANDLED.name}[1d]))", "keys stage"),
            Graph("Since OpenBao was compacted", f"min by (service) ({COMPACTION_AGE.name})", "service", "s"),
            Graph("Since a backup was made", f"max by (service) ({BACKUP_AGE.name})", "service", "s"),
            Graph("Rows that are not believed", f"max by (service, rows) ({ROWS_DOUBTED.name}) > 0", "service rows"),
            Graph("Audit trail with a gap or a break", f"max by (producer) ({CHAIN_BROKEN.name}) == 1", "producer"),
        ),
    ),
}


def boards() -> dict[str, str]:
    """By name each dashboard as JSON."""
    return {name: _board(name, title, graphs) for name, (title, graphs) in BOARDS.items()}


def _board(name: str, title: str, graphs: tuple[Graph, ...]) -> str:
    found = dashboard.Dashboard(title).uid(f"meldpunt-{name}").tags(["meldpunt"]).refresh("1m").time("now-24h", "now")
    for number, one in enumerate(graphs):
        found = found.with_panel(_panel(one).grid_pos(_place(number)))
    return JSONEncoder(sort_keys=True, indent=1).encode(found.build()) + "\n"


def _panel(graph: Graph) -> timeseries.Panel:
    legend = " ".join(f"{{{{{one}}}}}" for one in graph.legend.split())
    query = prometheus.Dataquery().expr(graph.expression).legend_format(legend).ref_id("A").exemplar(graph.exemplars)
    return timeseries.Panel().title(graph.title).datasource(SOURCE).unit(graph.unit).min(0).with_target(query)


def _place(number: int) -> GridPos:
    """Two beside each other."""
    return GridPos(h=8, w=12, x=12 * (number % 2), y=8 * (number // 2))
