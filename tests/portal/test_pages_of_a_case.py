"""The pages of a case in the states that a real house reaches only after long: what comes in is shown, what is not there is not."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from starlette.datastructures import FormData

from services.portal.calls import Calls, Said
from services.portal.forms import Control
from services.portal.pages import Pages
from services.portal.people import People
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.holds import ENDED_ON, REASON
from services.portal.use_cases.intake import RiecIntake
from shared.errors import CaseClosed, Elsewhere
from shared.protocol.fields import schema
from tests.protocol.laws import MIDDEN_DELFLAND

SIGNED = "3f0c7a52-0f0e-4d51-9d0e-2d1f5a4f2f11"
VIEW: dict[str, Any] = {
    "receivedOn": "2026-11-01",
    "phase": 4,
    "workingName": "gele uil",
    "report": {"text": "Een schuur vol."},
    "subjects": {"S1": {"name": "Jan Wilgenroos"}},
    "objects": {},
    "items": {"item-1": {"category": "indication", "about": "O1", "finding": "Er komen busjes."}},
    "plan": [],
    "planVersions": [],
    "quarantine": {},
    "departmentQuestions": {},
    "outside": [],
    "riecCase": False,
    "riecReviewOn": None,
    "riecAnswer": None,
}
ANSWER: dict[str, Any] = {
    "key": "riec-answer",
    "question": "Wat besloot de Ondermijningstafel?",
    "canBeTaken": True,
    "missing": [],
    "outcomes": [{"key": "accepted", "answer": "aangenomen", "missing": []}],
}
HEARD = {"id": SIGNED, "kind": "answered", "outcome": "accepted", "decided_on": "2026-11-20"}


def shown(name: str, view: dict[str, Any], folder: str = "casework", **more: Any) -> str:
    offered = {"decisions": [], "records": [], "actions": [], "state": "riec-answer", "version": 3, "shareable": []}
    dossier = Opened("casework", "S-7K3MQ-9XD4T", VIEW | view, offered, [])
    usual: dict[str, Any] = {"intake": None, "handed_in": [], "answers": [], "decisions": [], "proposal": None}
    usual |= {"package": None, "left_out": {}, "approach": None, "adopted": [], "records": [], "actions": []}
    page: dict[str, Any] = {"session": Session("resume", "u-1", ("oov",)), "trouble": None, "filled": FormData()}
    pages = Pages(MIDDEN_DELFLAND, live=False)
    template = pages._templates.env.get_template(f"{folder}/{name}.html")
    return template.render(dossier=dossier, done=None, **page, **usual | more)


def test_what_only_a_department_decides_is_not_offered_to_who_has_the_file() -> None:
    mine = ANSWER | {"meeting": None, "decidedBy": ["oov"], "outcomes": []}
    theirs = mine | {"key": "progress", "decidedBy": ["department-wonen"]}
    waits, lot = theirs | {"key": "report", "canBeTaken": False}, theirs | {"key": "weging-3", "meeting": "LOT"}
    offered = {"decisions": [theirs, mine, waits, lot], "state": "riec-answer"}
    has_file = Opened("casework", "S-7K3MQ-9XD4T", VIEW, offered, [], frozenset({"oov"}))
    assert [one["key"] for one in (has_file.next, *has_file.can_be_taken, *has_file.waits) if one] == [
        "riec-answer",
        "weging-3",
    ]


def test_a_stop_that_is_refused_gives_back_what_was_filled_in_and_asks_its_ground_there() -> None:
    held = {"id": "h-1", "ground": "objection", "state": "held", "endsOn": "2027-01-31", "items": ["report"]}
    found = {"number": "S-7K3MQ-9XD4T", "state": "sealed", "endsOn": "2027-01-31", "holds": [held]}
    env = Pages(MIDDEN_DELFLAND, live=False)._templates.env
    page = env.get_template("vernietiging/stop.html").render(
        session=Session("resume", "u-1", ("beheerder",)),
        found=found,
        asked=(Control("text", "why", "Waarom?"),),
        ended_on=ENDED_ON,
        reason=REASON,
        may=True,
        done=None,
        about="h-1",
        trouble=Trouble("Er staan bijzondere gegevens in.", (), special=True),
        filled=FormData({"reason": "Hij is ziek.", ENDED_ON.name: "2026-11-28"}),
    )
    mine, _, other = page.partition('id="vraag"')
    assert 'value="2026-11-28"' in mine
    assert "Hij is ziek." in mine
    assert ("specialGrounds" in mine, "specialGrounds" in other) == (True, False)


@pytest.mark.parametrize("name", ["plan", "riec"])
def test_a_case_of_which_nothing_is_known_yet_says_so(name: str) -> None:
    page = shown(name, {})
    said = {"plan": "Er is nog geen interventie vastgelegd", "riec": "Er is nog niets vernomen"}
    assert said[name] in page


def test_what_the_riec_signed_is_filled_in_where_it_is_taken_over() -> None:
    heard = [HEARD | {"heardAt": "2026-11-20T10:00:00+00:00"}]
    page = shown("riec", {"outside": heard, "riecCase": True, "riecReviewOn": "2026-12-24"}, decisions=[ANSWER])
    for words in ("De Ondermijningstafel heeft geantwoord", "aangenomen", "20 november 2026", "24 december 2026"):
        assert words in page
    assert f"antwoord=accepted&fields.statement={SIGNED}&fields.decidedOn=2026-11-20" in page.replace("&amp;", "&")


def test_a_question_of_the_riec_reads_as_words() -> None:
    asks = [{"about": "report", "asks": "current"}, {"about": "form", "asks": "explained"}]
    heard = {"id": SIGNED, "kind": "asked", "questions": asks, "heardAt": "2026-11-20T10:00:00+00:00"}
    page = shown("riec", {"outside": [heard]})
    assert "Is dit nog actueel?" in page
    assert "Om welke vorm van georganiseerde criminaliteit" in page


def test_a_package_says_what_does_not_go_along() -> None:
    dossier = Opened("casework", "S-7K3MQ-9XD4T", VIEW, {"shareable": []}, [])
    package = {"items": [{"item": "report", "category": "report", "about": "report", "text": "Een schuur vol."}]}
    left = RiecIntake.left_out(dossier, package)
    assert left == {"item-1": "item-1 – Er komen busjes."}
    answers = {"form": {"because": "Dat is niet bekend."}, "region": "Ook elders."}
    page = shown("riec", {}, package=package | {"answers": answers, "left_out_concerned": 2}, left_out=left)
    for words in ("Een schuur vol.", "Niet te beantwoorden:", "Ook elders.", "Er komen busjes.", "blijven 2 personen"):
        assert words in page


def test_a_plan_says_what_is_overdue_and_who_said_what() -> None:
    planned = {
        "intervention": "item-1",
        "planVersion": 1,
        "status": "being-done",
        "department": "toezicht-en-handhaving",
        "instrument": "Sluiting",
        "legalBasis": "Opiumwet, artikel 13b",
        "plannedOn": "2026-11-10",
        "overdue": True,
        "progress": {"outcome": "under-way", "since": "2026-11-09"},
    }
    partners = [
        {"partner": "politie", "answer": None},
        {"partner": "toezicht-en-handhaving", "answer": "adopts", "name": "F. Verzonnen", "answeredOn": "2026-11-08"}
        | {"answered": "entered", "how": "mail"},
    ]
    version = {"version": 1, "state": "proposed", "proposedOn": "2026-11-07", "answerBy": "2026-11-30"}
    asked = {"item-2": {"order": "item-1", "question": "Mag het nu?", "answer": None, "dueOn": "2026-11-12"}}
    found = {"finding": "Een kelder.", "fields": {"foundOn": "2026-11-10"}, "dueOn": "2026-11-17", "overdue": True}
    view = {
        "plan": [planned],
        "planVersions": [version | {"adoptedOn": None, "partners": partners}],
        "departmentQuestions": {"item-2": asked["item-2"] | {"overdue": False}},
        "quarantine": {"item-3": found},
    }
    page = shown("plan", view)
    for words in ("over tijd", "bezig", "nog niet geantwoord", "door de gemeente ingevoerd"):
        assert words in page
    for words in ("Sluiting (Opiumwet, artikel 13b)", "Mag het nu?", "Een kelder.", "17 november 2026"):
        assert words in page


def test_what_was_put_right_stands_beside_what_it_was() -> None:
    old = {"category": "indication", "about": "O1", "finding": "Een rode bus.", "superseded": True}
    gone = old | {"finding": "Een gele bus.", "supersededBy": None}
    new = {"category": "indication", "about": "O1", "finding": "Een blauwe bus."}
    items = {"item-1": old | {"supersededBy": "item-2"}, "item-2": new, "item-3": gone}
    subjects = {
        "S1": {"name": "Jan", "sameAs": "S2"},
        "S2": {"name": "Jan", "child": True, "representative": {"name": "Piet"}},
        "S3": {"notConcerned": True},
    }
    page = shown("rechtzetten", {"items": items, "subjects": subjects}, "dossier")
    for words in ("<del>Een rode bus.</del>", "Een blauwe bus.", "vervangen door item-2", "vervallen"):
        assert words in page
    for words in ("Dezelfde persoon als S2", "vertegenwoordigd door Piet", "Niet betrokken gebleken"):
        assert words in page
    assert "Er is nog niets rechtgezet" not in page
    assert "Er is nog niets rechtgezet" in shown("rechtzetten", {"items": [], "subjects": {}}, "dossier")
    assert "Wie het kreeg" not in page


def test_who_had_what_was_put_right_is_listed_with_what_is_known_of_his_hearing_it() -> None:
    to = {"thing": "item-1", "told": None, "confirmed": None}
    receivers = [
        to | {"receiver": "wonen", "how": None},
        to | {"receiver": "politie", "how": "impossible"},
        to | {"receiver": "riec", "how": "told", "told": "2026-11-07"},
        to | {"receiver": "burgerzaken", "how": "confirmed", "told": "2026-11-06", "confirmed": "2026-11-09"},
    ]
    page = shown("rechtzetten", {"items": {}, "subjects": {}, "receivers": receivers}, "dossier")
    for words in ("nog niet</strong>", "onmogelijk of onevenredig", "7 november 2026; nog niet bevestigd"):
        assert words in page
    assert "6 november 2026; bevestigd op 9 november 2026" in page


def test_a_finding_of_a_source_chooses_its_question_from_those_that_were_asked() -> None:
    """Its number stands on no page: nobody can type it."""
    items = {
        "item-1": {"category": "question", "about": "O1", "finding": "Is er een vergunning?"},
        "item-2": {"category": "indication", "about": "O1", "finding": "Er komen busjes."},
    }
    category = MIDDEN_DELFLAND.category("horeca-permits")
    assert category is not None
    record = {"composed": False, "about": ["O1"], "finding": True, "fields": schema(category.fields)}
    offered = {"decisions": [], "shareable": [], "concerns": {}, "personFields": [], "state": "weging-4", "version": 3}
    dossier = Opened("sources", "S-7K3MQ-9XD4T", VIEW | {"items": items}, offered, [])
    asked = Dossiers(cast(Calls, None), cast(People, None)).recorded(dossier, record)
    (hit,) = [one for one in asked if one.name == "fields.hit"]
    assert (hit.kind, hit.options) == ("list", (("item-1", "item-1 – Is er een vergunning?"),))


def test_a_code_reads_as_what_it_was_called_where_it_was_chosen() -> None:
    """Of what was recorded, and of what a decision was about: neither a code nor a number of the file is for people."""
    order = {
        "category": "intervention",
        "about": "O1",
        "finding": "Controle.",
        "matches": {},
        "fields": {"instrument": "sluiting-drugspand"},
    }
    decision = {"key": "weging-4", "outcome": "confirmed", "about": ["item-2", "S1"], "status": "taken", "version": 2}
    taken = decision | {
        "takenAt": "2026-11-20T10:00:00Z",
        "recorder": "u-1",
        "role": "oov",
        "article": "art. 18",
        "reason": "",
    }
    offered = {"decisions": [], "records": [], "actions": [], "state": "plan", "version": 3, "shareable": []}
    dossier = Opened("casework", "S-7K3MQ-9XD4T", VIEW | {"items": {"item-2": order}}, offered, [taken])
    pages = Pages(MIDDEN_DELFLAND, live=False)
    file: Any = pages._templates.env.get_template("dossier/file.html").module
    page = str(file.file(dossier))
    assert "sluiting-drugspand" not in page
    words = re.sub(r"<[^>]*>", "", page)
    assert "Met welke bevoegdheid?" in words
    assert re.search(r"over \S.* Plan van Aanpak, S1", words)


def test_a_signal_leads_to_its_duties_to_inform_and_says_when_they_cannot_be_had() -> None:
    """The working name of a duty is not that of its signal: without this nobody finds the one from the other."""
    duties = [{"number": "D-7K3MQ-9XD4T", "subject": "S1", "state": "duty-open", "dueOn": "2026-12-01"}]
    page = shown("ways", {}, folder="dossier", duties=duties)
    assert '<a href="/dossiers/D-7K3MQ-9XD4T">S1 – Jan Wilgenroos</a>' in page
    assert "niet te laden" in shown("ways", {}, folder="dossier", duties=None)
    assert "Betrokkenen informeren" not in shown("ways", {}, folder="dossier", duties=[])
    back = shown("ways", {"signal": "S-7K3MQ-9XD4T"}, folder="dossier", duties=[])
    assert 'href="/dossiers/S-7K3MQ-9XD4T">Het signaal' in back


class Closed:
    """Services before which stands a closed case: nobody opens it, and who closed it may take that back."""

    async def get(self, _session: Session, service: str, path: str, _purpose: str = "") -> Said:
        if service != "casework":
            return Said(404, {"code": Elsewhere.code})
        if path.endswith("/open-decisions"):
            closing = {"name": "withdraw", "decision": "a-decision", "until": "2026-11-29T10:00:00+00:00"}
            actions = [closing | {"says": "casus gesloten", "by": "u-1"}]
            return Said(200, {"state": "closed", "version": 9, "actions": actions, "decisions": [], "records": []})
        return Said(403, {"code": CaseClosed.code})


async def test_a_closed_case_says_so_shows_nothing_and_can_still_be_taken_back() -> None:
    """It read as a case that does not exist, right after somebody had closed it."""
    session = Session("resume", "u-1", ("oov",), purposes={"S-7K3MQ-9XD4T": "weging"})
    found = await Dossiers(cast(Calls, Closed()), cast(People, None)).open(session, "S-7K3MQ-9XD4T")
    assert (found.is_closed, found.view, found.decisions) == (True, {}, [])
    given = {"dossier": found, "session": session, "done": "decided", "trouble": None, "filled": FormData()}
    page = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template("dossier/gesloten.html").render(**given)
    for words in ("Deze casus is gesloten", "Uw besluit is vastgelegd.", "Ongedaan maken", 'value="a-decision"'):
        assert words in page
    assert "Niet gevonden" not in page
