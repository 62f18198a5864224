"""Whether services are there, answer, and have what they need. Replicas count each of their own: the largest is taken, or the sum."""

from __future__ import annotations

from deploy.observability.alert import DAY, PAGE, TICKET, Alert, Example
from shared.metrics.catalogue import (
    CERTIFICATE_LEFT,
    CONNECTIONS,
    DOOR,
    IS_READY,
    LACKS,
    LEASE_AGE,
    LETTERBOX_AGE,
    REQUESTS_TIMED,
    SECRET_AGE,
)
from shared.metrics.labels import MEASURED_PAGES
from shared.privileges import SERVICES

AWAY = ("database", "nats", "openbao")
"""What all of them have in common."""
_NAMES = [*(one.name for one in SERVICES), *MEASURED_PAGES]


def _gone() -> str:
    """True for a service of which no process is scraped. Each by its name: what is not there has no series to group."""
    return " or ".join(f'absent({IS_READY.name}{{service="{name}"}})' for name in _NAMES)


def _all_but(*missing: str) -> dict[str, str]:
    return {f'{IS_READY.name}{{service="{name}"}}': "1x20" for name in _NAMES if name not in missing}


_LESS_THAN_ALL = f'{DOOR.name}{{service="intake",status="5xx"}}'
_FAST = f'{REQUESTS_TIMED.name}_bucket{{service="rights",method="GET",route="/v1/duties",status="2xx",le="0.5"}}'
_ALL = _FAST.replace('le="0.5"', 'le="+Inf"')
_FAILED = f'{REQUESTS_TIMED.name}_count{{service="rights",method="GET",route="/v1/duties",status="5xx"}}'
_WELL = _FAILED.replace("5xx", "2xx")


