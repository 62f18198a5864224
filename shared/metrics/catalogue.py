"""The one list of what is measured. Services count by it; rules, rule tests, dashboards and docs are made from it.

Every metric has the label `service` besides those that stand here. `per` says how replicas go together: what each process
counts of its own is added up, what all of them read in the same database is the same, and the largest is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.metrics.labels import (
    BY_ACT,
    BY_CARRIED,
    BY_CERTIFICATE,
    BY_DECISION,
    BY_DOUBT,
    BY_EVENT,
    BY_HOP,
    BY_IN_POOL,
    BY_KEYS,
    BY_METHOD,
    BY_PART,
    BY_PRODUCER,
    BY_QUEUE,
    BY_RESULT,
    BY_ROUTE,
    BY_SECRET,
    BY_STAGE,
    BY_STATUS,
    BY_TERM,
    BY_TO,
    Label,
)

MetricKind = Literal["counter", "gauge", "histogram"]
Per = Literal["process", "service"]

LONGEST_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""In seconds: a page is quick below a quarter, and a request is given up after ten."""


@dataclass(frozen=True)
class Metric:
    """`name` as it is scraped, with its unit at its end; `of`: the services that have it, empty for every one."""

    name: str
    kind: MetricKind
    unit: str
    says: str
    labels: tuple[Label, ...] = ()
    per: Per = "process"
    of: tuple[str, ...] = ()


