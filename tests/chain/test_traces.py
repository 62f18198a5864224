"""From the declaration of a destruction a trace leads back to the report, by links: no trace lasts as long as a signal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.house import TestHouse, until


def spans_of(house: TestHouse) -> Iterator[dict[str, Any]]:
    for file in (house.home.path / "logs").glob("traces-*.jsonl"):
        for line in file.read_text().splitlines():
            if line.endswith("}"):
                yield json.loads(line)


def _trace(span: dict[str, Any]) -> str:
    return str(span["context"]["trace_id"])


def _linked(spans: list[dict[str, Any]], trace: str) -> set[str]:
    """Every trace to which a span of `trace` leads back."""
    return {one["context"]["trace_id"] for span in spans if _trace(span) == trace for one in span["links"]}


def _reached(spans: list[dict[str, Any]], began: str) -> set[str]:
    """Every trace that can be reached from `began`."""
    found, left = set[str](), {began}
    while left:
        trace = left.pop()
        found.add(trace)
        left |= _linked(spans, trace) - found
    return found


def test_a_declaration_leads_back_to_the_report(house: TestHouse) -> None:
    number = house.ended_signal()
    house.destroy_everything_due()
    house.declared(number)
    # The audit trail has the number with each trace; spans have none.
    asked = "SELECT entry ->> 'trace' AS trace FROM audit_line WHERE record = $1 AND entry ->> 'action' = $2"

    def told(action: str) -> str | None:
        found = house.sql("oversight", asked, number, action)
        return f"0x{found[0]['trace']}" if found and found[0]["trace"] else None

    declared, accepted, ended = (until(lambda one=one: told(one)) for one in STEPS)  # type: ignore[misc]
    assert len({declared, accepted, ended}) == 3

    def spans() -> list[dict[str, Any]] | None:
        found = list(spans_of(house))
        return found if declared in {_trace(one) for one in found if one["name"] == "declare"} else None

    found = until(spans, 15)
    assert {ended, accepted} <= _reached(found, declared)
    assert accepted not in _linked(found, declared), "step by step: who declares knows only when it was sealed"
    assert number not in json.dumps(found)


STEPS = ("signal destroyed", "report accepted", "decision taken: weging-1")
