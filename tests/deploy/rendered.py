"""The chart as Helm renders it: once for each size."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import helm_python
import yaml

from deploy.generate import ROOT
from deploy.topology import SIZES

CHART = ROOT / "deploy" / "helm" / "meldpunt"
INHABITANTS = [size.inhabitants for size in SIZES]
Object = dict[str, Any]


def values(inhabitants: int) -> dict[str, Any]:
    """What a municipality of that size would give."""
    own = read((CHART / "ci" / "example-values.yaml").read_text())
    return {**own, **read((CHART / f"values-{inhabitants}.yaml").read_text())}


def read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return found


def merged(given: Mapping[str, Any]) -> dict[str, Any]:
    """With what values.yaml says of the rest."""
    with helm_python.Chart.load(CHART) as chart:
        return chart.merge_values(dict(given))


def objects_of(manifests: Mapping[str, str]) -> list[Object]:
    texts = [text for path, text in manifests.items() if path.endswith(".yaml")]
    return [one for text in texts for one in yaml.load_all(text, yaml.CSafeLoader) if one]


@functools.cache
def rendered(inhabitants: int) -> list[Object]:
    """Every object that would be sent to a cluster."""
    return render(values(inhabitants))


def render(given: Mapping[str, Any]) -> list[Object]:
    """Raises HelmValuesError when the schema refuses what is given."""
    with helm_python.Chart.load(CHART) as chart:
        return objects_of(chart.render(dict(given), name="meldpunt", namespace="meldpunt"))


def of_kind(inhabitants: int, kind: str) -> dict[str, Object]:
    """By name of the process: its object of this kind."""
    found = [one for one in rendered(inhabitants) if one["kind"] == kind]
    return {one["metadata"]["name"].removeprefix("meldpunt-"): one for one in found}


def pods(inhabitants: int) -> dict[str, Object]:
    """By name of the process, or of the job: the specification of its pod."""
    workloads = of_kind(inhabitants, "Deployment") | of_kind(inhabitants, "Job")
    return {name: one["spec"]["template"]["spec"] for name, one in workloads.items()}


def containers(inhabitants: int) -> list[Object]:
    """Of every pod, also those that run before the others."""
    return [one for pod in pods(inhabitants).values() for one in (*pod["containers"], *pod.get("initContainers", []))]
