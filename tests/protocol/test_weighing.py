"""Weging 1 and 2A: what for first, on what signs, and by which power."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.protocol.facts import Facts, Item
from shared.protocol.judge import Allowed, Refused, judge
from shared.protocol.law import law_of
from shared.protocol.model import Law, State
from shared.protocol.records import Record, judge_record
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN, TODAY, complete

REPORTED = replace(KNOWN, decisions=(), items=KNOWN.items[:1])
RECORDED = replace(REPORTED, items=(*REPORTED.items, Item("item-2", "bag", "O1")))
SIGN = {"betrokkenheid": "O1 is in elke waarneming de plek."}


def weighed(facts: Facts = REPORTED, law: Law = MIDDEN_DELFLAND, **fields: Any) -> list[str]:
    """The fields of weging 1 with which something is wrong."""
    decision = law.decision("weging-1")
    assert decision is not None
    good = complete(law, decision, decision.outcomes[0])
    attempt = replace(good, fields={**good.fields, **fields})
    judged = judge(law, State.WEGING_1, attempt, frozenset({"oov"}), facts)
    return [one.field for one in judged.faults] if isinstance(judged, Refused) else []


# --- the purpose first ------------------------------------------------------------------------------------


@pytest.mark.allowed("R-T.8")
@pytest.mark.refused("R-T.8")
def test_nothing_is_recorded_before_the_purpose() -> None:
    record = Record("bag", "O1", "Eén gebouw.")
    early = judge_record(MIDDEN_DELFLAND, State.RECEIVED, record, "oov", REPORTED)
    assert [(one.code, one.article) for one in early] == [("purpose-first", "art. 1")]
    assert judge_record(MIDDEN_DELFLAND, State.WEGING_1, record, "oov", REPORTED) == []


@pytest.mark.allowed("R-T.8")
@pytest.mark.refused("R-T.8")
def test_no_source_excludes_other_sources() -> None:
    assert weighed(sources=["none"]) == []
    assert weighed(RECORDED, sources=["none", "bag"]) == ["fields.sources"]
    assert weighed(RECORDED, sources=["none"]) == ["fields.sources"], "of one there is a record"


@pytest.mark.allowed("R-T.8")
@pytest.mark.refused("R-T.8")
def test_a_source_that_was_consulted_has_a_record() -> None:
    assert weighed(RECORDED, sources=["bag"]) == []
    assert weighed(RECORDED, sources=["bag", "kvk-open"]) == ["fields.sources"]
    assert weighed(REPORTED, sources=["bag"]) == ["fields.sources"]


# --- indicators -------------------------------------------------------------------------------------------


@pytest.mark.allowed("R-T.9")
@pytest.mark.refused("R-T.9")
def test_weging_1_names_indicators_each_with_words_and_what_speaks_against() -> None:
    assert weighed(indicators=SIGN) == weighed(indicators=SIGN | {"geur": "Aceton, bij O1."}) == []
    for wrong in ({}, None, SIGN | {"geur": " "}, SIGN | {"voorgevoel": "Zo'n gevoel."}, ["betrokkenheid"]):
        assert weighed(indicators=wrong) == ["fields.indicators"], wrong
    for nothing in (None, "", " "):
        assert weighed(against=nothing) == ["fields.against"]


@pytest.mark.allowed("R-T.9")
@pytest.mark.refused("R-T.9")
def test_one_indicator_says_how_it_is_anchored_unless_the_municipality_asks_none() -> None:
    assert weighed(indicators={"geur": "Aceton, bij O1."}) == ["fields.indicators"]
    groups = tuple(replace(one, needed=False) for one in MIDDEN_DELFLAND.choices.indicators)
    law = law_of(replace(MIDDEN_DELFLAND.choices, indicators=groups))
    assert weighed(law=law, indicators={"geur": "Aceton, bij O1."}) == []


@pytest.mark.parametrize("version", LAWS.versions)
def test_the_library_is_shown_beside_the_question(version: str) -> None:
    law = LAWS.of(version)
    decision = law.decision("weging-1")
    assert decision is not None
    shown = " ".join(decision.guidance)
    for group in law.choices.indicators:
        assert all(name in shown for name in group.named.values())


# --- powers -----------------------------------------------------------------------------------------------


@pytest.mark.allowed("R-T.10")
@pytest.mark.refused("R-T.10")
def test_a_power_is_chosen_from_the_list_of_the_municipality() -> None:
    decision = MIDDEN_DELFLAND.decision("weging-2a")
    assert decision is not None
    good = complete(MIDDEN_DELFLAND, decision, decision.outcomes[0])
    for powers, may in ((["sluiting-drugspand"], True), (["x"], False), ("x", False), ([], False)):
        judged = judge(
            MIDDEN_DELFLAND, State.WEGING_2A, replace(good, fields={"powers": powers}), frozenset({"oov"}), REPORTED
        )
        assert isinstance(judged, Allowed) == may
    assert all(one.law and one.article and one.organ for one in MIDDEN_DELFLAND.choices.powers.values())


@pytest.mark.allowed("R-T.10")
@pytest.mark.refused("R-T.10")
def test_an_intervention_rests_on_a_power_of_that_list() -> None:
    fields = {"department": "wonen", "plannedOn": "2026-02-01", "subjects": ["S1"]}

    def wrong(**more: str) -> list[str]:
        record = Record("intervention", "O1", "Controle.", fields=fields | more)
        return [one.field for one in judge_record(MIDDEN_DELFLAND, State.PLAN, record, "oov", KNOWN)]

    assert wrong(instrument="toezicht-huisvesting") == []
    assert wrong(instrument="x") == ["fields.instrument"]
    assert wrong() == ["fields.instrument"]


@pytest.mark.allowed("R-T.10")
@pytest.mark.refused("R-T.10")
def test_what_stands_on_the_internet_has_address_day_and_how_it_was_found() -> None:
    good = {"url": "https://voorbeeld.nl/aanbod", "seenOn": TODAY.isoformat(), "foundBy": "Gezocht op het adres."}

    def wrong(fields: dict[str, str]) -> list[str]:
        record = Record("internet", "O1", "Te huur.", fields=fields)
        return [one.field for one in judge_record(MIDDEN_DELFLAND, State.PHASE_2, record, "oov", KNOWN)]

    assert wrong(good) == []
    for name in good:
        assert wrong({key: one for key, one in good.items() if key != name}) == [f"fields.{name}"]
    assert wrong(good | {"url": "voorbeeld"}) == ["fields.url"]
    assert wrong(good | {"seenOn": "2026-01-11"}) == ["fields.seenOn"]