IS_READY = Metric(
    "meldpunt_ready", "gauge", "", "1 while it answers, as /readyz says it: with every part that it needs for that"
)
LACKS = Metric("meldpunt_lacks", "gauge", "", "1 for each part that it lacks, 0 for the others", (BY_PART,))
ROWS_WAITING = Metric("meldpunt_queue_waiting", "gauge", "rows", "how many rows wait", (BY_QUEUE,), per="service")
ROWS_STUCK = Metric(
    "meldpunt_queue_stuck",
    "gauge",
    "rows",
    "how many of them do not get on, as `meldpunt status` counts it",
    (BY_QUEUE,),
    "service",
)
ROWS_PARKED = Metric(
    "meldpunt_queue_parked", "gauge", "rows", "how many of them cannot succeed as they are", (BY_QUEUE,), per="service"
)
OLDEST_ROW = Metric(
    "meldpunt_queue_oldest_seconds",
    "gauge",
    "seconds",
    "for how long the oldest of them waits; 0 when none does",
    (BY_QUEUE,),
    "service",
)
ROWS_DOUBTED = Metric("meldpunt_rows_doubted", "gauge", "rows", "how many rows are not believed", (BY_DOUBT,))
ACT_AGE = Metric(
    "meldpunt_act_age_seconds",
    "gauge",
    "seconds",
    "how long ago it succeeded last, or since the process began",
    (BY_ACT,),
)
ACT_FAILING = Metric(
    "meldpunt_act_failing_seconds",
    "gauge",
    "seconds",
    "for how long it has failed; 0 when it succeeded the last time",
    (BY_ACT,),
)
LEASE_AGE = Metric(
    "meldpunt_lease_age_seconds",
    "gauge",
    "seconds",
    "how long ago access said, of what is believed here, who is designated",
)
CERTIFICATE_LEFT = Metric(
    "meldpunt_certificate_left_seconds",
    "gauge",
    "seconds",
    "for how long the certificate holds; below 0 it has ended",
    (BY_CERTIFICATE,),
)
SECRET_AGE = Metric("meldpunt_secret_age_seconds", "gauge", "seconds", "how old the secret on disk is", (BY_SECRET,))
LETTERBOX_AGE = Metric(
    "meldpunt_letterbox_age_seconds",
    "gauge",
    "seconds",
    "how old the letterbox key is with which it seals for a service",
    (BY_TO,),
)
CONNECTIONS = Metric("meldpunt_database_connections", "gauge", "connections", "connections of its pool", (BY_IN_POOL,))
OVERDUE_TERMS = Metric(
    "meldpunt_terms_overdue",
    "gauge",
    "dossiers",
    "how much is open of which the day has passed",
    (BY_TERM,),
    "service",
    ("assessment", "sources", "casework", "rights", "oversight", "retention"),
)
DESTRUCTIONS_WAITING = Metric(
    "meldpunt_destructions_waiting",
    "gauge",
    "dossiers",
    "how many approved signals have not begun to go: a few do at a time, so that nobody waits for it",
    (),
    "service",
    ("oversight",),
)
CHAIN_BROKEN = Metric(
    "meldpunt_chain_broken",
    "gauge",
    "",
    "1 when the last check of a producer's audit lines found a gap or a break",
    (BY_PRODUCER,),
    "process",
    ("oversight",),
)
COMPACTION_AGE = Metric(
    "meldpunt_compaction_age_seconds",
    "gauge",
    "seconds",
    "how long ago OpenBao's storage was compacted, as recorded there",
    (),
    "process",
    ("retention",),
)
BACKUP_AGE = Metric(
    "meldpunt_backup_age_seconds",
    "gauge",
    "seconds",
    "how long ago a backup was made, as the list of destructions says; +Inf where it names none, or cannot be read",
    (),
    "process",
    ("retention",),
)
DECISIONS_COUNTED = Metric(
    "meldpunt_decisions_total",
    "counter",
    "decisions",
    "decisions: taken, proposed, co-signed, withdrawn, and attempts that were refused",
    (BY_DECISION, BY_RESULT),
    "process",
    ("assessment", "sources", "casework", "rights", "oversight", "retention"),
)
HOPS = Metric(
    "meldpunt_hops_total", "counter", "signals", "steps on the way of signals, as the audit trail has them", (BY_HOP,)
)
DOOR = Metric(
    "meldpunt_door_total",
    "counter",
    "requests",
    "reports at the door by the class of the answer: 2xx accepted, 4xx refused",
    (BY_STATUS,),
    "process",
    ("intake",),
)
KEYS_HANDLED = Metric(
    "meldpunt_keys_total",
    "counter",
    "keys",
    "keys that were made, locked by their owner, and destroyed, as retention hears of it",
    (BY_KEYS, BY_STAGE),
    "process",
    ("retention",),
)
MESSAGES_CARRIED = Metric(
    "meldpunt_messages_total",
    "counter",
    "messages",
    "messages that were sent, handled, kept to be tried again, or parked",
    (BY_EVENT, BY_CARRIED),
)
LOGGED_IN = Metric(
    "meldpunt_logged_in",
    "gauge",
    "sessions",
    "how many people are logged in, once for each browser",
    per="service",
    of=("access",),
)
REQUESTS_TIMED = Metric(
    "meldpunt_request_duration_seconds",
    "histogram",
    "seconds",
    "requests by route, with the trace of one as exemplar",
    (BY_METHOD, BY_ROUTE, BY_STATUS),
)

METRICS: tuple[Metric, ...] = (
    *(
        IS_READY,
        LACKS,
        ROWS_WAITING,
        ROWS_STUCK,
        ROWS_PARKED,
        OLDEST_ROW,
        ROWS_DOUBTED,
        ACT_AGE,
        ACT_FAILING,
        LEASE_AGE,
        CERTIFICATE_LEFT,
    ),
    *(
        SECRET_AGE,
        LETTERBOX_AGE,
        CONNECTIONS,
        OVERDUE_TERMS,
        DESTRUCTIONS_WAITING,
        CHAIN_BROKEN,
        COMPACTION_AGE,
        BACKUP_AGE,
        DECISIONS_COUNTED,
        HOPS,
        DOOR,
    ),
    *(KEYS_HANDLED, MESSAGES_CARRIED, LOGGED_IN, REQUESTS_TIMED),
)
BY_METRIC_NAME = {one.name: one for one in METRICS}
