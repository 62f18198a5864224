"""The verantwoordingsdossier as the FG gets it: whole in one action, in words, as PDF/A, and it says what is missing (R-2.4)."""

from __future__ import annotations

import io
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any, cast

import httpx
import pdfua
import pikepdf
import pytest
from pypdf import PdfReader

from services.portal.account_codes import ACCOUNT_GROUPS, ACCOUNT_REASONS
from services.portal.accountability import account_pdf, account_words
from services.portal.calls import Calls, Said
from services.portal.sessions import Session
from services.portal.use_cases.accountability import AccountGathering
from shared.accountability import ACCOUNTING, AccountChapter, AccountEntry, AccountFile, EntryKind, SealedChapter
from shared.errors import NotFound, PartDown
from shared.protocol.moments import LATER, NEARER, NOT_CONCERNED, RECEIVED
from shared.protocol.request_kinds import HOLDERS_OF_DATA
from tests.portal.conftest import SAME
from tests.protocol.laws import MIDDEN_DELFLAND

NUMBER = "S-7K3MQ-9XD4T"
SCHEMA = Path(__file__).parents[2] / "docs" / "verantwoordingsdossier.schema.json"
SESSION = Session("resume", "fg-1", ("fg",))
AT = "2026-11-28T10:00:00.000+00:00"
WHERE = Said(200, {"number": NUMBER, "state": "weging-1", "holder": "assessment"})


def entry(kind: EntryKind, what: str, **more: Any) -> AccountEntry:
    return AccountEntry.model_validate({"kind": kind, "what": what, "at": AT} | more)


ENTRIES = (
    entry("decision", "purpose", outcome="set", article="art. 1", by=("anna-van-d",), role="oov", version=2),
    entry(
        "check",
        "check-2a",
        outcome="several",
        by=("anna",),
        parts=({"outcome": "may", "about": [["item-3"], ["politie"]]},),
    ),
    entry("source", "bag", about=("item-3",)),
    entry("source", "answer", outcome="no-hit", article="art. 18", about=("item-4",), by=("bram",)),
    entry("record", "report", about=("report",)),
    entry("task", "question", role="bronhouder-bibob", about=("item-4",), until="2026-12-05"),
    entry("meeting", "LOT", at="2026-11-20", by=("anna",), outcome="closed"),
    entry("informing", "deferred", about=("S1",), until="2027-02-01"),
    entry("request", "access", outcome="waiting", until="2026-12-24"),
    entry("disclosure", "forwarding", to="partner:politie", about=("report", "S1.name"), status="urgent", by=("anna",)),
    entry("look", "consultation asked", by=("anna",), dossier="S-00000-00002"),
    entry("opening", "signal opened", by=("anna",), role="oov", reason="weging", producer="assessment", line=7),
    entry("retention", "signal sealed", outcome="weging-1:no-suspicion", article="art. 12 lid 2", until="2027-11-28"),
    entry("trail", "decision taken: purpose", by=("anna",), producer="assessment", line=8),
)
"""One of each kind that there is."""


def chapter(service: str, **more: Any) -> dict[str, Any]:
    found = AccountChapter.model_validate(
        {"service": service, "number": NUMBER, "at": AT, "standing": "nothing"} | more
    )
    return SealedChapter(chapter=found, seal=f"seal.of.{service}").said()