OF_SERVICES = (
    Alert(
        "MeldpuntServiceGone",
        _gone(),
        "5m",
        PAGE,
        "No process of this service is scraped.",
        (
            Example(_all_but("rights"), "10m", ({"service": "rights"},)),
            Example(_all_but("rights"), "4m"),
            Example(_all_but(), "10m"),
        ),
    ),
    Alert(
        "MeldpuntServiceNotReady",
        f"max by (service) ({IS_READY.name}) == 0",
        "3m",
        PAGE,
        "No process of this service has the parts without which it answers nobody.",
        (
            Example(
                {f'{IS_READY.name}{{service="intake",pod="{one}"}}': "0x10" for one in "ab"},
                "5m",
                ({"service": "intake"},),
            ),
            # One replica that is there is enough.
            Example(
                {f'{IS_READY.name}{{service="intake",pod="{one}"}}': f"{n}x10" for n, one in enumerate("ab")}, "5m"
            ),
            Example({f'{IS_READY.name}{{service="intake"}}': "1 1 0 0 1x10"}, "5m"),
        ),
    ),
    Alert(
        "MeldpuntProcessGone",
        'sum by (job) (up{job=~"meldpunt-.+"} == bool 0) > 0',
        "10m",
        TICKET,
        "A process of this service is not there, while others may be.",
        (
            Example(
                {f'up{{job="meldpunt-rights",instance="{n}"}}': f"{n}x20" for n in range(2)},
                "15m",
                ({"job": "meldpunt-rights"},),
            ),
            Example({f'up{{job="meldpunt-rights",instance="{n}"}}': "1x20" for n in range(2)}, "15m"),
            Example({'up{job="meldpunt-rights",instance="0"}': "1x6 0x20"}, "15m"),
        ),
    ),
    Alert(
        "MeldpuntPartAway",
        f'min by (part) ({LACKS.name}{{part=~"{"|".join(AWAY)}"}}) == 1',
        "3m",
        PAGE,
        "Every process lacks this part.",
        (
            Example(
                {f'{LACKS.name}{{service="{one}",part="nats"}}': "1x20" for one in ("export", "rights")},
                "5m",
                ({"part": "nats"},),
            ),
            # One that has it: the part is there, and its way to the others is not.
            Example(
                {
                    f'{LACKS.name}{{service="{one}",part="nats"}}': f"{n}x20"
                    for n, one in enumerate(("export", "rights"))
                },
                "5m",
            ),
            Example({f'{LACKS.name}{{service="{one}",part="nats"}}': "0x3 1x20" for one in ("export", "rights")}, "5m"),
        ),
    ),
    Alert(
        "MeldpuntPartLacking",
        f"max by (service, part) ({LACKS.name}) == 1",
        "10m",
        TICKET,
        "A process of this service lacks a part that it needs.",
        (
            Example(
                {f'{LACKS.name}{{service="export",part="nats"}}': "1x20"},
                "15m",
                ({"service": "export", "part": "nats"},),
            ),
            Example({f'{LACKS.name}{{service="export",part="nats"}}': "0x20"}, "15m"),
        ),
    ),
    Alert(
        "MeldpuntDoorFails",
        f'sum by (service) (increase({DOOR.name}{{status="5xx"}}[5m])) > 0',
        "2m",
        PAGE,
        "Reports are not taken in.",
        (
            Example({_LESS_THAN_ALL: "0+1x20"}, "8m", ({"service": "intake"},)),
            # Who is refused (4xx) was answered.
            Example({_LESS_THAN_ALL: "0x20", _LESS_THAN_ALL.replace("5xx", "4xx"): "0+9x20"}, "8m"),
        ),
    ),
    Alert(
        "MeldpuntRequestsFail",
        f'sum by (service) (rate({REQUESTS_TIMED.name}_count{{status="5xx"}}[5m]))'
        f" / sum by (service) (rate({REQUESTS_TIMED.name}_count[5m])) > 0.05",
        "5m",
        PAGE,
        "More than one request in twenty fails.",
        (
            Example({_FAILED: "0+10x30", _WELL: "0+90x30"}, "15m", ({"service": "rights"},)),
            Example({_FAILED: "0+1x30", _WELL: "0+99x30"}, "15m"),
        ),
    ),
    Alert(
        "MeldpuntRequestsSlow",
        f"histogram_quantile(0.95, sum by (service, le) (rate({REQUESTS_TIMED.name}_bucket[10m]))) > 1",
        "15m",
        TICKET,
        "One request in twenty takes longer than a second.",
        (
            Example(
                {_FAST: "0+50x60", _FAST.replace("0.5", "2.5"): "0+60x60", _ALL: "0+60x60"},
                "40m",
                ({"service": "rights"},),
            ),
            Example({_FAST: "0+60x60", _FAST.replace("0.5", "2.5"): "0+60x60", _ALL: "0+60x60"}, "40m"),
        ),
    ),
    Alert(
        "MeldpuntConnectionsShort",
        f'min by (service) ({CONNECTIONS.name}{{use="free"}}) < 2',
        "5m",
        TICKET,
        "Nearly all connections that a process may have are in use.",
        (
            Example(
                {f'{CONNECTIONS.name}{{service="oversight",use="free"}}': "0x20"}, "8m", ({"service": "oversight"},)
            ),
            Example(
                {
                    f'{CONNECTIONS.name}{{service="oversight",use="free"}}': "2x20",
                    f'{CONNECTIONS.name}{{service="oversight",use="at-rest"}}': "0x20",
                },
                "8m",
            ),
        ),
    ),
    Alert(
        "MeldpuntCertificateEnding",
        f"min by (service, certificate) ({CERTIFICATE_LEFT.name}) < {14 * DAY}",
        "1h",
        TICKET,
        "A certificate that should have been renewed by now ends within two weeks.",
        (
            Example(
                {f'{CERTIFICATE_LEFT.name}{{service="intake",certificate="signing"}}': f"{13 * DAY}x90"},
                "65m",
                ({"service": "intake", "certificate": "signing"},),
            ),
            Example({f'{CERTIFICATE_LEFT.name}{{service="intake",certificate="signing"}}': f"{29 * DAY}x90"}, "65m"),
        ),
    ),
    Alert(
        "MeldpuntSecretOld",
        f"max by (service, secret) ({SECRET_AGE.name}) > {3 * DAY}",
        "1h",
        TICKET,
        "A secret that is renewed each day is three days old, and ends after seven.",
        (
            Example(
                {f'{SECRET_AGE.name}{{service="worklist",secret="secret-id"}}': f"{4 * DAY}x90"},
                "65m",
                ({"service": "worklist", "secret": "secret-id"},),
            ),
            Example({f'{SECRET_AGE.name}{{service="worklist",secret="secret-id"}}': f"{DAY}x90"}, "65m"),
        ),
    ),
    Alert(
        "MeldpuntLetterboxOld",
        f"max by (service, to) ({LETTERBOX_AGE.name}) > {3 * DAY}",
        "1h",
        TICKET,
        "Letters are sealed with a key of more than three days ago.",
        (
            Example(
                {f'{LETTERBOX_AGE.name}{{service="intake",to="assessment"}}': f"{4 * DAY}x90"},
                "65m",
                ({"service": "intake", "to": "assessment"},),
            ),
            Example({f'{LETTERBOX_AGE.name}{{service="intake",to="assessment"}}': f"{DAY}x90"}, "65m"),
        ),
    ),
    Alert(
        "MeldpuntLeaseOld",
        f"max by (service) ({LEASE_AGE.name}) > 240",
        "0m",
        PAGE,
        "Nothing was heard of who is designated: soon nobody can do anything here.",
        (
            Example({f'{LEASE_AGE.name}{{service="casework"}}': "0+60x20"}, "6m", ({"service": "casework"},)),
            Example({f'{LEASE_AGE.name}{{service="casework"}}': "60x20"}, "6m"),
        ),
    ),
)
