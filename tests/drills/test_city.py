"""What the drill of a city makes and reckons, without a house."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from bench import city
from bench.city_growth import KEPT_DAYS, in_six_years
from bench.city_rows import AHEAD, LEFT_OUT, Rows, Shared, Template
from deploy.operations_pages import city as city_page
from shared.clock import calendar_date
from shared.keys.transit import key_name, moved_by
from shared.numbers import random_seed, signal_number

TODAY = date(2026, 11, 29)
ARCHIVE = "archive-signal"
ANNA = str(uuid4())


def a_house(number: str, decision: str, *, moved: bool = False) -> Rows:
    made_for = moved_by(UUID(decision)) if moved else UUID(decision)
    sealed = {"number": number, "decided_on": "2026-11-29", "ends_on": "2027-11-29", "by": ANNA}
    sealed["dossier"] = [{"archive": ARCHIVE, "key": key_name(made_for, ARCHIVE), "item": f"decision-{decision}"}]  # type: ignore[assignment]
    duty = {
        "number": "D-7K3MQ-9XD4T",
        "signal": number,
        "due_on": "2026-12-29",
        "taken_at": "2026-11-29T12:00:00+00:00",
    }
    other = {"number": "S-00000-00000", "ends_on": "2026-11-29", "decided_on": "2026-11-29"}
    return {
        ("rights", "dossier"): [duty, {"number": "D-00000-00000", "signal": "S-00000-00000"}],
        ("retention", "sealed_signal"): [sealed, other],
        ("oversight", "audit_line"): [{"entry": number}],
        ("oversight", "decided"): [{"facts": {"decision": decision, "number": number}}],
    }


def copied(number: str, rows: Rows, earlier: int) -> Rows:
    template = Template.of(number, rows, TODAY, frozenset({ANNA}), frozenset({ARCHIVE}))
    return template.copy(earlier, TODAY, Shared({}))


def test_a_copy_has_numbers_ids_days_and_keys_of_its_own() -> None:
    number, decision = signal_number(random_seed()), str(uuid4())
    for moved in (False, True):
        found = copied(number, a_house(number, decision, moved=moved), 400)
        (sealed,), (duty,), (told,) = (
            found[one] for one in (("retention", "sealed_signal"), ("rights", "dossier"), ("oversight", "decided"))
        )
        assert sealed["number"] == duty["signal"] == told["facts"]["number"] != number
        fresh = UUID(told["facts"]["decision"])
        assert str(fresh) != decision
        # As oversight works it out: nothing is destroyed under another name.
        assert sealed["dossier"][0]["key"] == key_name(moved_by(fresh) if moved else fresh, ARCHIVE)
        assert sealed["dossier"][0]["item"] == f"decision-{fresh}"
        assert sealed["by"] == ANNA, "people stay who they are"
        assert sealed["decided_on"] == (TODAY - timedelta(400)).isoformat() == "2025-10-25"
        assert sealed["ends_on"] == "2026-10-25"
        assert duty["number"] != "D-7K3MQ-9XD4T"
        assert duty["taken_at"] == "2025-10-25T11:00:00+00:00", (
            "at the same hour by the clock on the wall, in summer time"
        )
        assert date.fromisoformat(duty["due_on"]) == TODAY + timedelta(1 + 400 % AHEAD), (
            "what is put off lies ahead still"
        )
        assert ("oversight", "audit_line") not in found, LEFT_OUT["audit_line"]


def test_a_moment_of_a_copy_is_of_the_day_that_its_decision_is_of() -> None:
    """Also late in the evening, and on the other side of a change of summer time: an end date follows from the local day."""
    number = signal_number(random_seed())
    rows = a_house(number, str(uuid4()))
    for text, earlier, moment in (
        ("2026-11-29T22:30:00.5+00:00", 400, "2025-10-25T21:30:00.5+00:00"),
        ("2026-11-29T23:30:00+00:00", 10, "2026-12-09T23:30:00+00:00"),
        ("2026-11-29 22:30:00+00", 35, "2026-10-25 22:30:00+00"),
        ("2026-11-29T22:59:59Z", 36, "2026-10-24T21:59:59Z"),
    ):
        rows["oversight", "decided"][0]["at"] = text
        (told,) = copied(number, rows, earlier)["oversight", "decided"]
        assert told["at"] == moment
        local = calendar_date(datetime.fromisoformat(text))
        expected = local - timedelta(earlier) if local <= TODAY else TODAY + timedelta(1 + earlier % AHEAD)
        assert calendar_date(datetime.fromisoformat(moment)) == expected


def test_a_city_is_as_many_signals_as_it_says() -> None:
    shares = [one for one in city.shares() if one.name not in city.IN_HAND]
    assert abs(sum(one.count for one in shares) - round(city.SIGNALS * city.SCALE)) <= len(shares)
    cases = sum(one.count for one in shares if one.name in ("moved_case", "closed"))
    assert abs(cases - round(city.CASES * city.SCALE)) <= len(shares)
    assert sum(city.ENDINGS.values()) == 1
    for one in shares:
        assert one.since >= one.until > city.YEAR - 1


def test_what_six_years_come_to_follows_from_what_one_leaves() -> None:
    nothing = dict.fromkeys(KEPT_DAYS, 0)
    bulk = {"PostgreSQL, oversight": 2**30, "OpenBao, keys": 2**29}
    each = {
        "a closed case": nothing | {"rows: audit_line": 2**20},
        "one that ends in phase 1": nothing | {"rows: inbox": 2**20},
        "an action": nothing | {"rows: audit_line": 1024},
        "rest": nothing | {"OpenBao, audit log": 2**30 // 86400},
    }
    found = in_six_years(bulk, each, scale=0.5, signals=2190, cases=219, actions=1024)
    looked, bulk_of, rows, keys, log, streams = (one.value for one in found)
    assert looked == round(6 / 1024, 2)
    assert (bulk_of, keys, streams) == (2, 1, 0)
    # All of the trail of 219 cases; of the inboxes 120 days of what comes in one a day and is no case.
    assert rows == round((219 + 6 + 0.9 * 120) / 1024, 2)
    assert round(log) == 30


def test_the_page_shows_the_run_that_is_kept() -> None:
    assert "No run of it is kept" in city_page({"benches": {"pages": {}}})
    figure: dict[str, Any] = {"name": "errors", "value": 3, "unit": "", "aim": "<= 0", "ratio": None, "bound": None}
    run = {"at": "2026-11-29T17:00:00Z", "load": 9.0, "figures": [figure | {"met": False}, figure | {"met": True}]}
    part = run | {"at": "2026-11-30T17:00:00Z", "figures": []}
    shown = city_page({"machine": {"cpus": 2, "memoryGb": 16}, "benches": {"city": run, "city, 0.1 of it": part}})
    assert "| errors | **3** | <= 0 |" in shown
    assert "| errors | 3 | <= 0 |" in shown
    assert "load of the machine was 9.0" in shown
