"""Requests of persons, judged: who can ask, how it was looked, what is withheld and until when it is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.protocol.fields import field_faults
from shared.protocol.judge import Allowed, Refused, judge
from shared.protocol.model import State
from shared.protocol.registering import registered, registration_faults, registration_fields
from shared.protocol.request_kinds import IDENTITY_METHODS, REQUEST_KINDS
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.of_requests import ACCESS, DEAD, MORE, OTHERWISE, known
from tests.protocol.signals import KNOWN, TODAY, complete, facts_for

GOOD = {
    "kind": "access",
    "firstReceivedOn": "2026-01-05",
    "channel": "desk",
    "capacity": "self",
    "name": "Wilhelmina Zonneveld",
    "address": "Zandhoek 17",
    "asks": "Wat heeft u over mij?",
}
ASKER = {"askerName": "Ton Zonneveld", "askerAddress": "Zandhoek 17"}


def refused(**more: Any) -> list[str]:
    """The codes of what is wrong with a registration."""
    fields = {name: one for name, one in (GOOD | more).items() if one is not None}
    faults = field_faults("art. 10 lid 4", registration_fields(MIDDEN_DELFLAND.choices), fields, "oov", ())
    faults = faults or registration_faults(registered(fields), TODAY)
    return sorted(one.code or "" for one in faults)


@pytest.mark.allowed("R-3.1", "R-10.7")
def test_what_can_be_registered() -> None:
    assert refused() == refused(department="sociale-zaken", bornOn="1961-03-04") == []
    assert refused(capacity="parent", bornOn="2015-06-01", **ASKER) == []
    for capacity in ("curator", "representative", "lawyer", "deceased"):
        assert refused(capacity=capacity, **ASKER) == []
    for kind in REQUEST_KINDS:
        assert refused(kind=kind, against="V-00000-00001" if kind == "bezwaar" else None) == []


@pytest.mark.refused("R-3.1", "R-10.7")
@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"firstReceivedOn": "2026-01-11"}, ["received-ahead"]),
        ({"firstReceivedOn": None}, ["missing"]),
        ({"bornOn": "2026-01-06"}, ["born-ahead", "child-asks"]),
        ({"bornOn": "2015-06-01"}, ["child-asks"]),
        ({"capacity": "parent", **ASKER}, ["not-a-child"]),
        # On the day on which it came in he is sixteen.
        ({"capacity": "parent", "bornOn": "2010-01-05", **ASKER}, ["not-a-child"]),
        ({"capacity": "lawyer"}, ["asker-missing"]),
        ({"capacity": "lawyer", "askerName": "Mr. Zon"}, ["asker-missing"]),
        (ASKER, ["asker-not-asked"]),
        ({"kind": "bezwaar"}, ["against-missing"]),
        ({"against": "V-00000-00001"}, ["against-not-asked"]),
        ({"kind": "wraak"}, ["does-not-fit"]),
        ({"name": "  ", "asks": ""}, ["does-not-fit", "missing"]),
        # There is nowhere to put a copy of a document, or a number.
        ({"copy": "JVBERi0", "bsn": "123456782"}, ["not-asked", "not-asked"]),
    ],
)
def test_what_cannot(more: dict[str, Any], codes: list[str]) -> None:
    assert refused(**more) == codes


@pytest.mark.refused("R-10.7")
def test_nothing_is_looked_for_before_it_is_known_who_asks() -> None:
    for key in ("request-record", "request-holder", "request-search-done", "request-item", "request-weighed"):
        decision = MIDDEN_DELFLAND.decision(key)
        assert decision is not None
        assert State.REQUEST_RECEIVED not in decision.states
    assert not any("kopie" in one or "foto" in one for one in IDENTITY_METHODS.values())


def established(capacity: str = "self", **fields: Any) -> Allowed | Refused:
    decision = MIDDEN_DELFLAND.decision("request-identity")
    assert decision is not None
    outcome = decision.outcome("established")
    assert outcome is not None
    attempt = complete(MIDDEN_DELFLAND, decision, outcome, "oov")
    request = replace(ACCESS, fields={**ACCESS.fields, "capacity": capacity})
    facts = replace(KNOWN, **known(request))
    return judge(
        MIDDEN_DELFLAND, State.REQUEST_RECEIVED, replace(attempt, fields={**attempt.fields, **fields}), _OOV, facts
    )


_OOV = frozenset({"oov"})


@pytest.mark.allowed("R-10.7")
def test_who_asks_for_another_shows_that_he_may() -> None:
    assert isinstance(established(), Allowed)
    assert isinstance(established("parent", mandate="parental-authority"), Allowed)
    assert isinstance(established("lawyer", mandate="lawyer"), Allowed)
    assert isinstance(established("representative", mandate="written"), Allowed)


@pytest.mark.refused("R-10.7")
@pytest.mark.parametrize(
    ("capacity", "mandate"),
    [("parent", None), ("representative", "lawyer"), ("self", "written"), ("curator", "waarheid")],
)
def test_who_does_not_show_it_is_not_looked_for(capacity: str, mandate: str | None) -> None:
    found = established(capacity, **({"mandate": mandate} if mandate else {}))
    assert isinstance(found, Refused)
    assert found.faults[0].field == "fields.mandate"


@pytest.mark.refused("R-10.7")
@pytest.mark.parametrize("on", ["2026-01-04", "2026-01-11", None])
def test_when_more_was_asked_the_day_on_which_it_came_is_known(on: str | None) -> None:
    decision = MIDDEN_DELFLAND.decision("request-identity")
    assert decision is not None
    outcome = decision.outcome("established")
    assert outcome is not None
    attempt = complete(MIDDEN_DELFLAND, decision, outcome, "oov")
    fields = dict(attempt.fields) | ({"completeOn": on} if on else {})
    facts = replace(KNOWN, **known(ACCESS, decisions=(MORE,)))
    judged = judge(MIDDEN_DELFLAND, State.REQUEST_RECEIVED, replace(attempt, fields=fields), _OOV, facts)
    assert isinstance(judged, Refused)
    assert [one.code for one in judged.faults] == ["known-when-complete"]
    good = replace(attempt, fields=dict(attempt.fields) | {"completeOn": "2026-01-08"})
    assert isinstance(judge(MIDDEN_DELFLAND, State.REQUEST_RECEIVED, good, _OOV, facts), Allowed)


@pytest.mark.refused("R-10.2")
@pytest.mark.parametrize("how", [["lookup"], ["by-number"], ["free-text", "nothing-readable"]])
def test_a_service_has_not_answered_before_its_free_text_was_gone_through(how: list[str]) -> None:
    judged = _with("request-holder", "nothing", lookedHow=how)
    assert isinstance(judged, Refused)
    assert [one.code for one in judged.faults] == ["text-was-gone-through"]
    assert isinstance(_with("request-holder", "nothing", lookedHow=["lookup", "nothing-readable"]), Allowed)


@pytest.mark.allowed("R-10.12")
@pytest.mark.refused("R-10.12")
@pytest.mark.parametrize("key", ["request-withhold", "request-neutral"])
def test_a_right_is_set_aside_on_a_ground_for_a_while(key: str) -> None:
    outcome = {"request-withhold": "withheld", "request-neutral": "neutral"}[key]
    allowed = _with(key, outcome)
    assert isinstance(allowed, Allowed)
    assert allowed.needs_co_signer == ("privacy-officer",)
    wrong: list[dict[str, Any]] = [
        {"grounds": []},
        # One of the ten of article 26, and none of the five here.
        {"grounds": ["f"]},
        {"necessity": " "},
        {"proportionality": None},
        {"reviewOn": TODAY.isoformat()},
        {"reviewOn": (TODAY + timedelta(days=120)).isoformat()},
    ]
    for one in wrong:
        assert isinstance(_with(key, outcome, **one), Refused), one


@pytest.mark.refused("R-10.4")
def test_what_was_asked_decides_what_can_be_answered() -> None:
    assert isinstance(_with("request-item", "done"), Allowed)
    facts = replace(KNOWN, **OTHERWISE["request-item", "given"])
    assert isinstance(_with("request-item", "done", facts=facts), Refused)
    dead = replace(KNOWN, **known(DEAD))
    assert isinstance(_with("request-not-handled", "unfounded", facts=dead), Refused)
    assert isinstance(_with("request-not-handled", "deceased", facts=dead), Allowed)


def _with(key: str, outcome: str, facts: Any = None, **fields: Any) -> Allowed | Refused:
    decision = MIDDEN_DELFLAND.decision(key)
    assert decision is not None
    answer = decision.outcome(outcome)
    assert answer is not None
    attempt = complete(MIDDEN_DELFLAND, decision, answer, "oov")
    attempt = replace(attempt, fields=dict(attempt.fields) | fields)
    return judge(MIDDEN_DELFLAND, decision.states[0], attempt, _OOV, facts or facts_for(decision, answer))


@pytest.mark.refused("R-10.6")
@pytest.mark.parametrize("days", [29, 40])
def test_a_term_is_not_extended_after_it(days: int) -> None:
    request = replace(ACCESS, fields={**ACCESS.fields, "firstReceivedOn": (TODAY - timedelta(days=days)).isoformat()})
    judged = _with("request-extend", "extended", facts=replace(KNOWN, **known(request)))
    assert isinstance(judged, Refused)
    assert judged.faults[0].code == "extended-in-time"
    assert date.fromisoformat("2026-01-10") == TODAY
