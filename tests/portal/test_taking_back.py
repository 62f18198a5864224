"""Taking a decision back: offered to who recorded it, said to the others, and what was typed stands where it was typed."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import FormData

from services.portal.calls import Said
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import COOKIE, Session
from services.portal.use_cases.destruction import ListOpened
from tests.portal.conftest import SAME
from tests.portal.keeping import session_of
from tests.protocol.laws import MIDDEN_DELFLAND

NUMBER = "S-7K3MQ-9XD4T"
DUTY = {"number": "D-7K3MQ-9XD4T", "subject": "S1", "state": "duty-open", "dueOn": "2026-12-01"}


def back(decision: str, by: str) -> dict[str, Any]:
    until = "2026-11-29T10:00:00+00:00"
    return {"name": "withdraw", "decision": decision, "by": by, "says": f"besluit {decision}", "until": until}


OFFERED: dict[str, Any] = {
    "state": "weging-1",
    "version": 7,
    "inOneGo": 0,
    "decisions": [],
    "records": [],
    "shareable": [],
    "actions": [back("one", "u-1"), back("two", "u-1"), back("three", "u-abcdef")],
}
BREACH: dict[str, Any] = {"number": "I-7K3MQ-9XD4T", "state": "incident-open", "kind": "by-hand", "begunBy": "u-1"}
BREACH |= {"discoveredAt": "2026-11-27T10:00:00+00:00", "deadline": None, "clock": None, "keptUntil": None}
LIST: dict[str, Any] = {
    "listedOn": "2026-11-27",
    "state": "listed",
    "approveBefore": "2026-12-27",
    "ultimateOn": "2027-01-27",
}
LIST |= {"escalated": False, "toDecide": []}


def drawn(template: str, filled: FormData, **shown: Any) -> str:
    session = Session("resume", "u-1", ("fg",), csrf="the-token")
    usual: dict[str, Any] = {"session": session, "trouble": None, "kept": None, "done": None, "filled": filled}
    return Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(template).render(**usual | shown)


@pytest.mark.parametrize("page", ["breach", "list", "closed"])
def test_it_is_offered_to_who_recorded_it_and_the_others_read_until_when_and_by_whom(page: str) -> None:
    sent = FormData([("decision", "two"), ("reason", "Ik vergiste me.")])
    match page:
        case "breach":
            entry = Opened("oversight", "I-7K3MQ-9XD4T", BREACH, OFFERED, [])
            found, who = drawn("datalekken/datalek.html", sent, entry=entry), "u-abcdef"
        case "list":
            found = drawn("vernietiging/lijst.html", sent, list=ListOpened("oversight", "a-list", LIST, OFFERED, []))
            who = "u-abcdef"
        case _:
            closed = Opened("casework", NUMBER, {}, OFFERED | {"state": "closed"}, [])
            found, who = drawn("dossier/gesloten.html", sent, dossier=closed), "medewerker abcdef"
    forms = re.findall(r"<form method=\"post\" action=\"[^\"]*/intrekken\">.*?</form>", found, re.S)
    assert [re.findall(r'name="decision" value="(\w+)"', one) for one in forms] == [["one"], ["two"]]
    assert ["Ik vergiste me." in one for one in forms] == [False, True], "only where it was typed"
    text = " ".join(re.sub(r"<[^>]*>", "", found).split())
    until = "wordt definitief op 29 november 2026, 11.00 uur."
    assert text.count(f"{until} Tot dan kunt u het ongedaan maken.") == 2
    assert f"Besluit three: {until} Tot dan kan wie het vastlegde, het ongedaan maken: {who}." in text


async def test_after_a_refusal_the_dossier_is_as_it_was(
    app: FastAPI, somebody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The duties to inform were not on it, as if there were none."""

    async def answers(method: str, _: Session, service: str, path: str, *more: Any, **named: Any) -> Said:
        if method == "POST":
            return Said(409, {"detail": "De tijd om in te trekken is voorbij."})
        if service == "rights":
            return Said(200, {"duties": [DUTY]})
        view = {"phase": 1, "subjects": {"S1": {"name": "Jan Wilgenroos"}}, "objects": {}, "items": {}}
        return Said(200, {"dossier": view, "openDecisions": OFFERED | {"concerns": {}}, "decisions": []})

    monkeypatch.setattr(app.state.calls, "_asked", answers)
    session = await session_of(app, somebody.cookies[COOKIE])
    session.purposes = {NUMBER: "weging"}
    await app.state.sessions.save(session)
    sent = {"csrf": "the-token", "version": "7", "decision": "one", "reason": "Ik vergiste me."}
    refused = await somebody.post(f"/dossiers/{NUMBER}/intrekken", data=sent, headers=SAME)
    assert refused.status_code == 400
    assert "De tijd om in te trekken is voorbij." in refused.text
    assert f'<a href="/dossiers/{DUTY["number"]}">S1 – Jan Wilgenroos</a>' in refused.text
    assert refused.text.count("Ik vergiste me.") == 1
