"""The pages by which a holder answers a request of a person, and by which one is put before him (R-10.1, R-10.2)."""

from __future__ import annotations

from typing import Any, cast

import httpx
import pytest
from starlette.datastructures import FormData

from services.portal.calls import Calls, Said
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.answered import PageParts
from services.portal.use_cases.answering import AnswerPages, PutBefore
from shared.errors import Conflict, NotFound
from tests.portal.test_requests import Answering
from tests.protocol.laws import MIDDEN_DELFLAND

SIGNAL, REQUEST = "S-7K3MQ-9XD4T", "V-7K3MQ-9XD4T"
FOUND: dict[str, Any] = {
    "request": REQUEST,
    "number": SIGNAL,
    "kind": "access",
    "askedAt": "2026-11-20T10:00:00+00:00",
    "answerBy": "2026-11-30",
    "requester": {"name": "Wilhelmina Zonneveld", "address": "Zandhoek 17", "bornOn": "1961-03-04"},
    "subjects": {"S1": {"name": "W. Zonneveld"}, "S2": {"name": "Piet Paardenbloem"}},
    "objects": {"O1": {"kind": "schuur", "address": "Dorpsstraat 1"}},
    "items": {
        "report": {"category": "report", "finding": "Zij sjouwt tonnen."},
        "item-2": {"category": "internet", "finding": "Piet adverteert."},
    },
    "about": {"S1": ["report"], "S2": ["report", "item-2"]},
}
SOMEBODY = Session("resume", "u-1", ("oov",))


def pages(said: Said) -> tuple[AnswerPages, Answering]:
    holder = Answering(said)
    return AnswerPages(cast(Calls, holder), MIDDEN_DELFLAND), holder


def drawn(template: str, **shown: Any) -> str:
    usual = {"session": SOMEBODY, "trouble": None, "done": None, "filled": FormData()}
    found = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(template)
    return found.render(**(usual | shown))


@pytest.mark.allowed("R-10.1", "R-10.2")
async def test_who_he_is_is_chosen_first_and_what_the_file_says_of_him_is_chosen_then() -> None:
    answering, holder = pages(Said(200, FOUND))
    put = await answering.one(SOMEBODY, "assessment", SIGNAL, REQUEST)
    assert holder.asked == [("assessment", f"/v1/signals/{SIGNAL}/person-requests/{REQUEST}", "verzoek")]
    first = drawn("requests/beantwoorden.html", put=put, asked=answering.asked(put))
    assert "Wilhelmina Zonneveld" in first
    assert f'href="/voorgelegd/assessment/{SIGNAL}/{REQUEST}?wie=S1"' in first
    assert 'name="items"' not in first
    put = await answering.one(SOMEBODY, "assessment", SIGNAL, REQUEST, "S1")
    form = drawn("requests/beantwoorden.html", put=put, asked=answering.asked(put), filled=answering.begun(put))
    assert 'value="report" checked' in form
    assert 'value="item-2" checked' not in form
    filled = FormData(
        [
            ("items", "report"),
            ("objects", "O1"),
            ("summaries.report", "U sjouwt."),
            ("summaries.item-2", " "),
            ("looked", "Alles."),
        ]
    )
    assert await answering.send(SOMEBODY, put, filled) is None
    assert holder.asked[-1][2] == {
        "outcome": "about",
        "looked": "Alles.",
        "subject": "S1",
        "items": ["report"],
        "objects": ["O1"],
        "summaries": {"report": "U sjouwt."},
    }


@pytest.mark.allowed("R-10.2")
async def test_nobody_in_the_file_is_an_answer_too() -> None:
    answering, holder = pages(Said(201, {}))
    put = PutBefore("casework", FOUND)
    assert [one.name for one in answering.asked(put)] == ["looked"]
    assert await answering.send(SOMEBODY, put, FormData([("looked", "Alles gelezen.")])) is None
    assert holder.asked[-1][2] == {"outcome": "not-about", "looked": "Alles gelezen."}


