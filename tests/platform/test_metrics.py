"""What is measured: by one list, with labels that have a closed set of values, read by nobody without its secret."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from deploy.embedded.home import SERVICE_NAMES
from shared.clock import SystemClock
from shared.engine.records import CLOSING, VOICE, WITHDRAWAL
from shared.metrics import figures
from shared.metrics.catalogue import BY_METRIC_NAME, DECISIONS_COUNTED, DOOR, HOPS, METRICS, REQUESTS_TIMED, Metric
from shared.metrics.deeds import counting
from shared.metrics.labels import BY_ACT, BY_DECISION, BY_DOUBT, BY_QUEUE, BY_ROUTE, MEASURED_PAGES, Label
from shared.metrics.metrics import Metrics, Shows, UnknownValue
from shared.periodic import Periodic
from tests.platform.real import Nats, Postgres, RealParts
from tests.platform.served import AS_OPERATOR, AS_PROMETHEUS, app_of, http_to
from tests.platform.test_service import running

HOSTILE = (
    "S-7K3MQ-9XD4T",
    "Joost Wilgenroos",
    "user-7c1f",
    "https://example.nl/?q=Joost",
    "/v1/signals/S-7K3MQ-9XD4T",
    "weging-1\nmeldpunt_ready 1",
    'x",y="z',
    "",
    "a" * 5000,
)


def families(text: str) -> dict[str, Family]:
    return {one.name: one for one in text_string_to_metric_families(text)}  # type: ignore[no-untyped-call]


def samples(text: str) -> list[Any]:
    return [sample for family in families(text).values() for sample in family.samples]


# --- the list ----------------------------------------------------------------------------------------


def test_a_metric_is_named_once_and_says_its_unit() -> None:
    assert len(BY_METRIC_NAME) == len(METRICS)
    for one in METRICS:
        assert re.fullmatch(r"meldpunt_[a-z_]+", one.name)
        assert one.name.endswith("_total") == (one.kind == "counter")
        assert one.name.endswith("_seconds") == (one.unit == "seconds"), one.name
        assert one.says
        assert set(one.of) <= {*SERVICE_NAMES, *MEASURED_PAGES}


def _some(label: Label) -> str:
    return sorted(label.values)[0] if label.values else "/v1/one"


def _tell(metrics: Metrics, metric: Metric, labels: dict[str, str]) -> None:
    if metric.kind == "counter":
        metrics.add(metric, **labels)
    elif metric.kind == "histogram":
        metrics.observe(metric, 0.1, **labels)
    else:
        metrics.told([Shows(metric, 1.0, labels)])


@pytest.mark.parametrize("metric", METRICS, ids=lambda one: one.name)
def test_no_label_takes_a_value_that_was_not_known_before(metric: Metric) -> None:
    """Not a number, a person, an address or any other word, of whichever label."""
    metrics = Metrics(metric.of[0] if metric.of else "intake", "one")
    metrics.know(BY_ROUTE, {"/v1/one"})
    right = {one.name: _some(one) for one in metric.labels}
    _tell(metrics, metric, right)
    for name in right:
        for hostile in HOSTILE:
            with pytest.raises(UnknownValue) as refused:
                _tell(metrics, metric, right | {name: hostile})
            assert not hostile or hostile not in str(refused.value)
    for wrong in ({**right, "number": "S-7K3MQ-9XD4T"}, dict(list(right.items())[1:])):
        if wrong != right:
            with pytest.raises(UnknownValue):
                _tell(metrics, metric, wrong)


def test_a_route_counts_only_after_the_service_told_its_own() -> None:
    with pytest.raises(UnknownValue):
        Metrics("intake", "one").observe(REQUESTS_TIMED, 0.1, method="GET", route="/v1/one", status="2xx")


def test_the_sets_are_those_of_the_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits, is repeated or doubted that has no name in the list, and no name is left over."""
    found: dict[Label, set[str]] = {BY_QUEUE: set(), BY_ACT: set(), BY_DOUBT: {"letterbox-keys", "audit-lines-refused"}}
    for name in SERVICE_NAMES:
        service = app_of(name, tmp_path, monkeypatch).state.service
        found[BY_QUEUE] |= {one.name for one in service.queues}
        found[BY_ACT] |= {one.name for one in service.acts}
        found[BY_DOUBT] |= {one.name for one in service._doubts}
    assert {label.name: (found[label] ^ (label.values or set())) for label in found} == {
        one.name: set() for one in found
    }
    assert {WITHDRAWAL, CLOSING, VOICE} < (BY_DECISION.values or set())


