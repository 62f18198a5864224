"""The pages of "Is er al iets?": what is asked, what is passed on to whom, and what stands beside the answer."""

from __future__ import annotations

from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import FormData

from services.portal.calls import Calls, Said
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import COOKIE, Session
from services.portal.use_cases.existence import ExistencePages
from shared.errors import Conflict
from tests.portal.conftest import SAME
from tests.portal.keeping import session_of
from tests.protocol.laws import MIDDEN_DELFLAND

NUMBER, OTHER = "S-7K3MQ-9XD4T", "S-00000-00002"
VIEW: dict[str, Any] = {"subjects": {"S1": {"name": "Jan Bos"}}, "objects": {"O1": {"address": "Kerkpad 5"}}}
OPEN: dict[str, Any] = {"shareable": [], "concerns": {}, "personFields": [], "state": "received", "version": 1}
WARRANT = Said(
    201, {"warrant": "a.b.c", "until": "2026-11-29T12:00:00Z", "asked": {"S1": ["name"], "typed": ["address"]}}
)


def found(state: str) -> dict[str, Any]:
    signals = [{"number": OTHER, "state": state, "possible": ""}]
    return {"thing": "S1", "kind": "name", "words": "dezelfde naam", "signals": signals, "more": False}


def answered(*results: dict[str, Any]) -> Said:
    return Said(
        200,
        {
            "results": list(results),
            "rules": [{"kind": "name", "rule": "Zo is een naam gelijk."}],
            "note": "Niet alles.",
        },
    )


class Services:
    """What the services answer, in their order, and what was sent to them."""

    def __init__(self, *said: Said) -> None:
        self._said = list(said)
        self.sent: list[tuple[str, str, dict[str, Any]]] = []

    async def post(self, session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        self.sent.append((service, path, body))
        return self._said.pop(0)


def opened(holder: str = "assessment") -> Opened:
    return Opened(holder, NUMBER, VIEW, OPEN, [])


def session() -> Session:
    return Session("resume", "u-1", ("oov",), purposes={NUMBER: "weging"})


def drawn(name: str, **shown: Any) -> str:
    usual: dict[str, Any] = {"session": session(), "trouble": None, "filled": FormData(), "kept": None, "done": None}
    template = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(f"dossier/{name}.html")
    return " ".join(template.render(**usual | {"dossier": opened()} | shown).split())


FILLED = FormData([("about", "S1"), ("typed.address", " Weg 1 "), ("typed.name", ""), ("reason", "Vaker gezien.")])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("active", "/doen/join?others=" + OTHER),
        ("closed", f"/dossiers/{NUMBER}/eerder?signaal={OTHER}"),
        ("sealed", "niet-actief"),
    ],
)
async def test_what_was_asked_goes_to_assessment_and_its_warrant_to_retention(state: str, words: str) -> None:
    services = Services(WARRANT, answered(found(state)))
    answer, trouble = await ExistencePages(cast(Calls, services)).ask(session(), opened(), FILLED)
    assert trouble is None
    asked, checked = services.sent
    assert asked[:2] == ("assessment", f"/v1/signals/{NUMBER}/existence-checks")
    assert asked[2]["about"] == ["S1"]
    assert asked[2]["typed"] == {"address": "Weg 1"}
    assert checked == ("retention", "/v1/existence-checks", {"warrant": "a.b.c"})
    assert answer
    page = drawn("is-er-al-iets-antwoord", answer=answer)
    assert words in page
    for shown in ("Jan Bos: dezelfde naam", OTHER, "Zo is een naam gelijk.", "Niet alles.", "ga het zelf na"):
        assert shown in page
    assert "a.b.c" not in page


async def test_nothing_found_is_said_so() -> None:
    services = Services(WARRANT, answered(found("active") | {"signals": []}))
    answer, _ = await ExistencePages(cast(Calls, services)).ask(session(), opened(), FILLED)
    assert "Er is niets gevonden" in drawn("is-er-al-iets-antwoord", answer=answer)


async def test_who_asked_too_often_reads_when_he_may_again() -> None:
    refused = Said(
        429, {"detail": "U vroeg dit uur 30 keer.", "code": "too-many-checks", "again": "2026-11-29T12:30:00+00:00"}
    )
    pages = ExistencePages(cast(Calls, Services(WARRANT, refused)))
    answer, trouble = await pages.ask(session(), opened(), FILLED)
    assert answer is None
    page = drawn("is-er-al-iets", asked=pages.asked(opened()), trouble=trouble, filled=FILLED)
    assert "U vroeg dit uur 30 keer." in page
    assert "13.30" in page
    assert "Vaker gezien." in page, "what was typed is still there"


async def test_what_is_wrong_with_the_question_stands_at_its_field() -> None:
    wrong = {
        "detail": "Er is niets vastgelegd.",
        "invalidParams": [{"name": "reason", "reason": "ontbreekt", "code": "check-no-reason"}],
    }
    services = Services(Said(400, wrong))
    pages = ExistencePages(cast(Calls, services))
    _, trouble = await pages.ask(session(), opened(), FILLED)
    assert len(services.sent) == 1
    page = drawn("is-er-al-iets", asked=pages.asked(opened()), trouble=trouble, filled=FILLED)
    assert 'id="f-reason-fout"' in page


@pytest.mark.parametrize("holder", ["sources", "casework", "rights"])
def test_in_a_later_phase_it_is_not_asked(holder: str) -> None:
    with pytest.raises(Conflict):
        ExistencePages.asked(opened(holder))


async def test_what_was_found_is_consulted_with_its_number_filled_in_and_a_refusal_leaves_all_that_was_typed(
    app: FastAPI, somebody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of a refused consultation stood in the form of the question whether there is something."""
    fault = {"name": "reason", "reason": "zegt niet waarom", "code": "look-no-reason"}

    async def answers(method: str, _: Session, service: str, path: str, *more: Any, **named: Any) -> Said:
        if path.endswith("/overview"):
            return Said(200, {"dossier": VIEW, "openDecisions": OPEN, "decisions": []})
        assert path == f"/v1/signals/{NUMBER}/consultations"
        if method == "GET":
            return Said(200, {"consultations": []})
        return Said(400, {"detail": "Er is niets gevraagd.", "invalidParams": [fault]})

    monkeypatch.setattr(app.state.calls, "_asked", answers)
    session = await session_of(app, somebody.cookies[COOKIE])
    session.purposes = {NUMBER: "weging"}
    await app.state.sessions.save(session)
    form = await somebody.get(f"/dossiers/{NUMBER}/eerder?signaal={OTHER}")
    assert f'value="{OTHER}"' in form.text
    assert "wilgenroos" not in (await somebody.get(f"/dossiers/{NUMBER}/eerder?signaal=wilgenroos")).text
    sent = {"csrf": "the-token", "case": OTHER, "reason": "Dezelfde schuur."}
    refused = await somebody.post(f"/dossiers/{NUMBER}/eerder", data=sent, headers=SAME)
    assert refused.status_code == 400
    for words in ("Een eerder dossier raadplegen", f'value="{OTHER}"', "Dezelfde schuur.", 'id="f-reason-fout"'):
        assert words in refused.text