class ByAddress:
    """A reader of what is sealed, and rights, which says who asks."""

    def __init__(self, said: dict[str, Said]) -> None:
        self.said, self.asked = said, list[tuple[str, str, Any]]()

    async def get(self, _: Session, service: str, path: str, purpose: str | None = None) -> Said:
        self.asked.append((service, path, purpose))
        return self.said[service]

    async def post(self, _: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        self.asked.append((service, path, body))
        return Said(201, {})


@pytest.mark.allowed("R-10.1", "R-10.2")
@pytest.mark.refused("R-10.2")
async def test_what_is_sealed_is_read_by_who_reads_it_and_who_asks_is_told_by_rights() -> None:
    sealed = {name: one for name, one in FOUND.items() if name != "requester"} | {"until": "2026-11-27T10:00:00+00:00"}
    person = {"name": "Wilhelmina Zonneveld", "address": "Zandhoek 17"}
    holder = ByAddress({"sources": Said(200, sealed), "rights": Said(200, {"person": person})})
    answering = AnswerPages(cast(Calls, holder), MIDDEN_DELFLAND)
    put = await answering.one(SOMEBODY, "sources", SIGNAL, REQUEST, "S1", sealed=True)
    assert put.address == f"/voorgelegd/niet-actief/sources/{SIGNAL}/{REQUEST}"
    page = drawn("requests/beantwoorden.html", put=put, asked=answering.asked(put), filled=answering.begun(put))
    assert "Wilhelmina Zonneveld" in page
    assert "niet-actieve omgeving" in page
    assert f'action="{put.address}?wie=S1"' in page
    await answering.send(SOMEBODY, put, FormData([("items", "report"), ("looked", "Alles.")]))
    path = f"/v1/signals/{SIGNAL}/sealed-requests/{REQUEST}"
    assert [one[:2] for one in holder.asked] == [
        ("sources", path),
        ("rights", f"/v1/requests/{REQUEST}"),
        ("sources", f"{path}/answer"),
    ]
    holder.said["rights"] = Said(404, {})
    with pytest.raises(NotFound):
        await answering.one(SOMEBODY, "sources", SIGNAL, REQUEST, sealed=True)
    listed = PageParts({"niet-actief/sources": {"requests": [FOUND], "next": None}}, [])
    assert f'href="{put.address}"' in drawn("requests/voorgelegd.html", found=listed)


@pytest.mark.refused("R-10.1", "R-10.2")
async def test_what_is_wrong_stands_at_its_field_and_what_is_not_there_is_not_found() -> None:
    fault = {"name": "summaries.report", "reason": "hierin is een ander te herkennen", "code": "answer-others"}
    answering, _ = pages(Said(400, {"detail": "Er is niets vastgelegd.", "invalidParams": [fault]}))
    put = PutBefore("casework", FOUND, "S1")
    filled = FormData([("items", "report"), ("summaries.report", "Piet zag u.")])
    trouble = await answering.send(SOMEBODY, put, filled)
    page = drawn("requests/beantwoorden.html", put=put, asked=answering.asked(put), filled=filled, trouble=trouble)
    assert "ierin is een ander te herkennen" in page
    assert "Piet zag u." in page, "nothing typed is lost"
    assert "<details open>" in page
    for said, raised in ((Said(404, {}), NotFound), (Said(409, {"detail": "Dit verzoek is al beantwoord."}), Conflict)):
        with pytest.raises(raised):
            await pages(said)[0].one(SOMEBODY, "assessment", SIGNAL, REQUEST)
    for holder, who in (("rights", None), ("assessment", "S9")):
        with pytest.raises(NotFound):
            await pages(Said(200, FOUND))[0].one(SOMEBODY, holder, SIGNAL, REQUEST, who)


@pytest.mark.refused("R-10.1")
async def test_a_silent_holder_is_a_gap_that_says_so() -> None:
    listed = PageParts({"assessment": {"requests": [FOUND], "next": None}}, ["casework"])
    page = drawn("requests/voorgelegd.html", found=listed)
    assert "Deze pagina is niet volledig" in page
    assert SIGNAL in page
    assert "Zonneveld" not in page, "who asks stands in no list"


@pytest.mark.allowed("R-10.2")
async def test_a_request_is_put_before_a_holder_by_its_number() -> None:
    answering, rights = pages(Said(201, {}))
    assert await answering.put_before(SOMEBODY, REQUEST, FormData([("signal", f" {SIGNAL.lower()} ")])) is None
    assert rights.asked == [("rights", f"/v1/requests/{REQUEST}/signals", {"signal": SIGNAL})]
    with pytest.raises(NotFound):
        await pages(Said(404, {}))[0].put_before(SOMEBODY, REQUEST, FormData([("signal", SIGNAL)]))


@pytest.mark.refused("R-7.3")
@pytest.mark.parametrize(
    "path",
    [
        "/voorgelegd",
        f"/voorgelegd/assessment/{SIGNAL}/{REQUEST}",
        f"/voorgelegd/niet-actief/sources/{SIGNAL}/{REQUEST}",
        f"/verzoeken/{REQUEST}/voorleggen",
    ],
)
async def test_nobody_sees_these_pages_without_a_session(portal: httpx.AsyncClient, path: str) -> None:
    assert (await portal.get(path)).status_code in (302, 303)


@pytest.mark.allowed("R-10.2")
@pytest.mark.refused("R-10.2")
async def test_who_is_silent_is_asked_anew_with_one_button() -> None:
    answering, rights = pages(Said(202, {}))
    await answering.ask_services(SOMEBODY, REQUEST)
    assert rights.asked == [("rights", f"/v1/requests/{REQUEST}/services", {})]
    over = pages(Said(409, {"detail": "Er wordt nu niet naar gegevens gezocht."}))[0]
    with pytest.raises(Conflict):
        await over.ask_services(SOMEBODY, REQUEST)


class Two:
    """Rights, which gives a warrant, and retention, which answers it."""

    def __init__(self, *said: Said) -> None:
        self.said, self.asked = list(said), list[tuple[str, str, Any]]()

    async def post(self, _: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        self.asked.append((service, path, body))
        return self.said.pop(0)


@pytest.mark.allowed("R-10.2")
async def test_what_the_hashes_find_is_put_before_its_holder_with_one_button() -> None:
    found = {
        "more": False,
        "thing": "person",
        "kind": "name",
        "words": "dezelfde naam",
        "signals": [{"number": SIGNAL, "state": "active"}],
    }
    answer = {"results": [found], "rules": [{"rule": "Een voorletter is genoeg."}], "note": "Vrije tekst niet."}
    both = Two(Said(200, {"warrant": "w"}), Said(200, answer))
    told, trouble = await AnswerPages(cast(Calls, both), MIDDEN_DELFLAND).look(SOMEBODY, REQUEST)
    assert trouble is None
    assert [one[:2] for one in both.asked] == [
        ("rights", f"/v1/requests/{REQUEST}/existence-checks"),
        ("retention", "/v1/existence-checks"),
    ]
    page = drawn("requests/gevonden.html", request_number=REQUEST, answer=told)
    assert f'action="/verzoeken/{REQUEST}/voorleggen"' in page
    assert f'value="{SIGNAL}"' in page
    assert "Een voorletter is genoeg." in page


@pytest.mark.refused("R-10.2", "R-10.7")
async def test_what_cannot_be_looked_for_says_why() -> None:
    refused = Said(409, {"detail": "Er wordt nu niet naar gegevens gezocht."})
    told, trouble = await AnswerPages(cast(Calls, Two(refused)), MIDDEN_DELFLAND).look(SOMEBODY, REQUEST)
    assert told is None
    page = drawn("requests/gevonden.html", request_number=REQUEST, answer=None, trouble=trouble)
    assert "Er wordt nu niet naar gegevens gezocht." in page
    often = Said(429, {"detail": "Vraag het later opnieuw.", "again": "2026-11-20T11:00:00+00:00"})
    _, trouble = await AnswerPages(cast(Calls, Two(Said(200, {"warrant": "w"}), often)), MIDDEN_DELFLAND).look(
        SOMEBODY, REQUEST
    )
    assert "Vanaf" in drawn("requests/gevonden.html", request_number=REQUEST, answer=None, trouble=trouble)
    with pytest.raises(NotFound):
        await AnswerPages(cast(Calls, Two(Said(404, {}))), MIDDEN_DELFLAND).look(SOMEBODY, REQUEST)