# --- deeds -------------------------------------------------------------------------------------------


def test_what_is_counted_of_a_line_of_the_trail_is_its_code() -> None:
    metrics = Metrics("assessment", "one")
    counted = counting(metrics)
    for action in (
        "signal received",
        "decision taken: weging-1",
        "decision proposed: Joost",
        "Joost",
        "decision taken: ",
    ):
        counted({"action": action, "actor": "user-7c1f", "record": "S-7K3MQ-9XD4T"})
    found = {(one.name, *sorted(one.labels.items())): one.value for one in samples(metrics.told([]).decode())}
    of = ("service", "assessment")
    assert found[(HOPS.name, ("hop", "received"), of)] == 1
    assert found[(DECISIONS_COUNTED.name, ("decision", "weging-1"), ("result", "taken"), of)] == 1
    assert found[(DECISIONS_COUNTED.name, ("decision", "other"), ("result", "proposed"), of)] == 1
    assert not any("Joost" in str(one) or "user-7c1f" in str(one) or "S-7K3MQ" in str(one) for one in found)


async def test_an_act_shows_its_age_and_for_how_long_it_fails() -> None:
    async def fails() -> None:
        raise ValueError

    act = Periodic("tombstones", fails, SystemClock(), every=1, remedy="")
    assert (act.age.total_seconds() < 5, act.failing.total_seconds()) == (True, 0)
    await act.once()
    assert act.failing.total_seconds() > 0


# --- who reads them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICE_NAMES)
async def test_they_are_for_who_shows_their_own_secret(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What opens figures opens nothing else, and what opens the status opens no figures."""
    async with http_to(app_of(name, tmp_path, monkeypatch)) as http:
        for shown in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer guess"}, AS_OPERATOR):
            answer = await http.get("/metrics", headers=shown)
            assert (answer.status_code, "meldpunt_" in answer.text) == (401, False)
        assert (await http.get("/statusz", headers=AS_PROMETHEUS)).status_code == 401
        answer = await http.get("/metrics", headers=AS_PROMETHEUS)
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        # Every part is away, and what is known without them is told all the same.
        found = {(one.name, one.labels.get("part")): one.value for one in samples(answer.text)}
        assert (found[("meldpunt_ready", None)], found[("meldpunt_lacks", "database")]) == (0, 1)
    async with http_to(app_of(name, tmp_path, monkeypatch, metrics_secret=tmp_path / "absent")) as http:
        for shown in ({}, {"Authorization": "Bearer "}, AS_PROMETHEUS):
            assert (await http.get("/metrics", headers=shown)).status_code == 401


async def test_a_visitor_decides_about_no_series(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked, by whatever method: one route more is there only when the service has one more."""
    async with http_to(app_of("intake", tmp_path, monkeypatch)) as http:
        for path in ("/Joost", "/v1/signals/Joost", "/v1/signals/S-7K3MQ-9XD4T?x=Joost", "/v1/Joost/S-7K3MQ-9XD4T"):
            for method in ("GET", "POST", "JOOST", "PROPFIND"):
                await http.request(method, path, headers={"User-Agent": "Joost", "traceparent": "Joost"})
        text = (await http.get("/metrics", headers=AS_PROMETHEUS)).text
    assert "Joost" not in text
    assert "7K3MQ" not in text
    found = [one for one in samples(text) if one.name == f"{REQUESTS_TIMED.name}_count"]
    assert {one.labels["route"] for one in found} == {"unknown", "/v1/signals/{number}"}
    assert {one.labels["method"] for one in found} == {"GET", "POST", "other"}


def test_the_first_that_fails_is_an_increase() -> None:
    """A counter that is not there until it is 1 has not increased: one report that the door did not take in alerts somebody."""
    shown = {
        (one.name, one.labels.get("status")): one.value for one in samples(Metrics("intake", "one").told([]).decode())
    }
    assert {shown[(DOOR.name, one)] for one in ("2xx", "4xx", "5xx")} == {0}


# --- on real parts -----------------------------------------------------------------------------------


async def _read(http: httpx.AsyncClient) -> str:
    return (await http.get("/metrics", headers=AS_PROMETHEUS)).text


async def test_a_running_service_tells_what_it_does_and_how_old_what_it_has_is(
    parts: RealParts, postgres: Postgres, nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "FRESH_SECONDS", 0.0)
    async with (
        running("assessment", parts, postgres, tmp_path, monkeypatch) as (_, assessment),
        running("intake", parts, postgres, tmp_path, monkeypatch) as (_, intake),
        asyncio.timeout(120),
    ):
        report = {"channel": "web", "text": "Joost Wilgenroos heeft een schuur."}
        while (answer := await intake.post("/v1/signals", json=report)).status_code != 201:
            await asyncio.sleep(0.2)
        while 'meldpunt_hops_total{hop="received"' not in await _read(assessment):
            await asyncio.sleep(0.2)
        at_door, text = await _read(intake), await _read(assessment)
    assert 'meldpunt_hops_total{hop="accepted",service="intake"} 1.0' in at_door
    assert 'meldpunt_door_total{service="intake",status="2xx"} 1.0' in at_door
    assert 'meldpunt_messages_total{carried="handled",event="report.v1",service="assessment"} 1.0' in text
    found = {(one.name, *sorted(one.labels.items())): one.value for one in samples(text)}
    of = ("service", "assessment")
    assert found[("meldpunt_ready", of)] in (0, 1)
    assert found[("meldpunt_queue_waiting", ("queue", "outgoing"), of)] >= 1, "retention is not there"
    assert 0 <= found[("meldpunt_queue_oldest_seconds", ("queue", "outgoing"), of)] < 120
    assert found[("meldpunt_queue_parked", ("queue", "received"), of)] == 0
    assert found[("meldpunt_rows_doubted", ("rows", "lease"), of)] == 0
    assert found[("meldpunt_certificate_left_seconds", ("certificate", "signing"), of)] > 29 * 86400
    assert found[("meldpunt_certificate_left_seconds", ("certificate", "tls"), of)] > 0
    used, free = (found[("meldpunt_database_connections", of, ("use", one))] for one in ("in-use", "free"))
    assert used + free == 20
    assert found[("meldpunt_terms_overdue", of, ("term", "signal"))] == 0
    assert found[("meldpunt_act_failing_seconds", ("act", "audit"), of)] == 0
    # Its trace is beside the duration, so that one leads to the other.
    traced = [one.exemplar.labels["trace_id"] for one in samples(at_door) if one.exemplar]
    assert traced
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in traced)
    for said in ("Joost", "Wilgenroos", "schuur", answer.json()["receiptCode"]):
        assert said not in at_door + text


