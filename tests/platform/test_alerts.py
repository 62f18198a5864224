"""Alerts and dashboards: made from the one list, each alert seen firing and silent, each with what to do."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.observability.alert import OF_PROMETHEUS, Alert, named_in
from deploy.observability.alerts import ALERTS
from deploy.observability.boards import BOARDS
from deploy.observability.collector import collector
from deploy.observability.heartbeat import HEARTBEAT
from deploy.observability.written import FIGURES, HERE, RULE_TESTS, RULES, files, rule_tests, rules
from shared.metrics.catalogue import BY_METRIC_NAME, METRICS, Metric
from tests.watchers import ROOT, run, tool

RUNBOOKS = ROOT / "docs" / "operations" / "runbooks"
CHAPTERS = ("What it means", "What a user notices", "See more", "What to do", "When it is over")
EXPRESSIONS = [one.expression for one in ALERTS]
EXPRESSIONS += [graph.expression for _, graphs in BOARDS.values() for graph in graphs]


def series_of(metric: Metric) -> set[str]:
    """The names under which Prometheus has a metric."""
    if metric.kind == "histogram":
        return {f"{metric.name}_{part}" for part in ("bucket", "count", "sum")}
    return {metric.name}


SERIES = {name: metric for metric in METRICS for name in series_of(metric)}


def labels_in(expression: str) -> set[str]:
    """The labels by which an expression matches or groups."""
    matched = re.findall(r"[{,]\s*([a-z_]+)\s*(?:=~|!~|!=|=)", expression)
    grouped = [one.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for one in group.split(",")]
    return {*matched, *grouped} - {"le", "service"}


def test_the_files_are_what_the_lists_make_of_them() -> None:
    there = {str(one.relative_to(HERE)) for one in (*HERE.glob("*.yaml"), *HERE.glob("dashboards/*"))}
    made = files()
    assert there == set(made) - {FIGURES}
    assert [name for name, text in made.items() if (HERE / name).read_text(encoding="utf-8") != text] == []


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_only_what_is_measured_is_watched(expression: str) -> None:
    """By its name, and by labels that it has."""
    assert named_in(expression)
    labels = {
        name: OF_PROMETHEUS.get(name) or {one.name for one in SERIES[name].labels} for name in named_in(expression)
    }
    assert labels_in(expression) <= set().union(*labels.values())
    for name, known in labels.items():
        # What stands in its own braces.
        for matched in re.findall(rf"\b{name}(\{{[^}}]*\}})", expression):
            assert labels_in(matched) <= known


def test_all_that_is_measured_is_watched() -> None:
    watched = {name for one in EXPRESSIONS for name in named_in(one)} - set(OF_PROMETHEUS)
    assert {SERIES[name].name for name in watched} == set(BY_METRIC_NAME)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda one: one.name)
def test_an_alert_has_examples_of_both_and_a_runbook(alert: Alert) -> None:
    assert {bool(one.fires) for one in alert.examples} == {True, False}
    text = (ROOT / alert.runbook).read_text(encoding="utf-8")
    title, says, *_ = (line for line in text.splitlines() if line)
    assert (title, says) == (f"# {alert.name}", f"*{alert.says}*")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(CHAPTERS)
    assert all(part.strip() for part in re.split(r"^## .*$", text, flags=re.MULTILINE))
    assert alert.severity in text


def test_a_runbook_has_an_alert() -> None:
    assert {one.stem for one in RUNBOOKS.glob("*.md")} == {one.name for one in ALERTS}


def test_a_runbook_names_only_what_there_is() -> None:
    """Its links lead somewhere, and its commands and series exist."""
    said = run(".venv/bin/meldpunt", "--help", folder=ROOT).stdout
    for file in RUNBOOKS.glob("*.md"):
        text = file.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+)", text):
            assert (file.parent / link).exists(), (file.name, link)
        assert named_in(text) <= {*SERIES, *OF_PROMETHEUS}, file.name
        for command in re.findall(r"`meldpunt ([a-z-]+)", text):
            assert re.search(rf"\b{command}\b", said), (file.name, command)


# --- as the programs that read them judge ------------------------------------------------------------


def test_every_alert_is_seen_firing_and_silent() -> None:
    promtool = tool("promtool")
    for argv in (
        ("check", "rules", RULES),
        ("test", "rules", RULE_TESTS),
        ("check", "config", "--syntax-only", "prometheus.yaml"),
    ):
        answer = run(promtool, *argv, folder=HERE)
        assert answer.returncode == 0, answer.stdout + answer.stderr


def _spoilt(alert: Alert, how: str) -> Alert:
    never, always = f"({alert.expression}) and on () vector(0) == 1", f"{sorted(alert.reads)[0]} >= -1e12"
    return replace(alert, expression=never if how == "never fires" else always, lasts="0m")


@pytest.mark.parametrize("how", ["never fires", "always fires"])
def test_a_rule_that_is_wrong_is_found(how: str, tmp_path: Path) -> None:
    """Each alert by itself: its examples are such that they fail for one that never fires, and for one that always does."""
    promtool = tool("promtool")
    for alert in ALERTS:
        (tmp_path / RULES).write_text(yaml.safe_dump(rules((_spoilt(alert, how),))))
        (tmp_path / RULE_TESTS).write_text(yaml.safe_dump(json.loads(json.dumps(rule_tests((alert,))))))
        answer = run(promtool, "test", "rules", RULE_TESTS, folder=tmp_path)
        assert answer.returncode != 0, alert.name
        assert "FAILED" in answer.stdout + answer.stderr, answer.stderr


def test_a_heartbeat_that_is_not_heard_is_found(tmp_path: Path) -> None:
    """What always fires has to: its own test sees one that waits, one that needs a series, and one that calls somebody else."""
    (beats,) = (one for one in yaml.safe_load((HERE / RULES).read_text())["groups"] if one["name"] == "heartbeat")
    tests = yaml.safe_load((HERE / RULE_TESTS).read_text())
    own = [one for one in tests["tests"] if one["alert_rule_test"][0]["alertname"] == HEARTBEAT]
    (tmp_path / RULE_TESTS).write_text(yaml.safe_dump(tests | {"tests": own}))
    (rule,) = beats["rules"]
    for change in ({}, {"for": "5m"}, {"expr": 'max(up{job=~"meldpunt-.+"}) > 0'}, {"labels": {"severity": "page"}}):
        (tmp_path / RULES).write_text(yaml.safe_dump({"groups": [beats | {"rules": [rule | change]}]}))
        answer = run(tool("promtool"), "test", "rules", RULE_TESTS, folder=tmp_path)
        assert (answer.returncode != 0) == bool(change), answer.stdout + answer.stderr
        assert (HEARTBEAT in answer.stderr) == bool(change), answer.stderr


def test_who_is_told_is_accepted_by_alertmanager() -> None:
    answer = run(tool("amtool"), "check-config", "alertmanager.yaml", folder=HERE)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    config = yaml.safe_load((HERE / "alertmanager.yaml").read_text())
    told = {route["matchers"][0]: route for route in config["route"]["routes"]}
    assert {one.severity for one in ALERTS} == {"page", "ticket", "security"}
    beats = told.pop('severity="heartbeat"')
    assert (beats["receiver"], beats["repeat_interval"]) == ("heartbeat", "1m")
    assert set(told) == {'severity="page"', 'severity="security"'}, "the rest are tickets"
    kept_back = {
        name
        for rule in config["inhibit_rules"]
        if 'alertname="MeldpuntPartAway"' in rule["source_matchers"]
        for name in re.findall(r"Meldpunt\w+", rule["target_matchers"][0])
    }
    assert kept_back == {"MeldpuntServiceNotReady", "MeldpuntPartLacking"}, "one call, and not one of each service"


def test_traces_that_failed_or_were_slow_are_all_kept() -> None:
    """Written, not run: no program of the collector is at hand. Its parts are named where they are used."""
    config: dict[str, Any] = collector()
    (pipeline,) = config["service"]["pipelines"].values()
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) == set(config[kind])
    kinds = {one["type"] for one in config["processors"]["tail_sampling"]["policies"]}
    assert {"status_code", "latency", "probabilistic"} <= kinds