class Services:
    """What each service answers; None: it is silent."""

    def __init__(self, **answers: Said | None) -> None:
        self.answers: dict[str, Said | None] = {one: Said(200, chapter(one)) for one in ACCOUNTING}
        self.answers |= answers
        self.where, self.binds = WHERE, True
        self.bound: list[str] = []
        self.purposes: set[str | None] = set()

    async def get(self, session: Session, service: str, path: str, purpose: str | None = None) -> Said:
        if not path.endswith("/chapter"):
            return self.where
        self.purposes.add(purpose)
        if (found := self.answers[service]) is None:
            raise PartDown("silent")
        return found

    async def post(self, session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        assert (service, path) == ("oversight", f"/v1/signals/{NUMBER}/accountability-files")
        if not self.binds:
            raise PartDown("silent")
        self.bound = body["seals"]
        named = [one.rpartition(".")[2] for one in self.bound]
        bound = {
            "number": NUMBER,
            "madeAt": AT,
            "madeFor": "fg-1",
            "chapters": [{"service": one, "at": AT, "sha256": "0" * 64} for one in named],
            "missing": [one for one in ACCOUNTING if one not in named],
            "complete": len(named) == len(ACCOUNTING),
        }
        return Said(201, {"bound": bound, "signature": "kop.inhoud.handtekening"})


async def gathered(services: Services) -> dict[str, Any]:
    found = await AccountGathering(cast(Calls, services), MIDDEN_DELFLAND, live=True).gather(SESSION, NUMBER)
    AccountFile.model_validate(found)
    return found


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.allowed("R-2.4")
async def test_it_is_whole_in_one_action_with_a_chapter_of_every_service(tmp_path: Path) -> None:
    services = Services(assessment=Said(200, chapter("assessment", standing="here", entries=ENTRIES)))
    found = await gathered(services)
    assert (found["complete"], "missing" in found) == (True, False)
    assert [one["chapter"]["service"] for one in found["chapters"]] == [*ACCOUNTING]
    assert len(services.bound) == len(ACCOUNTING)
    assert services.purposes == {"toezicht"}
    pdf = account_pdf(MIDDEN_DELFLAND, found, date(2026, 11, 28))
    said = text_of(pdf)
    for words in (f"Verantwoordingsdossier {NUMBER}", "Dit dossier is volledig", "Aan politie".lower(), "met spoed"):
        assert words in said, words
    for group in ACCOUNT_GROUPS.values():
        assert group in said, group
    (tmp_path / "dossier.pdf").write_bytes(pdf)
    assert [one.message for one in pdfua.validate(str(tmp_path / "dossier.pdf")).findings] == []


async def test_the_pdf_declares_that_it_is_for_the_archive_and_carries_the_sealed_chapters() -> None:
    found = await gathered(Services())
    with pikepdf.open(io.BytesIO(account_pdf(MIDDEN_DELFLAND, found, date(2026, 11, 28)))) as pdf:
        told = pdf.open_metadata()
        assert (told["pdfaid:part"], told["pdfaid:conformance"], told["pdfuaid:part"]) == ("3", "A", "1")
        (attached,) = pdf.attachments.values()
        assert json.loads(attached.get_file().read_bytes()) == found


@pytest.mark.refused("R-2.4")
async def test_who_is_silent_or_refuses_is_a_chapter_that_says_so_and_the_whole_is_not_complete() -> None:
    refused = Said(404, {"code": "not-found"})
    doubtful = Said(200, chapter("export", standing="here", notBelieved=2))
    found = await gathered(Services(sources=None, rights=refused, retention=None, export=doubtful))
    assert found["complete"] is False
    assert {one["service"]: one["why"] for one in found["missing"]} == {
        "sources": "silent",
        "rights": "refused",
        "retention": "silent",
    }
    assert found["doubtful"] == ["export"]
    said = text_of(account_pdf(MIDDEN_DELFLAND, found, date(2026, 11, 28)))
    assert "Dit dossier is niet volledig." in said
    for one in ACCOUNTING:
        assert HOLDERS_OF_DATA[one][1:] in said, one
    assert "het onderdeel gaf geen antwoord" in said
    assert "het onderdeel geeft het niet aan wie dit dossier heeft opgemaakt" in said
    assert "2 gegevens zijn buiten het systeem om veranderd" in said


@pytest.mark.refused("R-2.4")
async def test_unsigned_it_is_not_complete_and_of_what_never_was_there_is_none() -> None:
    services = Services()
    services.binds = False
    found = await gathered(services)
    assert (found["complete"], "binding" in found) == (False, False)
    words = account_words(MIDDEN_DELFLAND, found)
    assert any("niet ondertekend" in one for one in words["complete"])
    services.where = Said(404, {})
    with pytest.raises(NotFound):
        await gathered(services)


@pytest.mark.refused("R-2.4")
async def test_a_decision_that_its_service_leaves_out_is_missed() -> None:
    """Who decided cannot leave out now what oversight was told then; what only passes by oversight is no such decision."""
    heard = [
        entry("decision", "weging-1", id=one, producer="assessment", outcome="suspicion") for one in ("d-1", "d-2")
    ]
    heard.append(entry("decision", "consultation", id="d-3", producer="casework"))
    heard.append(entry("decision", "urgent-judged", id="d-4", producer="oversight"))
    own = [entry("decision", "weging-1", id="d-1", outcome="suspicion")]
    oversight = Said(200, chapter("oversight", standing="here", entries=tuple(heard)))
    found = await gathered(
        Services(oversight=oversight, sources=Said(200, chapter("sources", standing="here", entries=tuple(own))))
    )
    assert (found["complete"], found["unaccounted"]) == (False, ["d-2"])
    assert any("Besluit d-2" in one for one in account_words(MIDDEN_DELFLAND, found)["complete"])


async def test_every_kind_is_said_in_dutch_without_a_code() -> None:
    found = await gathered(Services(assessment=Said(200, chapter("assessment", standing="here", entries=ENTRIES))))
    (mine,) = [one for one in account_words(MIDDEN_DELFLAND, found)["chapters"] if one["groups"]]
    assert [heading for heading, _ in mine["groups"]] == [*ACCOUNT_GROUPS.values()]
    said = json.dumps(mine["groups"], ensure_ascii=False)
    assert not re.search(r"\b(signal|opened|taken|asked|waiting|closed|allowed|deferred|may|no-hit)\b", said), said


async def test_a_day_says_what_it_is() -> None:
    """The first day on which nobody can recover it is no day by which something has to be done, nor the last of keeping it."""
    said = (("signal sealed", "2027-11-28"), ("destruction declared", "2027-12-15"), ("informing is due", "2026-12-24"))
    entries = tuple(entry("retention", what, until=until) for what, until in said)
    found = await gathered(Services(retention=Said(200, chapter("retention", standing="here", entries=entries))))
    words = json.dumps(account_words(MIDDEN_DELFLAND, found)["chapters"], ensure_ascii=False)
    for one in (
        "bewaard tot en met 28 november 2027",
        "onherstelbaar vanaf 15 december 2027",
        "uiterlijk 24 december 2026",
    ):
        assert one in words


@pytest.mark.refused("R-2.4")
@pytest.mark.parametrize("number", [NUMBER, "S-7K3MQ"])
async def test_nobody_else_makes_one(somebody: httpx.AsyncClient, number: str) -> None:
    sent = {"csrf": "the-token", "as": "pdf"}
    answer = await somebody.post(f"/toezicht/signalen/{number}/verantwoording", data=sent, headers=SAME)
    assert answer.status_code == 404


def test_every_reason_for_a_day_has_words() -> None:
    assert {*ACCOUNT_REASONS} >= {*NEARER, *LATER, NOT_CONCERNED, RECEIVED}


def test_its_form_is_published() -> None:
    """MELDPUNT_WRITE_GOLDEN=1 writes it."""
    made = json.dumps(AccountFile.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("MELDPUNT_WRITE_GOLDEN"):
        SCHEMA.write_text(made)
    assert SCHEMA.read_text() == made
