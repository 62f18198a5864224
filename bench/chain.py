"""The whole chain, from the report to a closed case, by eight people at once; and one trace of it, drawn.

`python -m bench chain` prints the figures; `python -m bench.chain` plays one signal under one trace id, gathers what
every service exported, and writes docs/trace.md.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
import time
from pathlib import Path
from typing import Any

from bench.counts import processor_seconds, quiet
from bench.figures import Figure, ratio
from bench.load import percentile
from deploy.embedded.client import HouseClient
from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.play import Player
from deploy.embedded.played import Played
from tests.house import TestHouse, a_report, until
from tests.journeys import parts_until, steps

WORKERS = 8
ALONE = 8
SIGNALS = int(os.environ.get("BENCH_CHAIN", "32"))
PAGE = Path(__file__).parents[1] / "docs" / "trace.md"
Line = dict[str, Any]


def play_one(client: HouseClient, subjects: dict[str, str], **report: Any) -> Played:
    """One signal from the door to its closing, as the demo plays it."""
    played, player = Played("bench", ""), Player(client, subjects)
    player.report(a_report() | report, played)
    for step in steps(*parts_until("closed")):
        player.step(played, step)
    return played


def run(house: TestHouse) -> list[Figure]:
    """Signals per second, the processor time of it all beside OpenBao's own, and the hops per pair."""
    subjects = (house.home.state() or {})["subjects"]
    with HouseClient(house.home) as client:
        alone = [play_one(client, subjects) for _ in range(ALONE)]
    quiet(house)
    before, began = processor_seconds(house), time.perf_counter()
    done = _by_many(house, subjects)
    seconds = time.perf_counter() - began
    quiet(house)
    after = processor_seconds(house)
    spent = {who: (after[who] - before.get(who, 0.0)) / len(done) * 1000 for who in after}
    taken = len(done) * len(steps(*parts_until("closed")))
    name = f"whole chain, {WORKERS} workers"
    return [
        ratio(
            "whole chain: processor time per signal ÷ OpenBao's own",
            sum(spent.values()),
            spent["openbao"],
            "ms",
            most=5,
        ),
        Figure(name, round(len(done) / seconds, 2), "signals/s"),
        Figure(f"{name}, steps", round(taken / seconds, 1), "steps/s"),
        *[Figure(f"- processor time per signal, {who}", round(value), "ms") for who, value in spent.items()],
        *hops(alone, "one at a time"),
        *hops(done, f"{WORKERS} workers"),
    ]


def _by_many(house: TestHouse, subjects: dict[str, str]) -> list[Played]:
    waiting: list[int] = list(range(SIGNALS))
    done: list[Played] = []
    problems: list[Exception] = []

    def work() -> None:
        with HouseClient(house.home) as client:
            while waiting:
                with contextlib.suppress(IndexError):
                    waiting.pop()
                    try:
                        done.append(play_one(client, subjects))
                    except Exception as problem:
                        problems.append(problem)
                        return

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    if problems:
        raise problems[0]
    return done


def hops(done: list[Played], how: str) -> list[Figure]:
    found: dict[str, list[float]] = {}
    for one in done:
        for pair, some in one.hops.items():
            found.setdefault(pair, []).extend(some)
    return [
        Figure(f"hop {pair}, {how}, {label}", round(percentile(some, part) * 1000), "ms")
        for pair, some in found.items()
        for label, part in (("p50", 0.5), ("p99", 0.99))
    ]


# --- one trace ------------------------------------------------------------------------------------------


def trace(house: TestHouse) -> str:
    """Play one signal under one trace id and write the page; returns where."""
    trace_id = secrets.token_hex(16)
    subjects = (house.home.state() or {})["subjects"]
    with HouseClient(house.home) as client:
        client.traceparent = f"00-{trace_id}-{secrets.token_hex(8)}-01"
        play_one(client, subjects)
    wanted = {"intake", "assessment", "sources", "casework", "rights", "retention", "oversight"}
    until(lambda: wanted <= {one["service"] for one in spans(house, trace_id)}, 30)
    time.sleep(2)
    PAGE.write_text(page(spans(house, trace_id)))
    return str(PAGE)


def spans(house: TestHouse, trace_id: str) -> list[Line]:
    found = []
    for name in SERVICE_NAMES:
        file = house.home.path / "logs" / f"traces-{name}.jsonl"
        for line in file.read_text().splitlines() if file.exists() else ():
            one = json.loads(line)
            if trace_id in one["context"]["trace_id"]:
                found.append({"service": name, "name": one["name"], "start": one["start_time"], "end": one["end_time"]})
    return sorted(found, key=lambda one: one["start"])


INTRODUCTION = """# One signal, one trace

Made by `python -m bench.chain`: one signal from the report to its closing, every request under one trace id,
exported to files by the OpenTelemetry SDK of each service and gathered here. Health checks and polling have no spans.
Nothing of the signal is in it: names are routes, events and decisions.

"""


def page(found: list[Line]) -> str:
    """A Gantt chart of what each service received and settled, and a table of all spans by name."""
    from datetime import datetime

    first = datetime.fromisoformat(found[0]["start"])

    def at(text: str) -> int:
        return round((datetime.fromisoformat(text) - first).total_seconds() * 1000)

    lines = ["```mermaid", "gantt", "  dateFormat x", "  axisFormat %S.%L s", "  title hand-overs and settlements"]
    shown = [
        one for one in found if one["name"].startswith(("receive ", "settle ", "POST /v1/signals", "POST /v1/tasks"))
    ]
    drawn = (
        "report.v1",
        "research.v1",
        "case.v1",
        "subjects.v1",
        "informing",
        "closed.v1",
        "meeting.v1",
        "settle",
        "POST",
    )
    for service in dict.fromkeys(one["service"] for one in found):
        mine = [one for one in shown if one["service"] == service and any(word in one["name"] for word in drawn)]
        if mine:
            lines.append(f"  section {service}")
            names = (
                (one["name"].replace(":", " "), at(one["start"]), max(at(one["end"]), at(one["start"]) + 1))
                for one in mine
            )
            lines += [f"  {name} :{start}, {end}" for name, start, end in names]
    lines += ["```", "", "| service | span | times | median ms |", "|---|---|---|---|"]
    grouped: dict[tuple[str, str], list[int]] = {}
    for one in found:
        grouped.setdefault((one["service"], one["name"]), []).append(at(one["end"]) - at(one["start"]))
    lines += [
        f"| {service} | {name} | {len(some)} | {sorted(some)[len(some) // 2]} |"
        for (service, name), some in sorted(grouped.items())
    ]
    total = at(max(one["end"] for one in found))
    head = f"{len(found)} spans of {len({one['service'] for one in found})} services in {total / 1000:.1f} s.\n\n"
    return INTRODUCTION + head + "\n".join(lines) + "\n"


if __name__ == "__main__":
    with TestHouse(on_disk=True, MELDPUNT_RESEND_SECONDS="20") as found:
        print(trace(found))
