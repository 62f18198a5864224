"""What a page of composing offers: for this receiver, only what he may have and for a task and on a basis of his own."""

from __future__ import annotations

from typing import Any, cast

import pytest
from starlette.datastructures import FormData

from services.portal.calls import Calls
from services.portal.menu import menu
from services.portal.people import People
from services.portal.read import Read
from services.portal.seen import Opened
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.passing_on import NOBODY, asked, given, receivers
from services.portal.use_cases.questions import QUESTION_RECORD, Questions
from services.portal.use_cases.shares import missing_in
from services.portal.use_cases.sharing import Composing
from shared.engine.shares import FIELDS
from shared.protocol.fields import schema
from tests.protocol.laws import MIDDEN_DELFLAND as LAW

OUTCOME: dict[str, Any] = {
    "key": "no-task",
    "answer": "nee",
    "article": "art. 12 lid 4",
    "forwarding": ["partner"],
    "onlyTo": None,
    "urgent": ["politie"],
    "shares": True,
    "missing": [],
    "leadsTo": "ended",
    "fields": {"properties": {}},
}


def dossier(allowed: dict[str, list[str]] | None = None, **more: Any) -> Opened:
    entitled = {
        one: {"tasks": LAW.choices.tasks_of(one), "bases": LAW.choices.bases_for(one), "urgent": {}}
        for one in LAW.choices.receivers
    }
    opened = {
        "version": 3,
        "state": "weging-2a",
        "decisions": [],
        "records": [],
        "recipients": {kind: {one: LAW.called(one) for one in names} for kind, names in LAW.organisations.items()},
        "entitled": entitled,
        "shareable": ["report", "item-4"],
        "concerns": {"report": ["S1", "O1"], "item-4": ["S2"]},
        "personFields": list(FIELDS),
        "allowed": allowed,
    }
    view = {
        "subjects": {"S1": {"name": "Roos", "address": None}, "S2": {"name": "Jan", "occupation": "klusser"}},
        "objects": {"O1": {"kind": "building", "address": "Molenweg 5", "description": None}},
        "items": {"item-4": {"finding": "Er komen busjes."}},
    }
    return Opened("assessment", "S-7K3MQ-9XD4T", view, opened | more, [])


def names(controls: Any, name: str) -> list[str]:
    (one,) = [one for one in controls if one.name == name]
    return [code for code, _ in one.options] or [code for part in one.parts for code, _ in part.options]


def test_of_each_person_single_fields_go_along_those_that_are_known() -> None:
    offered = asked(dossier(), OUTCOME, "partner:politie")
    assert names(offered, "forwarding.items") == ["report", "item-4"]
    assert names(offered, "forwarding.concerning") == ["S1.name", "O1", "S2.name", "S2.occupation"]
    assert set(names(offered, "forwarding.task")) == set(LAW.choices.tasks_of("politie"))


@pytest.mark.refused("R-20.1")
def test_what_check_2a_refuses_a_receiver_is_not_offered_nor_whom_it_concerns() -> None:
    """Also who gets nothing at all is offered nothing."""
    found = dossier({"politie": ["item-4"]})
    offered = asked(found, OUTCOME, "partner:politie")
    assert names(offered, "forwarding.items") == ["item-4"]
    assert names(offered, "forwarding.concerning") == ["S2.name", "S2.occupation"]
    assert names(asked(found, OUTCOME, "partner:douane"), "forwarding.items") == []


def test_a_paper_offers_what_its_readers_may_have() -> None:
    category = LAW.category("paper")
    assert category is not None
    record = {"category": "paper", "name": "stuk", "about": ["report"], "finding": True, "composed": True}
    record |= {"fields": schema(category.fields), "missing": []}
    dossiers = Dossiers(cast(Calls, None), People(None))
    before = dossiers.recorded(dossier(), record)
    assert names(before, "fields.items") == ["report", "item-4"]
    since = dossiers.recorded(dossier({"lot-member": ["report"], "politie": ["item-4"]}), record)
    assert names(since, "fields.items") == ["report"]
    assert names(since, "fields.concerning") == ["S1.name", "O1"]


def test_an_answer_that_means_one_receiver_offers_no_other() -> None:
    found = dossier()
    assert list(receivers(found, OUTCOME | {"onlyTo": "politie"})) == ["partner:politie"]
    assert len(receivers(found, OUTCOME)) == len(LAW.organisations["partner"])


