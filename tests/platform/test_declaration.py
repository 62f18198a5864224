"""The declaration of destruction is a clean Dutch text for every ending that the law has, and a file for the archive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pdfua
import pytest
from sqlalchemy import select

from services.retention.domain import LastCopies
from services.retention.settings import Settings
from services.retention.tables import Declaration, SealedSignal
from services.retention.use_cases.declare import DECLARATION_KIND, Declarations, as_pdf
from services.retention.wording import DestroyedSignal, document
from shared.engine.head import vouch_for
from shared.privileges import ARCHIVES
from shared.protocol.model import PHASE_OF, State
from tests.platform.conftest import PlatformOf
from tests.protocol.complete import complete_law
from tests.protocol.laws import MIDDEN_DELFLAND

WHOLE = DestroyedSignal(
    number="S-7K3MQ-9XD4T",
    phase=1,
    ending="weging-1:no-suspicion",
    article="art. 12 lid 2",
    received_on=date(2026, 1, 31),
    decided_on=date(2026, 2, 3),
    kept_until=date(2027, 2, 3),
    held=(),
    keys_staying=(),
    keys=4,
    letterbox_keys=2,
    destroyed_on=date(2027, 2, 10),
    copies=LastCopies(date(2027, 2, 11), 14),
    never_informed={},
    approved_on=date(2027, 2, 9),
)
HELD = replace(WHOLE, held=("archive-signal",), keys_staying=("archive-signal", "room-accountability"), copies=None)
CASE = replace(WHOLE, phase=5, ending="move-case:moved", article="art. 25", approved_on=None)


def endings() -> Iterator[DestroyedSignal]:
    """One destruction for every way in which a signal can end."""
    for decision in MIDDEN_DELFLAND.decisions:
        for state in decision.states:
            for outcome in decision.outcomes_in(state):
                if outcome.leads_to == State.ENDED:
                    ending = f"{decision.key}:{outcome.key}"
                    yield replace(WHOLE, phase=PHASE_OF[state], ending=ending, article=outcome.article)
    yield from (HELD, CASE, replace(WHOLE, held=ARCHIVES, keys_staying=ARCHIVES))


def text_of(found: dict[str, Any]) -> str:
    words = [found["title"], found["trial"] or "", found["opening"]]
    words += [one for line in (*found["lines"], *found["paragraphs"]) for one in line]
    return "\n".join(words)


@pytest.mark.parametrize("what", [*endings()], ids=lambda what: f"{what.ending}-{len(what.held)}")
def test_it_is_dutch_without_a_code_and_nothing_is_left_open(what: DestroyedSignal) -> None:
    text = text_of(document(complete_law(), what, live=True)).replace(what.number, "")
    assert not re.search(r"\b[a-z]+-[a-z]*[0-9a-z]+:|[{}_`]|\bNone\b|\barchive\b|\broom\b", text)
    assert not re.search(r"\b(the|of the|is not|signal of|phase|beheerder:|filled)\b", text)
    assert what.article in text
    assert "art. 9 lid 1 onder a en art. 9" not in text
    assert "Selectielijst gemeenten 2020, categorie 3.1" in text
    assert "Proefopstelling" not in text


def test_a_trial_says_so_and_leaves_out_what_was_not_filled_in() -> None:
    found = document(MIDDEN_DELFLAND, WHOLE, live=False)
    assert found["trial"].startswith("Proefopstelling: hier horen geen echte gegevens")
    assert "Selectielijst" not in dict(found["lines"])
    assert "ingevuld" not in text_of(found)


def test_what_a_hold_keeps_is_said_and_no_day_is_promised() -> None:
    words = dict(document(complete_law(), HELD, live=True)["lines"])
    assert words["Niet vernietigd"] == "1 onderdeel van de melding en open bevindingen, voor een lopende procedure"
    assert words["Ook uit reservekopieën onherstelbaar vanaf"].startswith("een dag die pas te noemen is")
    assert "Vanaf wanneer onherstelbaar" not in dict(document(complete_law(), HELD, live=True)["paragraphs"])


@pytest.mark.parametrize(("kept", "words"), [(14, "14 dagen"), (1, "1 dag")])
def test_the_day_says_what_it_is_counted_from(kept: int, words: str) -> None:
    found = document(complete_law(), replace(WHOLE, copies=LastCopies(date(2027, 2, 11), kept)), live=True)
    day = {14: "27 februari 2027", 1: "14 februari 2027"}[kept]
    assert dict(found["lines"])["Ook uit reservekopieën onherstelbaar vanaf"] == day
    counted = dict(found["paragraphs"])["Vanaf wanneer onherstelbaar"]
    assert "tot de opslag is herschreven, uiterlijk op 11 februari 2027" in counted
    assert f"ten hoogste {words} te openen" in counted


def test_a_list_that_nobody_approved_says_why_it_went() -> None:
    words = dict(document(complete_law(), CASE, live=True)["lines"])
    assert (
        words["Goedgekeurd door"] == "niemand; de uiterste dag van de vernietigingslijst was verstreken (art. 9 lid 1)"
    )
    assert words["Beëindigd door"] == "het verstrijken van de actieve jaren (art. 25)"
    assert words["Grondslag"].endswith("art. 25 en art. 9 lid 1 onder b")


@pytest.mark.parametrize("what", [WHOLE, HELD, CASE], ids=["whole", "held", "case"])
def test_the_file_is_for_the_archive_and_carries_the_signed_declaration(what: DestroyedSignal, tmp_path: Path) -> None:
    content = {
        "declarationId": "0b7e3e0e-6d7c-4a58-8f6e-1f3b9d3c2a10",
        "executor": "Gemeentelijk Meldpunt Ondermijning",
        "destroyedOn": what.destroyed_on.isoformat(),
        "document": document(complete_law(), what, live=True),
        "signature": "kop.inhoud.handtekening",
    }
    made = as_pdf(json.loads(json.dumps(content)))
    assert made.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>3</pdfaid:part>" in made
    assert f"/CreationDate(D:{what.destroyed_on:%Y%m%d}120000Z".encode() in made, (
        "its own day, whenever it is asked for"
    )
    (tmp_path / "verklaring.pdf").write_bytes(made)
    assert [one.message for one in pdfua.validate(str(tmp_path / "verklaring.pdf")).findings] == []
    assert b"verklaring.json" in made


@pytest.mark.parametrize("held", [[], ["report"]], ids=["whole", "held"])
async def test_what_is_declared_is_signed_with_its_words(platform_of: PlatformOf, held: list[str]) -> None:
    platform = await platform_of("retention")
    settings = Settings(**platform.settings.model_dump())
    item = {"archive": "archive-signal", "key": "k", "item": "report", "version": 1, "ciphertext": "vault:v1:x"}
    now = datetime(2027, 2, 9, 10, tzinfo=UTC)
    row = SealedSignal(
        **{
            name: getattr(WHOLE, name) for name in ("number", "phase", "ending", "article", "received_on", "decided_on")
        },
        version=5,
        state=State.APPROVED,
        protocol="midden-delfland-2025",
        ends_on=WHOLE.kept_until,
        dossier=[item] if held else None,
        decisions=[],
        sealed_at=now,
        staying=held,
        approver="7c0f0c9e",
        approved_at=now,
    )
    declarations = Declarations(platform, settings)
    async with platform.database.transaction() as session:
        session.add(await vouch_for(platform.mac, row))
        await session.flush()
        await (declarations.make_in_part if held else declarations.make)(session, [row])
    async with platform.database.reading() as session:
        found = (await session.scalars(select(Declaration))).one()
    claims = await platform.verifier.verify(found.signature, kind=DECLARATION_KIND, service="retention")
    assert claims["declaration"] == found.content
    words = dict(found.content["document"]["lines"])
    assert words["Goedgekeurd door"] == "de beheerder, op 9 februari 2027"
    assert ("Niet vernietigd" in words) is bool(held)
    assert found.content["trial"] is True
    # By the setting of this installation, from the day on which it was declared.
    counted = ("storageCompactedBy", "storageCopiesKeptDays", "unrecoverableFrom")
    today = found.declared_on
    expected = (today + timedelta(days=1)).isoformat(), 14, (today + timedelta(days=17)).isoformat()
    assert tuple(found.content[one] for one in counted) == ((None, None, None) if held else expected)
