"""The page that is read beforehand, and the one of who received it, show all of what is shared, and as words only."""

from __future__ import annotations

import html
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from services.portal.api.tasks import READS
from services.portal.pages import Pages
from services.portal.read import Read
from services.portal.seen import Opened
from services.portal.sessions import Session
from shared.contracts.export import Adoption, PlannedAction, ShareContent, SharedItem, SharedPlan, Unanswered
from shared.contracts.intake import ReportedObject, Subject
from shared.protocol.phase_4_approach import RIEC_CRITERIA
from tests.protocol.laws import MIDDEN_DELFLAND

HOSTILE = "<script>alert(1)</script>"
SHARED = ShareContent(
    number="S-7K3MQ-9XD4T",
    protocol="midden-delfland-2025",
    recipient_kind="partner",
    recipient="politie",
    decision="weging-2a",
    outcome="no-task",
    article="art. 12 lid 4",
    decided_on=date(2026, 11, 28),
    passes_duty=True,
    urgent=True,
    items=(
        SharedItem(item="report", category="report", about="report", text=f"Er ruikt iets. {HOSTILE}"),
        SharedItem(item="item-4", category="brp-verification", about="S1", matches={"name": True, "address": False}),
    ),
    subjects={"S1": Subject(name="Roos & Zoon", address="Molenweg 5", occupation="klusser")},
    objects={"O1": ReportedObject(kind="building", address="Kerkpad 5a", description='een "schuur"')},
    answers={"form": "Handel in drugs.", "region": Unanswered(because="Dat is nog niet bekend.")},
    tasks=("Opsporing (Politiewet, art. 3)",),
    bases=("Openbaar gezag (art. 6 AVG)",),
    left_out=2,
    left_out_concerned=1,
    concerned_in_part=1,
    plan=SharedPlan(
        version=3,
        explanation="Graag snel.",
        answer_by=date(2026, 12, 1),
        actions=(
            PlannedAction(
                item="item-9",
                text="Controle bij O1.",
                about="O1",
                department="wonen",
                power="sluiting",
                basis="art. 13b Opiumwet",
                planned_on=date(2026, 12, 24),
            ),
        ),
        adopted_on=date(2026, 11, 27),
        adopted_by=(Adoption(partner="politie", name="P. Bedacht", on=date(2026, 11, 26)),),
    ),
)
PAPER = {
    "meeting": "M-7K3MQ-9XD4T",
    "note": f"Ter voorbereiding. {HOSTILE}",
    "items": [{"item": "report", "category": "report", "about": "report", "text": "Er ruikt iets."}],
    "subjects": {},
    "objects": {"O1": {"kind": "building", "address": "Kerkpad 5a"}},
    "leftOut": 1,
    "inPart": 0,
}


def drawn(template: str, **shown: Any) -> str:
    view = {"workingName": "Roze ekster", "phase": 4, "receivedOn": "2026-11-28"}
    usual = {
        "session": Session("", "anna", ("oov",)),
        "dossier": Opened("casework", "S-7K3MQ-9XD4T", view, {"version": 3, "state": "approach"}, []),
        "trouble": None,
        "filled": {},
    }
    env = Pages(MIDDEN_DELFLAND, live=False)._templates.env
    page: str = env.get_template(template).render(request=SimpleNamespace(), **usual | shown)
    return page


def beforehand(read: Read) -> str:
    return drawn(
        "sharing/voorbeeld.html", read=[read], passed_on=[("reason", f'Zo. "{HOSTILE}')], address="/dossiers/x/delen"
    )


def received() -> str:
    share = {"id": "0", "until": "2026-12-28T10:00:00+00:00", "answeredAt": None}
    found = SimpleNamespace(share=share, read=Read.of_share(SHARED.twin()), is_answered=False)
    return drawn("received/verstrekking.html", received=found, asked=())


def asked_to_read(kind: str, given: dict[str, Any]) -> str:
    """The page of a task: the same as its own service gives it, beside what every task has."""
    task = {"id": "0", "kind": kind, "since": "2026-11-28T12:00:00+00:00", "dueOn": None} | given
    return drawn(
        "task/lezen.html", task=task, read=READS[kind](task), done=None, at=None, sheets={}, service="casework"
    )


def words_in(value: Any) -> list[str]:
    """Every text that people wrote or chose."""
    if isinstance(value, dict):
        return [one for inner in value.values() for one in words_in(inner)]
    if isinstance(value, (list, tuple)):
        return [one for inner in value for one in words_in(inner)]
    return [value] if isinstance(value, str) and " " in value else []


@pytest.mark.parametrize("page", [beforehand(Read.of_share(SHARED.twin())), received()], ids=["beforehand", "received"])
def test_all_of_what_is_shared_can_be_read(page: str) -> None:
    said = html.unescape(page)
    assert HOSTILE in said
    assert [one for one in words_in(SHARED.twin()) if one not in said] == []
    assert RIEC_CRITERIA["region"] in said
    for words in ("1 december 2026", "24 december 2026", "27 november 2026", "De naam klopt", "Het adres klopt niet"):
        assert words in said
    assert "2 gegevens uit hetzelfde dossier, en naam en adres van één persoon of object" in said


def test_all_of_a_paper_can_be_read() -> None:
    said = html.unescape(beforehand(Read.of_paper(PAPER)))
    assert [one for one in words_in(PAPER) if one not in said] == []
    assert "de leden van het overleg M-7K3MQ-9XD4T" in said
    assert "naam en adres van één persoon of object" in said


@pytest.mark.parametrize(("kind", "given"), [("paper", PAPER), ("plan", SHARED.twin())])
def test_who_is_asked_about_it_reads_all_of_it_in_dutch(kind: str, given: dict[str, Any]) -> None:
    said = html.unescape(asked_to_read(kind, given))
    assert [one for one in words_in(given) if one not in said] == []
    for code in ("decided_on", "planned_on", "recipient_kind", "leftOut", "Category", "Note"):
        assert code.lower() not in said.lower().replace("categorie", ""), code


@pytest.mark.parametrize(
    "page",
    [
        beforehand(Read.of_share(SHARED.twin())),
        beforehand(Read.of_paper(PAPER)),
        received(),
        asked_to_read("paper", PAPER),
        asked_to_read("plan", SHARED.twin()),
    ],
    ids=["share", "paper", "received", "paper-asked", "plan-asked"],
)
def test_what_people_typed_is_words_and_never_part_of_the_page(page: str) -> None:
    assert HOSTILE not in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-11-28", "28 november 2026"),
        ("2026-11-28T12:00:00Z", "28 november 2026, 13.00 uur"),
        ("2026-02-30", "2026-02-30"),
        ("9999-99-99", "9999-99-99"),
        ("2026-11-28T99Z", "2026-11-28T99Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        (HOSTILE, HOSTILE),
    ],
)
def test_what_looks_like_a_date_and_is_none_is_words(given: str, shown: str) -> None:
    """Whoever wrote it into a field would have shut the dossier to everybody."""
    template = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template("parts/values.html")
    found = str(template.make_module({"session": None}).value(given))  # type: ignore[attr-defined]
    assert html.unescape(found).strip() == f'<span class="text">{shown}</span>'