def test_only_where_it_can_go_at_once_is_asked_for_the_fact() -> None:
    for to, expected in (("partner:politie", True), ("partner:douane", False)):
        found = [one.name for one in asked(dossier(), OUTCOME, to)]
        assert ("forwarding.urgentBecause" in found) is expected


def test_to_nobody_asks_why_and_nothing_else() -> None:
    assert [one.name for one in asked(dossier(), OUTCOME, NOBODY)] == ["forwarding.noneBecause"]
    assert given(FormData([("forwarding.noneBecause", "Niemand.")])) == {"noneBecause": "Niemand."}


def test_nobody_goes_along_unless_he_is_chosen() -> None:
    sent = [("forwarding.recipient", "partner:politie"), ("forwarding.items", "report")]
    chosen = [*sent, ("forwarding.concerning.who", "some")]
    assert given(FormData([*chosen]))["concerning"] == []
    assert given(FormData([*chosen, ("forwarding.concerning", "S1.name")]))["concerning"] == ["S1.name"]
    everybody = FormData([*sent, ("forwarding.concerning.who", "all"), ("forwarding.concerning", "S1.name")])
    assert "concerning" not in given(everybody), "all that the items concern"


def test_what_can_be_shared_is_listed_and_beside_what_cannot_yet_what_it_waits_for() -> None:
    one = {
        "key": "weging-2a",
        "question": "Taak?",
        "article": "art. 12",
        "together": False,
        "about": [],
        "missing": [],
        "outcomes": [OUTCOME, OUTCOME | {"key": "task", "shares": False}],
    }
    paper = {"category": "paper", "name": "stuk", "composed": True, "missing": ["er is geen overleg"]}
    now, later = Composing.offered(dossier(decisions=[one], records=[paper]))
    assert [row["address"] for row in now] == ["/dossiers/S-7K3MQ-9XD4T/delen/weging-2a?antwoord=no-task"]
    assert [row["missing"] for row in later] == [["er is geen overleg"]]


def test_a_question_is_asked_of_each_source_about_each_who_was_chosen() -> None:
    category = LAW.category(QUESTION_RECORD)
    assert category is not None
    record = {
        "category": QUESTION_RECORD,
        "about": ["report", "S1", "O1"],
        "fields": schema(category.fields),
        "missing": [],
    }
    asking = Questions.asked(dossier(records=[record]))
    first, second = asking.sources[:2]
    filled = FormData(
        [
            (first.about.name, "S1"),
            (first.about.name, "O1"),
            (first.question.name, "Is er iets?"),
            (second.question.name, "En hier?"),
            ("fields.answerBy", "2026-12-12"),
        ]
    )
    items = Questions.items(asking, filled)
    assert [(one["fields"]["source"], one["about"], one["finding"]) for one in items] == [
        (first.code, "S1", "Is er iets?"),
        (first.code, "O1", "Is er iets?"),
        (second.code, "report", "En hier?"),
    ]
    assert {one["fields"]["answerBy"] for one in items} == {"2026-12-12"}


def test_what_is_left_out_is_said() -> None:
    share = {"items": [], "left_out": 2, "left_out_concerned": 1, "concerned_in_part": 1}
    assert Read.of_share(share).left_out == [
        "2 gegevens uit hetzelfde dossier",
        "naam en adres van één persoon of object in de gegevens hierboven",
        "een deel van wat bekend is van één persoon hierboven",
    ]
    assert Read.of_share({"items": []}).left_out == []


@pytest.mark.parametrize(
    ("sent", "places"),
    [
        ({}, ["outcome"]),
        ({"outcome": "refused"}, ["reason"]),
        ({"outcome": "accepted", "reason": "no-capacity"}, ["reason"]),
        ({"outcome": "accepted"}, []),
        ({"outcome": "refused", "reason": "no-capacity"}, []),
    ],
)
def test_an_answer_that_lacks_something_says_what_at_its_field(sent: dict[str, str], places: list[str]) -> None:
    found = missing_in(FormData(sent))
    assert [name for name, _ in (found.faults if found else ())] == places


def test_each_finds_in_the_bar_what_is_his() -> None:
    def bar(*roles: str) -> list[str]:
        return [one.address for one in menu(roles)]

    everybody = ["/", "/protocol"]
    assert bar("oov") == ["/", "/overleggen", "/verstrekkingen", "/verzoeken", "/protocol"]
    assert bar("department-wonen", "lot-member") == ["/", "/overleggen", "/ontvangen", "/protocol"]
    assert bar("bronhouder-benefits") == bar() == everybody