# --- which process -----------------------------------------------------------------------------------

SAYS = """
from shared.telemetry import Tracing, set_up_logs
import logging, structlog
set_up_logs("intake", "info", "intake-7d9f-x2x4z")
tracing = Tracing("intake", "{file}", "intake-7d9f-x2x4z")
structlog.get_logger().info("outside")
with tracing.span("one"):
    structlog.get_logger().info("inside")
    logging.getLogger("library").warning("said by %s", "Joost")
    try:
        raise ValueError("Joost")
    except ValueError:
        structlog.get_logger().error("failed", exc_info=True)
tracing.close()
"""


def test_each_line_and_span_says_which_process_and_trace(tmp_path: Path) -> None:
    file = tmp_path / "spans"
    said = subprocess.run([sys.executable, "-c", SAYS.format(file=file)], capture_output=True, text=True, check=True)
    outside, *inside = (json.loads(one) for one in said.stdout.splitlines())
    span = json.loads(file.read_text())
    assert span["resource"]["attributes"]["service.instance.id"] == "intake-7d9f-x2x4z"
    assert {one["instance"] for one in (outside, *inside)} == {"intake-7d9f-x2x4z"}
    assert "trace_id" not in outside
    assert len(inside) == 3
    assert {one["trace_id"] for one in inside} == {span["context"]["trace_id"].removeprefix("0x")}
    assert {one["span_id"] for one in inside} == {span["context"]["span_id"].removeprefix("0x")}
    assert "Joost" not in said.stdout


def test_a_process_without_a_name_makes_one_that_is_nobodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {app_of("export", tmp_path, monkeypatch).state.platform.settings.instance for _ in range(2)}
    assert len(made) == 2
    assert all(re.fullmatch("[0-9a-f]{8}", one) for one in made)
    with pytest.raises(ValueError, match="instance"):
        app_of("export", tmp_path, monkeypatch, instance="Laptop van Joost")
