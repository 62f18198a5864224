"""From one page of a case to where it is answered: what is known goes along, and what is judged can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from services.portal.calls import Said
from services.portal.leaving import own
from tests.portal.held import NUMBER, held
from tests.portal.test_pages_of_a_case import SIGNED, shown

TASK = "0f8fad5b-d9cb-469f-a165-70867728950e"
SUPPLEMENT: dict[str, Any] = {
    "key": "riec-supplement",
    "question": "Welke gegevens krijgt het RIEC op zijn vraag?",
    "article": "art. 21",
    "together": False,
    "about": [],
    "choices": [],
    "aboutMany": False,
    "meeting": None,
    "guidance": [],
    "canBeTaken": True,
    "missing": [],
    "outcomes": [
        {
            "key": "given",
            "answer": "de genoemde gegevens",
            "article": "art. 21",
            "missing": [],
            "shares": True,
            "forwarding": [],
            "onlyTo": None,
            "corrects": False,
            "leadsTo": "riec-answer",
            "fields": {
                "required": ["statement"],
                "properties": {"statement": {"title": "Op welke vraag?", "type": "string", "maxLength": 40}},
            },
        }
    ],
}


async def test_a_question_of_the_riec_is_answered_with_data_without_typing_which(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its id was lost on the way to where data are composed, and stood on no page."""
    case = await held(app, monkeypatch, open={"decisions": [SUPPLEMENT]})
    at = f"/dossiers/{NUMBER}/besluiten/riec-supplement?antwoord=given&fields.statement={SIGNED}"
    answer = await case.browser.get(at + "&fields.why=Jan Wilgenroos&then=/x")
    there = answer.headers["Location"]
    assert there == f"/dossiers/{NUMBER}/delen/riec-supplement?antwoord=given&fields.statement={SIGNED}"
    assert f'name="fields.statement" value="{SIGNED}"' in (await case.browser.get(there)).text
    assert own(there) == there, "he comes back to it when he has to log in anew"
    heard = {"id": SIGNED, "kind": "asked", "questions": [], "heardAt": "2026-11-20T10:00:00+00:00"}
    assert f"Kenmerk: {SIGNED}" in shown("riec", {"outside": [heard]})


@pytest.mark.parametrize(("kind", "called"), [("department-question", "Vraag"), ("department-report", "Bevinding")])
async def test_who_answers_a_department_finds_what_it_wrote(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, kind: str, called: str
) -> None:
    """Of what he judges nothing stood there: neither which dossier it is of nor a way to it."""
    no = {"key": "refused", "answer": "nee, en wat er stond wordt vernietigd", "fields": {"properties": {}}}
    asks = {"key": "judge-finding", "question": "Hoort het in het dossier?", "article": "art. 24", "reason": True}
    task: dict[str, Any] = {
        "id": TASK,
        "kind": kind,
        "since": "2026-11-20",
        "dueOn": "2026-11-27",
        "number": NUMBER,
        "item": "item-3",
    }
    task |= {"asks": asks | {"outcomes": [no]}, "besides": [], "records": [], "standBack": None}
    case = await held(app, monkeypatch, answers={f"/v1/tasks/{TASK}": Said(200, task)})
    page = " ".join((await case.browser.get(f"/taken/casework/{TASK}")).text.split())
    assert f'<a href="/dossiers/{NUMBER}/plan">{NUMBER}</a>' in page
    assert f"<dt>{called}</dt><dd>item-3</dd>" in page
    assert "Nee, en wat er stond wordt vernietigd</button>" in page
