"""Pages of the breach register: nothing that is typed on one is lost, and how long an entry stays is said."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import FormData
from starlette.requests import Request

from services.portal.forms import Control
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.drafts import NOTHING_KEPT, OwnDraft
from tests.protocol.laws import MIDDEN_DELFLAND

NUMBER = "I-7K3MQ-9XD4T"
WORDS = "Een map lag op de balie."
FG = Session("resume", "u-1", ("fg",), csrf="the-token")
HAPPENED = Control("text", "fields.happened", "Wat is er gebeurd?")
FACTS: dict[str, Any] = {"key": "breach-facts", "question": "Wat is er gebeurd?", "article": "art. 33 lid 5 AVG"}
RECORDED = {"key": "recorded", "answer": "vastgelegd", "article": None}


def entry(state: str = "incident-open", **view: Any) -> Opened:
    usual = {
        "number": NUMBER,
        "state": state,
        "kind": "by-hand",
        "begunBy": "u-1",
        "discoveredAt": "2026-11-27T10:00:00+00:00",
        "deadline": "2026-11-30T10:00:00+00:00",
        "clock": "nearly",
        "keptUntil": None,
    }
    return Opened("oversight", NUMBER, usual | view, {"state": state, "version": 3, "decisions": [], "actions": []}, [])


def drawn(template: str, **shown: Any) -> str:
    usual: dict[str, Any] = {"session": FG, "trouble": None, "filled": FormData(), "kept": None, "done": None}
    return Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(template).render(**usual | shown)


def form(**more: Any) -> str:
    shown = {"entry": entry(), "decision": FACTS, "outcome": RECORDED, "asked": (HAPPENED,)}
    return drawn("datalekken/besluit.html", **shown | more)


@pytest.mark.allowed("R-8.8")
def test_what_is_typed_about_a_breach_can_be_kept_and_is_there_again() -> None:
    assert 'name="deed" value="draft">Bewaar concept' in form()
    kept = form(draft=OwnDraft(FormData(), "2026-11-28T10:00:00+00:00"), filled=FormData({"fields.happened": WORDS}))
    for one in ("Dit is uw concept van 28 november 2026", "Concept weggooien", WORDS, 'name="draft" value="1"'):
        assert one in kept
    assert "concept van" not in form(draft=NOTHING_KEPT)


def test_what_is_not_accepted_stands_there_still_with_what_came_in_between() -> None:
    decision = {"key": "breach-facts", "outcome": "recorded", "status": "taken", "role": "privacy-officer"}
    between = entry().since(0, "")
    assert between == []
    overtaken = Opened(
        "oversight",
        NUMBER,
        entry().view,
        entry().open,
        [decision | {"version": 3, "takenAt": "2026-11-28T10:00:00+00:00", "recorder": "u-2", "reason": "Nagegaan."}],
    )
    page = form(
        trouble=Trouble("Iemand was u voor.", overtaken=True),
        changes=overtaken.since(2, ""),
        filled=FormData({"fields.happened": WORDS}),
    )
    assert "Er is intussen iets veranderd" in page
    assert WORDS in page
    late = drawn(
        "datalekken/te-laat.html",
        entry=entry(),
        why="Dit is al besloten.",
        changes=[],
        words=[("fields.happened", WORDS)],
    )
    assert WORDS in late
    assert "Er is niets vastgelegd." in late


def test_what_was_typed_when_the_log_in_ended_goes_before_what_a_form_begins_with() -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    request = Request(scope)
    request.state.session, request.state.kept = FG, FormData({"fields.happened": WORDS})
    shown: dict[str, Any] = {"entry": entry(), "decision": FACTS, "outcome": RECORDED, "asked": (HAPPENED,)}
    answer = Pages(MIDDEN_DELFLAND, live=False).show("datalekken/besluit.html", request, filled=FormData(), **shown)
    assert WORDS.encode() in answer.body


@pytest.mark.allowed("R-8.8")
def test_until_when_an_entry_stays_is_said() -> None:
    over = {"clock": None, "deadline": None, "keptUntil": "2031-11-28"}
    page = drawn("datalekken/datalek.html", entry=entry("incident-closed", **over))
    assert "in het register tot en met 28 november 2031" in page
    row = {"number": NUMBER, "notBelieved": False, **entry("incident-closed", **over).view}
    listed = drawn("datalekken/register.html", found={"breaches": [row], "next": None}, asked=())
    assert "in het register tot en met 28 november 2031" in listed
