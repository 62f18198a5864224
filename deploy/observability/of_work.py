"""Whether work gets on, and what is kept is believed. Replicas read the same queues: the largest is taken."""

from __future__ import annotations

from deploy.observability.alert import SECURITY, TICKET, Alert, Example
from shared.metrics.catalogue import (
    ACT_FAILING,
    BACKUP_AGE,
    CHAIN_BROKEN,
    DECISIONS_COUNTED,
    LACKS,
    OLDEST_ROW,
    OVERDUE_TERMS,
    ROWS_DOUBTED,
    ROWS_PARKED,
    ROWS_STUCK,
)

SOON = "outgoing|received|reporters|settlement|findable"
"""Queues in which nothing should wait long; in the others rows wait by design: for a term, a receiver or a grace period."""

OF_WORK = (
    Alert(
        "MeldpuntQueueStuck",
        f"max by (service, queue) ({ROWS_STUCK.name}) > 0",
        "10m",
        TICKET,
        "Rows of this queue do not get on.",
        (
            Example(
                {f'{ROWS_STUCK.name}{{service="sources",queue="outgoing"}}': "3x20"},
                "15m",
                ({"service": "sources", "queue": "outgoing"},),
            ),
            # A short trouble is over by itself.
            Example({f'{ROWS_STUCK.name}{{service="sources",queue="outgoing"}}': "3x5 0x20"}, "15m"),
        ),
    ),
    Alert(
        "MeldpuntQueueParked",
        f"max by (service, queue) ({ROWS_PARKED.name}) > 0",
        "1m",
        TICKET,
        "Rows of this queue cannot succeed as they are.",
        (
            Example(
                {f'{ROWS_PARKED.name}{{service="retention",queue="received"}}': "0 1x10"},
                "5m",
                ({"service": "retention", "queue": "received"},),
            ),
            Example({f'{ROWS_PARKED.name}{{service="retention",queue="received"}}': "0x10"}, "5m"),
        ),
    ),
    Alert(
        "MeldpuntQueueOld",
        f'max by (service, queue) ({OLDEST_ROW.name}{{queue=~"{SOON}"}}) > 900',
        "5m",
        TICKET,
        "Something has waited for a quarter of an hour in a queue that is emptied at once.",
        (
            Example(
                {f'{OLDEST_ROW.name}{{service="intake",queue="outgoing"}}': "800+60x20"},
                "12m",
                ({"service": "intake", "queue": "outgoing"},),
            ),
            Example({f'{OLDEST_ROW.name}{{service="intake",queue="outgoing"}}': "300x20"}, "12m"),
            # A key in its grace period waits for days.
            Example({f'{OLDEST_ROW.name}{{service="intake",queue="grace"}}': "200000x20"}, "12m"),
        ),
    ),
    Alert(
        "MeldpuntRowsNotBelieved",
        f"max by (service, rows) ({ROWS_DOUBTED.name}) > 0",
        "0m",
        SECURITY,
        "Rows stand in the database that this service did not write so.",
        (
            Example(
                {f'{ROWS_DOUBTED.name}{{service="access",rows="designations"}}': "0 0 1x10"},
                "3m",
                ({"service": "access", "rows": "designations"},),
            ),
            Example({f'{ROWS_DOUBTED.name}{{service="access",rows="designations"}}': "0x10"}, "3m"),
        ),
    ),
    Alert(
        "MeldpuntAuditChainBroken",
        f"max by (producer) ({CHAIN_BROKEN.name}) == 1",
        "0m",
        SECURITY,
        "The audit trail of this producer has a gap or was changed.",
        (
            Example(
                {f'{CHAIN_BROKEN.name}{{service="oversight",producer="casework"}}': "0 1x10"},
                "3m",
                ({"producer": "casework"},),
            ),
            Example({f'{CHAIN_BROKEN.name}{{service="oversight",producer="casework"}}': "0x10"}, "3m"),
        ),
    ),
    Alert(
        "MeldpuntActFailing",
        f"max by (service, act) ({ACT_FAILING.name}) > 600",
        "0m",
        TICKET,
        "What is done again and again has failed for ten minutes.",
        (
            Example(
                {f'{ACT_FAILING.name}{{service="retention",act="calendar"}}': "0+60x20"},
                "12m",
                ({"service": "retention", "act": "calendar"},),
            ),
            Example({f'{ACT_FAILING.name}{{service="retention",act="calendar"}}': "0+60x9 0x10"}, "12m"),
        ),
    ),
    Alert(
        "MeldpuntTermsOverdue",
        f"max by (service, term) ({OVERDUE_TERMS.name}) > 0",
        "1h",
        TICKET,
        "The day has passed of something that is still open.",
        (
            Example(
                {f'{OVERDUE_TERMS.name}{{service="rights",term="request"}}': "2x90"},
                "65m",
                ({"service": "rights", "term": "request"},),
            ),
            Example({f'{OVERDUE_TERMS.name}{{service="rights",term="request"}}': "0x90"}, "65m"),
        ),
    ),
    Alert(
        "MeldpuntCompactionLate",
        # As retention judges it: by the days that are set, and also where it never was. Without OpenBao it does not know.
        f'max by (service) ({ACT_FAILING.name}{{act="compaction"}}) > 0'
        f' unless on (service) max by (service) ({LACKS.name}{{part="openbao"}}) == 1',
        "10m",
        TICKET,
        "OpenBao's storage was not compacted in time, or nobody recorded it: nothing is declared destroyed.",
        (
            Example(
                {f'{ACT_FAILING.name}{{service="retention",act="compaction"}}': "60+60x30"},
                "15m",
                ({"service": "retention"},),
            ),
            Example({f'{ACT_FAILING.name}{{service="retention",act="compaction"}}': "0x30"}, "15m"),
            Example(
                {
                    f'{ACT_FAILING.name}{{service="retention",act="compaction"}}': "60+60x30",
                    f'{LACKS.name}{{service="retention",part="openbao"}}': "1x30",
                },
                "15m",
            ),
        ),
    ),
    Alert(
        "MeldpuntBackupLate",
        f"max by (service) ({BACKUP_AGE.name}) > 172800",
        "1h",
        TICKET,
        "No backup was made for two days, or nobody said so.",
        (
            Example({f'{BACKUP_AGE.name}{{service="retention"}}': "172801+60x90"}, "65m", ({"service": "retention"},)),
            # Where none was ever made.
            Example(
                {f'{BACKUP_AGE.name}{{service="retention"}}': " ".join(["Inf"] * 90)},
                "65m",
                ({"service": "retention"},),
            ),
            Example({f'{BACKUP_AGE.name}{{service="retention"}}': "86400+60x90"}, "65m"),
        ),
    ),
    Alert(
        "MeldpuntManyRefused",
        f'sum by (service) (increase({DECISIONS_COUNTED.name}{{result="refused"}}[1h])) > 100',
        "0m",
        SECURITY,
        "More decisions are refused in an hour than people who err would try.",
        (
            Example(
                {f'{DECISIONS_COUNTED.name}{{service="casework",decision="close",result="refused"}}': "0+4x90"},
                "70m",
                ({"service": "casework"},),
            ),
            Example(
                {f'{DECISIONS_COUNTED.name}{{service="casework",decision="close",result="taken"}}': "0+4x90"}, "70m"
            ),
        ),
    ),
)
