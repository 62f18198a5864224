"""Figures: what was measured, beside what is aimed at; one table and bench/results.json."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.table import Table

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- figures, written by the bench -->", "<!-- end of figures -->"


@dataclass
class Figure:
    """One line. `bound`: what could be reached in the same run, or the other half of a ratio; `ratio`: of the two."""

    name: str
    value: float
    unit: str
    aim: str = "-"
    bound: float | None = None
    ratio: float | None = None
    met: bool | None = None


def at_most(name: str, value: float, unit: str, aim: float, **more: Any) -> Figure:
    return Figure(name, value, unit, f"<= {aim:g}", met=value <= aim, **more)


def at_least(name: str, value: float, unit: str, aim: float) -> Figure:
    return Figure(name, value, unit, f">= {aim:g}", met=value >= aim)


def ratio(name: str, value: float, bound: float, unit: str, *, most: float) -> Figure:
    """`value` ÷ `bound`, aimed to be at most `most`."""
    part = round(value / bound, 2) if bound else 0.0
    return Figure(name, round(value, 2), unit, f"ratio <= {most:g}", round(bound, 2), part, part <= most)


def machine() -> dict[str, Any]:
    return {
        "cpus": os.cpu_count(),
        "memoryGb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }


def keep(bench: str, figures: list[Figure]) -> None:
    """Write what one bench measured into results.json, beside what others measured before."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    benches = known.get("benches", {})
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    # Others computing on the same machine make every time longer: who reads the figures has to know.
    busy = round(os.getloadavg()[0], 1)
    benches[bench] = {"at": at, "load": busy, "figures": [asdict(one) for one in figures]}
    RESULTS.write_text(json.dumps({"machine": machine(), "benches": benches}, indent=1) + "\n")
    _into_page(benches)


def _into_page(benches: dict[str, Any]) -> None:
    """The figures that have an aim, as the table of bench/README.md."""
    lines = ["| figure | aim | measured | met | by |", "|---|---|---|---|---|"]
    for bench, found in benches.items():
        for one in found["figures"]:
            if one["met"] is None:
                continue
            measured = f"{one['value']} {one['unit']}".strip()
            if one["ratio"] is not None:
                measured = f"{one['ratio']} ({measured} and {one['bound']})"
            met = "yes" if one["met"] else "**no**"
            lines.append(f"| {one['name']} | {one['aim']} | {measured} | {met} | `{bench}` |")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{chr(10).join(lines)}\n{END}{after}")


def table(figures: list[Figure]) -> Table:
    made = Table("figure", "value", "unit", "aim", "bound", "ratio", "met", title="Figures")
    for one in figures:
        met = "" if one.met is None else "yes" if one.met else "NO"
        bound, part = ("" if one.bound is None else str(one.bound)), ("" if one.ratio is None else str(one.ratio))
        made.add_row(one.name, str(one.value), one.unit, one.aim, bound, part, met)
    return made
