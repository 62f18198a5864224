"""The files: alert rules with their tests, what Prometheus scrapes, to whom Alertmanager tells it, how traces are sampled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.observability.alert import Alert
from deploy.observability.alerts import ALERTS
from deploy.observability.boards import boards
from deploy.observability.collector import collector
from deploy.observability.heartbeat import GROUP, RECEIVER, ROUTE, SEEN
from deploy.observability.page import page
from deploy.topology import PORT
from shared.metrics.labels import MEASURED_PAGES
from shared.privileges import SERVICES

HERE = Path(__file__).parent
MADE = "# Made by `python -m deploy.observability`; a test compares it.\n"
FIGURES = "../../docs/operations/figures.md"
RULES, RULE_TESTS = "rules.yaml", "rules_test.yaml"
CERTIFICATE = "tls"
"""The folder of what Prometheus shows, as the Secret of the chart has it."""


def files() -> dict[str, str]:
    """By name, relative to this folder, everything that is made from the lists."""
    tests = rule_tests(ALERTS)
    made = {
        RULES: _yaml({"groups": [*rules(ALERTS)["groups"], GROUP]}),
        RULE_TESTS: _yaml(tests | {"tests": [*tests["tests"], SEEN]}),
        "prometheus.yaml": _yaml(prometheus(HOSTS, secrets="/etc/prometheus/meldpunt")),
        "alertmanager.yaml": _yaml(alertmanager()),
        "collector.yaml": _yaml(collector()),
    }
    made |= {f"dashboards/{name}.json": text for name, text in boards().items()}
    return made | {FIGURES: page()}


def write() -> None:
    for name, text in files().items():
        file = HERE / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _yaml(content: Mapping[str, Any]) -> str:
    return MADE + yaml.safe_dump(json.loads(json.dumps(content)), sort_keys=False, allow_unicode=True, width=160)


def rules(alerts: tuple[Alert, ...]) -> dict[str, Any]:
    """The alerts as Prometheus reads them."""
    found = [
        {
            "alert": one.name,
            "expr": one.expression,
            "for": one.lasts,
            "labels": {"severity": one.severity},
            "annotations": _annotations(one),
        }
        for one in alerts
    ]
    return {"groups": [{"name": "meldpunt", "interval": "1m", "rules": found}]}


def _annotations(alert: Alert) -> dict[str, str]:
    return {"summary": alert.says, "runbook": alert.runbook}


def rule_tests(alerts: tuple[Alert, ...], rules_file: str = RULES) -> dict[str, Any]:
    """Each alert is seen firing and silent, as `promtool test rules` reads it."""
    tests = [
        {
            "name": f"{alert.name} {'fires' if example.fires else 'is silent'} ({number})",
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in example.series.items()],
            "alert_rule_test": [
                {
                    "eval_time": example.at,
                    "alertname": alert.name,
                    "exp_alerts": [
                        {
                            "exp_labels": {"severity": alert.severity, **labels},
                            "exp_annotations": _annotations(alert),
                        }
                        for labels in example.fires
                    ],
                }
            ],
        }
        for alert in alerts
        for number, example in enumerate(alert.examples, 1)
    ]
    return {"rule_files": [rules_file], "evaluation_interval": "1m", "tests": tests}


SCRAPED = (*(one.name for one in SERVICES), *MEASURED_PAGES)
"""Every process that is measured."""
HOSTS = {one: f"meldpunt-{one}-replicas.meldpunt.svc:{PORT}" for one in SCRAPED}
"""Where the replicas of a service are, as the chart has them in the namespace `meldpunt`; an installation puts in its own."""


def prometheus(hosts: Mapping[str, str], *, secrets: str, scheme: str = "https", every: int = 15) -> dict[str, Any]:
    """What Prometheus is started with: each process of each service, with the secret that this service asks.

    `hosts`: by service a name that gives an address for each of its replicas, with the port. `secrets`: the folder of the secrets,
    in which `tls` has the certificate of the house that it shows: nobody answers without.
    """
    return {
        "global": {
            "scrape_interval": f"{every}s",
            "scrape_timeout": f"{min(every, 10)}s",
            "evaluation_interval": f"{every}s",
        },
        "rule_files": [RULES],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": ["127.0.0.1:9093"]}]}]},
        "scrape_configs": [_job(name, host, secrets, scheme) for name, host in hosts.items()],
    }


def _job(service: str, host: str, secrets: str, scheme: str) -> dict[str, Any]:
    name, _, port = host.rpartition(":")
    found: dict[str, Any] = {
        "job_name": f"meldpunt-{service}",
        "scheme": scheme,
        "metrics_path": "/metrics",
        "authorization": {"type": "Bearer", "credentials_file": f"{secrets}/metrics-{service}"},
    }
    if scheme == "http":
        return found | {"static_configs": [{"targets": [host]}]}
    # One address is one process: a balancer in between would mix their counters.
    found["dns_sd_configs"] = [{"names": [name], "type": "A", "port": int(port)}]
    files = {
        "ca_file": f"{secrets}/{CERTIFICATE}/ca.crt",
        "cert_file": f"{secrets}/{CERTIFICATE}/tls.crt",
        "key_file": f"{secrets}/{CERTIFICATE}/tls.key",
    }
    return found | {"tls_config": files | {"server_name": service}}


def alertmanager() -> dict[str, Any]:
    """Who is told of what. The addresses are an installation's own: `.invalid` reaches nobody."""
    receivers = [
        {
            "name": one,
            "webhook_configs": [{"url": f"https://{one}.example.invalid/", "send_resolved": one != RECEIVER}],
        }
        for one in ("ticket", "page", "security", RECEIVER)
    ]
    gone = {"source_matchers": ['alertname="MeldpuntServiceGone"'], "equal": ["service"]}
    away = 'alertname="MeldpuntPartAway"'
    return {
        "route": {
            "receiver": "ticket",
            "group_by": ["alertname", "service"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
            "routes": [
                {"matchers": [f'severity="{one}"'], "receiver": one, "repeat_interval": "4h"}
                for one in ("page", "security")
            ]
            + [ROUTE],
        },
        # A service that is not there need not say besides what it lacks, nor ten of them that they lack what all lack.
        "inhibit_rules": [
            gone | {"target_matchers": ['alertname=~"MeldpuntServiceNotReady|MeldpuntPartLacking"']},
            {
                "source_matchers": [away, 'part=~"database|openbao"'],
                "target_matchers": ['alertname="MeldpuntServiceNotReady"'],
            },
            {"source_matchers": [away], "target_matchers": ['alertname="MeldpuntPartLacking"'], "equal": ["part"]},
        ],
        "receivers": receivers,
    }
