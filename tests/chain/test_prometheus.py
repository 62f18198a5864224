"""A real Prometheus beside the shared house: it reads every service, knows every series that is watched, and names nobody."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from deploy.observability.alert import named_in
from deploy.observability.alerts import ALERTS
from deploy.observability.boards import BOARDS
from deploy.observability.written import HERE, RULES, SCRAPED, prometheus
from tests.house import TestHouse, until
from tests.ports import own_port
from tests.watchers import tool

WATCHED = [one.expression for one in ALERTS]
WATCHED += [graph.expression for _, graphs in BOARDS.values() for graph in graphs]
SAID = ("Joost", "Wilgenroos", "Kerkpad", "Greet", "Zonnebloem", "5550123", "hennep")
"""Of the report (`tests.house.a_report`)."""


class Prometheus:
    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/api/v1", timeout=10)

    def ask(self, path: str, **more: str) -> Any:
        answer = self._http.get(path, params=more).raise_for_status().json()
        assert answer["status"] == "success"
        return answer["data"]

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="module")
def watching(house: TestHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Started with the configuration that is made, but for where the services are, and looking every few seconds."""
    program, folder = tool("prometheus"), tmp_path_factory.mktemp("prometheus")
    hosts = {name: house.client.addresses[name].removeprefix("http://") for name in SCRAPED}
    config = prometheus(hosts, secrets=str(house.home.path / "secrets"), scheme="http", every=3)
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config | {"alerting": {}}))
    (folder / RULES).write_text((HERE / RULES).read_text().replace("interval: 1m", "interval: 1s", 1))
    address = f"127.0.0.1:{own_port()}"
    argv = [program, "--config.file=prometheus.yaml", f"--web.listen-address={address}", "--storage.tsdb.path=data"]
    argv += ["--enable-feature=exemplar-storage", "--log.level=error"]
    with (folder / "log").open("w") as log, subprocess.Popen(argv, cwd=folder, stdout=log, stderr=log) as process:
        found = Prometheus(f"http://{address}")
        try:
            until(lambda: httpx.get(f"http://{address}/-/ready", timeout=60).is_success)
            yield found
        finally:
            found.close()
            process.terminate()


def _targets(watching: Prometheus) -> dict[str, str]:
    found = watching.ask("/targets", state="active")["activeTargets"]
    return {one["labels"]["job"].removeprefix("meldpunt-"): one["lastError"] or one["health"] for one in found}


def test_every_series_that_is_watched_is_scraped_and_leads_to_a_trace(house: TestHouse, watching: Prometheus) -> None:
    number = house.ended_signal()
    assert house.decide(house.arrived(house.report()), "anna", "weging-1", "suspicion").status_code == 409
    up = dict.fromkeys(SCRAPED, "up")
    until(lambda: _targets(watching) == up)
    wanted = {name for one in WATCHED for name in named_in(one)}

    def missing() -> set[str]:
        return wanted - set(watching.ask("/label/__name__/values"))

    until(lambda: not missing())

    def judged() -> dict[str, list[dict[str, Any]]]:
        return {one["name"]: one["rules"] for one in watching.ask("/rules")["groups"]}

    assert {name: len(rules) for name, rules in judged().items()} == {"meldpunt": len(ALERTS), "heartbeat": 1}
    until(lambda: {one["health"] for rules in judged().values() for one in rules} == {"ok"})
    until(lambda: judged()["heartbeat"][0]["state"] == "firing")
    for expression in WATCHED:
        watching.ask("/query", query=expression)

    def decided() -> set[tuple[str, str]]:
        found = watching.ask("/query", query='meldpunt_decisions_total{service="assessment"} >= 1')["result"]
        return {(one["metric"]["decision"], one["metric"]["result"]) for one in found}

    until(lambda: decided() >= {("weging-1", "taken"), ("weging-1", "refused")})
    until(lambda: _leads_to_a_span(house, watching))
    # Of one signal nothing is told: neither its number, nor who acted, nor a word of the report.
    series = json.dumps(watching.ask("/series", **{"match[]": '{__name__=~".+"}'}))
    for said in (number, *SAID, "anna", "bram", "collega"):
        assert said not in series


def _leads_to_a_span(house: TestHouse, watching: Prometheus) -> bool:
    """Whether the trace that stands beside a duration is one of which the service wrote the spans."""
    now = watching.ask("/query", query="time()")["result"][0]
    query = 'meldpunt_request_duration_seconds_bucket{service="assessment"}'
    found = watching.ask("/query_exemplars", query=query, start=str(float(now) - 600), end=str(float(now) + 60))
    traces = {one["labels"]["trace_id"] for series in found for one in series["exemplars"]}
    spans = Path(house.home.path / "logs" / "traces-assessment.jsonl").read_text()
    return any(one in spans for one in traces)


def test_a_stranger_reads_none_of_it(house: TestHouse) -> None:
    for name in SCRAPED:
        shown = house.home.secret("metrics-" + SCRAPED[SCRAPED.index(name) - 1])
        for headers in ({}, {"Authorization": f"Bearer {shown}"}):
            assert httpx.get(f"{house.client.addresses[name]}/metrics", headers=headers, timeout=60).status_code == 401
