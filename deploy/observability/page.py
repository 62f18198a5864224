"""docs/operations/figures.md: the list of what is measured, for who reads a figure and asks what it says."""

from __future__ import annotations

from shared.metrics.catalogue import METRICS, Metric
from shared.metrics.labels import Label

NAMED_MOST = 12
"""So many values of a label are named; of more their number is told."""
FIGURES_TOP = """# Figures

Made by `python -m deploy.observability` from `shared/metrics/catalogue.py`; a test compares the two. Every one has the label
`service` besides. *process*: each replica counts its own, and they are added up; *service*: all read the same in their database,
and the largest counts. What to do about an alert stands in [runbooks](runbooks); who reads figures, and why none is about
anybody, in [decision 57](../decisions/0057-figures-name-nobody.md).

| figure | kind | says | labels | of | per |
|---|---|---|---|---|---|
"""
LABELS_TOP = "\n## Labels\n\nEach has these values and no others.\n\n| label | tells apart | values |\n|---|---|---|\n"


def page() -> str:
    """The page, whole."""
    labels = {one: None for metric in METRICS for one in metric.labels}
    return FIGURES_TOP + "".join(map(_figure, METRICS)) + LABELS_TOP + "".join(map(_label, labels))


def _figure(metric: Metric) -> str:
    labels = ", ".join(f"`{one.name}`" for one in metric.labels) or "–"
    of = ", ".join(metric.of) or "every service"
    return f"| `{metric.name}` | {metric.kind} | {metric.says} | {labels} | {of} | {metric.per} |\n"


def _label(label: Label) -> str:
    values = sorted(label.values or ())
    said = ", ".join(f"`{one}`" for one in values) if len(values) <= NAMED_MOST else f"{len(values)} of them"
    return f"| `{label.name}` | {label.says} | {said or 'as each service has them'} |\n"
